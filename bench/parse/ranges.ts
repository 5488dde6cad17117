/** Shares the lines of a file between threads, as a run shares outputs between its workers. */
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { Worker } from 'node:worker_threads';
import type { Chunks, Shard } from '../../src/personalize/output-types';

const WORKERS = 2;
const CHUNK_BYTES = 256 * 1024;

/** What a worker of two has to do: the lines that start in its range. */
export interface SharedRange {
  readonly range: Shard;
  /** What else it was given. */
  readonly args: readonly string[];
}

/**
 * Starts a script in two threads, each with a range of the file, and adds up the numbers that they post.
 * @param argsOf  what a worker gets besides, by its number
 */
export async function shareByRanges(
  script: string,
  file: string,
  argsOf: (worker: number) => readonly string[],
): Promise<number> {
  const { size } = await stat(file);
  const step = Math.ceil(size / WORKERS);
  const sums = await Promise.all(
    Array.from({ length: WORKERS }, (_, n) => {
      const argv = [file, n * step, Math.min(size, (n + 1) * step), ...argsOf(n)];
      const worker = new Worker(script, { argv });
      return new Promise<number>((resolve, reject) => worker.on('message', resolve).on('error', reject));
    }),
  );
  return sums.reduce((sum, own) => sum + own, 0);
}

/** What this thread was started with. */
export function readShared(): SharedRange {
  const [, , object = '', start, end, ...args] = process.argv;
  return { range: { object, start: Number(start), end: Number(end) }, args };
}

/** The bytes of the file that a range names, as the readers want them. */
export function openRange({ object, start }: Shard): Chunks {
  return createReadStream(object, { highWaterMark: CHUNK_BYTES, start: Math.max(0, start - 1) });
}
