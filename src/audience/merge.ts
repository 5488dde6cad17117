/** Merges sorted streams: the pure half of an external sort. Sorting the runs and spilling them to disk is `run/`'s. */
import { compareBytes } from './byte-order';
import type { Member } from './members';

type Compare<T> = (a: T, b: T) => number;

/** Orders members by user id in bytes, the better rank first. */
export function compareMembers(a: Member, b: Member): number {
  return compareBytes(a.userId, b.userId) || a.rank - b.rank;
}

interface Head<T> {
  readonly value: T;
  /** Which source it is from; among equals the earlier source goes first. */
  readonly source: number;
  readonly iterator: AsyncIterator<T>;
}

/**
 * Merges sorted streams into one. Stable: among equals the earlier source goes first.
 * Holds one value of each source; O(log k) comparisons a value. Closes all sources when it ends, also early.
 *
 * @param sources  each ascending by `compare`
 */
export async function* mergeSorted<T>(sources: readonly AsyncIterable<T>[], compare: Compare<T>): AsyncGenerator<T> {
  const iterators = sources.map((source) => source[Symbol.asyncIterator]());
  const order: Compare<Head<T>> = (a, b) => compare(a.value, b.value) || a.source - b.source;
  try {
    const heap: Head<T>[] = [];
    for (const [source, iterator] of iterators.entries()) {
      const first = await iterator.next();
      if (first.done !== true) pushHead(heap, { value: first.value, source, iterator }, order);
    }
    for (let head = heap[0]; head !== undefined; head = heap[0]) {
      yield head.value;
      const next = await head.iterator.next();
      if (next.done === true) removeRoot(heap, order);
      else replaceRoot(heap, { ...head, value: next.value }, order);
    }
  } finally {
    await Promise.all(iterators.map((iterator) => iterator.return?.()));
  }
}

/** Keeps one member of each user, the one of the best rank. Expects the order of `compareMembers`. */
export async function* keepBestRanks(members: AsyncIterable<Member>): AsyncGenerator<Member> {
  let last: string | undefined;
  for await (const member of members) {
    if (member.userId === last) continue;
    last = member.userId;
    yield member;
  }
}

function pushHead<T>(heap: Head<T>[], head: Head<T>, order: Compare<Head<T>>): void {
  let index = heap.push(head) - 1;
  while (index > 0) {
    const parent = (index - 1) >> 1;
    const above = heap[parent];
    if (above === undefined || order(head, above) >= 0) break;
    heap[index] = above;
    index = parent;
  }
  heap[index] = head;
}

function removeRoot<T>(heap: Head<T>[], order: Compare<Head<T>>): void {
  const last = heap.pop();
  if (last !== undefined && heap.length > 0) replaceRoot(heap, last, order);
}

function replaceRoot<T>(heap: Head<T>[], head: Head<T>, order: Compare<Head<T>>): void {
  let index = 0;
  while (true) {
    const [left, right] = [heap[2 * index + 1], heap[2 * index + 2]];
    if (left === undefined) break;
    const goRight = right !== undefined && order(right, left) < 0;
    const child = goRight ? right : left;
    if (order(head, child) <= 0) break;
    heap[index] = child;
    index = 2 * index + (goRight ? 2 : 1);
  }
  heap[index] = head;
}
