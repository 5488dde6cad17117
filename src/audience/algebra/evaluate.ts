/** Evaluates an expression over sorted members in one merge of all its sets. */
import { NightjarError } from '../../errors';
import { compareBytes } from '../byte-order';
import type { Member } from '../members';
import type { Compiled } from './compile';
import { UNRANKED } from './rank';

type Batch = readonly Member[];

/** Where the reading of one set stands. */
interface Head {
  readonly bit: number;
  readonly iterator: AsyncIterator<Batch>;
  batch: Batch;
  /** Whether the batch has no user id with surrogates: such ids JavaScript itself compares right, and several times faster. */
  isPlain: boolean;
  index: number;
  member: Member;
}

const BATCH_MEMBERS = 2000;

/**
 * Yields the members for whom an expression holds, ascending by user id in bytes; each has the best rank among the sets that
 * make it hold. Holds one batch of each set. Closes all sets when it ends, also early.
 *
 * @param sources  the sets in the order of `leaves`, each ascending by user id, each user once
 * @throws E_BUG if a set is not ascending: the result would be wrong silently
 */
export async function* evaluate(
  { holds }: Pick<Compiled, 'holds'>,
  sources: readonly AsyncIterable<Batch>[],
): AsyncGenerator<Batch> {
  const iterators = sources.map((source) => source[Symbol.asyncIterator]());
  const ranks = sources.map(() => UNRANKED);
  try {
    const heap = await openHeap(iterators);
    let kept: Member[] = [];
    for (let head = heap[0]; head !== undefined; ) {
      const first = head.member;
      const { userId } = first;
      let mask = 0;
      while (head !== undefined && head.member.userId === userId) {
        mask |= 1 << head.bit;
        ranks[head.bit] = head.member.rank;
        head.index += 1;
        const next = head.batch[head.index] ?? (await refill(head));
        if (next === undefined) removeFirst(heap);
        else moveOn(heap, head, next);
        head = heap[0];
      }
      const counted = holds(mask);
      if (counted < 0) continue;
      const rank = bestOf(ranks, counted);
      kept.push(rank === first.rank ? first : { userId, rank });
      if (kept.length < BATCH_MEMBERS) continue;
      yield kept;
      kept = [];
    }
    if (kept.length > 0) yield kept;
  } finally {
    await Promise.all(iterators.map((iterator) => iterator.return?.()));
  }
}

async function openHeap(iterators: readonly AsyncIterator<Batch>[]): Promise<Head[]> {
  const heap: Head[] = [];
  for (const [bit, iterator] of iterators.entries()) {
    const head: Head = { bit, iterator, batch: [], isPlain: true, index: 0, member: { userId: '', rank: UNRANKED } };
    const first = await refill(head);
    if (first === undefined) continue;
    head.member = first;
    heap.push(head);
  }
  // A sorted list is a heap.
  return heap.sort(compareHeads);
}

const SURROGATE = /[\ud800-\udfff]/;

function compareHeads(a: Head, b: Head): number {
  const [idA, idB] = [a.member.userId, b.member.userId];
  if (!a.isPlain || !b.isPlain) return compareBytes(idA, idB);
  if (idA === idB) return 0;
  return idA < idB ? -1 : 1;
}

/** Reads the next batch that has anybody in it, and gives its first member. */
async function refill(head: Head): Promise<Member | undefined> {
  while (true) {
    const next = await head.iterator.next();
    if (next.done === true) return undefined;
    const [first] = next.value;
    if (first === undefined) continue;
    head.batch = next.value;
    head.isPlain = !SURROGATE.test(next.value.map(({ userId }) => userId).join(''));
    head.index = 0;
    return first;
  }
}

function bestOf(ranks: readonly number[], counted: number): number {
  let best = UNRANKED;
  for (let rest = counted; rest !== 0; rest &= rest - 1) {
    const rank = ranks[31 - Math.clz32(rest & -rest)] ?? UNRANKED;
    if (rank < best) best = rank;
  }
  return best;
}

function moveOn(heap: Head[], head: Head, next: Member): void {
  const last = head.member.userId;
  const isAscending = head.isPlain ? last < next.userId : compareBytes(last, next.userId) < 0;
  if (!isAscending) {
    throw new NightjarError('E_BUG', 'a set of an audience is not in ascending order of user id');
  }
  head.member = next;
  sink(heap, head);
}

function removeFirst(heap: Head[]): void {
  const last = heap.pop();
  if (last !== undefined && heap.length > 0) sink(heap, last);
}

/** Puts a head, which stands at the top or is to stand there, where it belongs. */
function sink(heap: Head[], head: Head): void {
  const { length } = heap;
  let index = 0;
  while (true) {
    const left = 2 * index + 1;
    const first = heap[left];
    if (first === undefined) break;
    const second = left + 1 < length ? heap[left + 1] : undefined;
    const isSecond = second !== undefined && compareHeads(second, first) < 0;
    const child = isSecond ? second : first;
    if (compareHeads(head, child) <= 0) break;
    heap[index] = child;
    index = isSecond ? left + 1 : left;
  }
  heap[index] = head;
}
