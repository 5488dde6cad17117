/** Sorts the lines of a row file, on disk where they are many: memory is flat in their number. */
import { randomUUID } from 'node:crypto';
import { mkdir, open, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { type LineBlock, linesOf } from '../../audience/block-buffer';
import { mergeLines, sortedBlocks } from '../../audience/line-blocks';
import { TextArena } from '../../audience/text-arena';

/** Bytes of lines that are sorted at a time, and lines, each of which takes 20 bytes more. */
const CHUNK_BYTES = 12 * 1024 * 1024;
const CHUNK_LINES = 500_000;
const READ_BYTES = 128 * 1024;

/** Takes lines in any order and gives them back in order, each key once. */
export interface LineSorter {
  add(line: string): void;
  /** What holds lines until they are put on disk, to which they may be added as bytes. */
  readonly arena: TextArena;
  /** Puts on disk what is too much to hold; to be called between batches. */
  relieve(): Promise<void>;
  /** Sorted, each key once; may be read several times, after the last line was added. */
  read(): AsyncIterable<LineBlock>;
  /** Removes what was put on disk. */
  release(): Promise<void>;
}

/**
 * Makes a sorter that puts on disk below `tempDir` what is more than `chunkBytes`.
 * @param keyCells  cells that lines of one key share, the first ones; of lines of one key it keeps the first. All of them
 *   unless told
 */
export function createLineSorter(
  tempDir: string,
  { keyCells, chunkBytes = CHUNK_BYTES }: { readonly keyCells?: number | undefined; readonly chunkBytes?: number } = {},
): LineSorter {
  const folder = path.join(tempDir, `rows-${randomUUID()}`);
  const files: string[] = [];
  const arena = new TextArena();
  const spill = async () => {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    const file = path.join(folder, `${files.length}`);
    await writeFile(file, linesOf(sortedBlocks(arena, keyCells)), { mode: 0o600 });
    files.push(file);
    arena.clear();
  };
  return {
    arena,
    add: (line) => arena.add(line),
    relieve: async () => {
      if (arena.size >= chunkBytes || arena.count >= CHUNK_LINES) await spill();
    },
    read: async function* () {
      if (files.length === 0) return yield* sortedBlocks(arena, keyCells);
      if (arena.count > 0) await spill();
      yield* mergeLines(
        files.map((file) => readChunks(file)),
        keyCells,
      );
    },
    release: () => rm(folder, { recursive: true, force: true }),
  };
}

/** Reads a file into one buffer, which is written over when the next bytes are asked for. */
async function* readChunks(file: string): AsyncGenerator<Uint8Array> {
  const handle = await open(file);
  try {
    const buffer = Buffer.allocUnsafe(READ_BYTES);
    while (true) {
      const { bytesRead } = await handle.read(buffer, 0, READ_BYTES);
      if (bytesRead === 0) return;
      yield buffer.subarray(0, bytesRead);
    }
  } finally {
    await handle.close();
  }
}
