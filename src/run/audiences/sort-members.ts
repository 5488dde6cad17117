/** Sorts the users of a segment by user id, on disk where they are many: memory is flat in their number. */
import { randomUUID } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { type Member, readMembers, writeMembers } from '../../audience/members';
import { compareMembers, keepBestRanks, mergeSorted } from '../../audience/merge';
import { sortByText } from '../../audience/sort-texts';

/** Members sorted at a time; about 60 MB with ids of 36 characters. */
const CHUNK_MEMBERS = 200_000;

export interface SortedMembers {
  /** Ascending by user id in bytes, each user once, with the best rank. Can be read once. */
  readonly members: AsyncIterable<readonly Member[]>;
  /** Users that came, duplicates counted. */
  readonly count: number;
  /** Removes what was spilled to disk. */
  release(): Promise<void>;
}

/**
 * Sorts members.
 * @param batches  in the order of their rank
 */
export async function sortMembers(batches: AsyncIterable<readonly Member[]>, tempDir: string): Promise<SortedMembers> {
  const folder = path.join(tempDir, `members-${randomUUID()}`);
  const files: string[] = [];
  let chunk: Member[] = [];
  let count = 0;
  const spill = async () => {
    await mkdir(folder, { recursive: true });
    const file = path.join(folder, `${files.length}`);
    await writeFile(file, writeMembers(stream(sortChunk(chunk))), { mode: 0o600 });
    files.push(file);
    chunk = [];
  };
  for await (const batch of batches) {
    for (const member of batch) chunk.push(member);
    count += batch.length;
    if (chunk.length >= CHUNK_MEMBERS) await spill();
  }
  const last = stream(sortChunk(chunk));
  const runs = files.map((file) => readMembers(createReadStream(file)));
  const members = keepBestRanks(mergeSorted([...runs, last], compareMembers));
  return { members, count, release: () => rm(folder, { recursive: true, force: true }) };
}

function sortChunk(chunk: readonly Member[]): readonly Member[] {
  return sortByText(chunk, { textOf: ({ userId }) => userId, order: 'bytes', compare: compareMembers });
}

/** Yields all values as one batch. */
async function* stream<T>(values: readonly T[]): AsyncGenerator<readonly T[]> {
  yield values;
}
