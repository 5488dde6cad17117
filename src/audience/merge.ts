/** Merges sorted streams: the pure half of an external sort. Sorting the runs and spilling them to disk is `run/`'s. */
import { compareBytes } from './byte-order';
import { type Compare, pushHead, removeRoot, sinkRoot } from './heap';
import type { Member } from './members';

/** Orders members by user id in bytes, the better rank first. */
export function compareMembers(a: Member, b: Member): number {
  return compareBytes(a.userId, b.userId) || a.rank - b.rank;
}

/** Values of a batch that a merge yields. */
const BATCH_VALUES = 2048;

/** The place in one source. */
interface Head<T> {
  value: T;
  batch: readonly T[];
  /** Of the value after `value` in the batch. */
  next: number;
  /** Which source it is; among equals the earlier source goes first. */
  readonly source: number;
  readonly iterator: AsyncIterator<readonly T[]>;
}

/**
 * Merges sorted streams of batches into one. Stable: among equals the earlier source goes first.
 * Holds one batch of each source; O(log k) comparisons a value. Closes all sources when it ends, also early.
 *
 * @param sources  each ascending by `compare`, also from batch to batch
 * @returns batches of 2,048 values, the last one of fewer; none for no values
 */
export async function* mergeSorted<T>(
  sources: readonly AsyncIterable<readonly T[]>[],
  compare: Compare<T>,
): AsyncGenerator<readonly T[]> {
  const iterators = sources.map((source) => source[Symbol.asyncIterator]());
  const order: Compare<Head<T>> = (a, b) => compare(a.value, b.value) || a.source - b.source;
  try {
    const heap: Head<T>[] = [];
    for (const [source, iterator] of iterators.entries()) {
      const first = await readBatch(iterator);
      if (first !== undefined) pushHead(heap, { ...first, next: 1, source, iterator }, order);
    }
    let merged: T[] = [];
    for (let head = heap[0]; head !== undefined; head = heap[0]) {
      if (merged.push(head.value) === BATCH_VALUES) {
        yield merged;
        merged = [];
      }
      if (advance(head) || (await refill(head))) sinkRoot(heap, head, order);
      else removeRoot(heap, order);
    }
    if (merged.length > 0) yield merged;
  } finally {
    await Promise.all(iterators.map((iterator) => iterator.return?.()));
  }
}

/** Reads the next batch that holds anything. */
async function readBatch<T>(
  iterator: AsyncIterator<readonly T[]>,
): Promise<{ readonly value: T; readonly batch: readonly T[] } | undefined> {
  while (true) {
    const next = await iterator.next();
    if (next.done === true) return undefined;
    const batch = next.value;
    const [value] = batch;
    if (value !== undefined) return { value, batch };
  }
}

/** Moves on within the batch; false at its end. */
function advance<T>(head: Head<T>): boolean {
  const value = head.batch[head.next];
  if (value === undefined) return false;
  head.value = value;
  head.next += 1;
  return true;
}

async function refill<T>(head: Head<T>): Promise<boolean> {
  const read = await readBatch(head.iterator);
  if (read === undefined) return false;
  head.value = read.value;
  head.batch = read.batch;
  head.next = 1;
  return true;
}
