/** Sorts the users of a segment by user id, on disk where they are many: memory is flat in their number. */
import { randomUUID } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { type LineBlock, linesOf } from '../../audience/block-buffer';
import { MemberWriter } from '../../audience/member-blocks';
import type { Member } from '../../audience/members';
import { mergeMemberFiles } from '../../audience/merge-members';
import { TextArena } from '../../audience/text-arena';

/** Members sorted at a time, each of which takes 24 bytes beside its id, and bytes of ids. */
const CHUNK_MEMBERS = 1_000_000;
const CHUNK_BYTES = 32 * 1024 * 1024;

export interface SortedMembers {
  /** The member file: ascending by user id in bytes, each user once, with the best rank. Can be read once. */
  readonly blocks: AsyncIterable<LineBlock>;
  /** Users that came, duplicates counted. */
  readonly count: number;
  /** Removes what was spilled to disk. */
  release(): Promise<void>;
}

/** Sorts members, which may come in any order. */
export async function sortMembers(
  batches: AsyncIterable<readonly Member[]>,
  tempDir: string,
  { chunkMembers = CHUNK_MEMBERS } = {},
): Promise<SortedMembers> {
  const folder = path.join(tempDir, `members-${randomUUID()}`);
  const files: string[] = [];
  const chunk = new MemberChunk();
  let count = 0;
  const spill = async () => {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    const file = path.join(folder, `${files.length}`);
    await writeFile(file, linesOf(chunk.sorted()), { mode: 0o600 });
    files.push(file);
    chunk.clear();
  };
  for await (const batch of batches) {
    chunk.add(batch);
    count += batch.length;
    if (chunk.count >= chunkMembers || chunk.size >= CHUNK_BYTES) await spill();
  }
  const release = () => rm(folder, { recursive: true, force: true });
  if (files.length === 0) return { blocks: inTurn(chunk.sorted()), count, release };
  if (chunk.count > 0) await spill();
  return { blocks: mergeMemberFiles(files.map((file) => createReadStream(file))), count, release };
}

/** Members outside of the heap. */
class MemberChunk {
  readonly #ids = new TextArena();
  #ranks = new Int32Array(1024);

  get count(): number {
    return this.#ids.count;
  }

  get size(): number {
    return this.#ids.size;
  }

  add(members: readonly Member[]): void {
    const least = this.#ids.count + members.length;
    if (least > this.#ranks.length) {
      const larger = new Int32Array(Math.max(least, 2 * this.#ranks.length));
      larger.set(this.#ranks);
      this.#ranks = larger;
    }
    for (const { userId, rank } of members) {
      this.#ranks[this.#ids.count] = rank;
      this.#ids.add(userId);
    }
  }

  clear(): void {
    this.#ids.clear();
  }

  /** In the order of the file, each user once with the best rank. */
  *sorted(): Generator<LineBlock> {
    const writer = new MemberWriter();
    const ids = this.#ids;
    const places = ids.sort('bytes');
    for (let index = 0; index < places.length; ) {
      const place = places[index] ?? 0;
      let rank = this.#ranks[place] ?? 0;
      for (index += 1; index < places.length; index++) {
        const other = places[index] ?? 0;
        if (!ids.isSame(place, other)) break;
        rank = Math.min(rank, this.#ranks[other] ?? rank);
      }
      const full = writer.addBytes(ids.textAt(place), rank);
      if (full !== undefined) yield full;
    }
    const last = writer.finish();
    if (last !== undefined) yield last;
  }
}

async function* inTurn(blocks: Iterable<LineBlock>): AsyncGenerator<LineBlock> {
  yield* blocks;
}
