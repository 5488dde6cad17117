/** Compares sorted streams of members: who is in both, and who in one alone. */
import { compareBytes } from './byte-order';
import type { Member } from './members';

type Members = AsyncIterable<readonly Member[]>;

export interface Comparison {
  readonly both: number;
  readonly onlyBefore: number;
  readonly onlyNow: number;
}

/** One user of two streams: in the first, in the second, or in both. */
export interface Compared {
  readonly userId: string;
  readonly before: boolean;
  readonly now: boolean;
}

/** Yields every user of two streams once, in order; both ascending by user id in bytes, each user once. */
export async function* compareMembership(before: Members, now: Members): AsyncGenerator<readonly Compared[]> {
  const [old, young] = [new Cursor(before), new Cursor(now)];
  try {
    let batch: Compared[] = [];
    await Promise.all([old.ready(), young.ready()]);
    while (old.userId !== undefined || young.userId !== undefined) {
      const order = compareIds(old.userId, young.userId);
      const userId = (order <= 0 ? old.userId : young.userId) ?? '';
      batch.push({ userId, before: order <= 0, now: order >= 0 });
      if (order <= 0 && !old.advance()) await old.ready();
      if (order >= 0 && !young.advance()) await young.ready();
      if (batch.length < BATCH) continue;
      yield batch;
      batch = [];
    }
    if (batch.length > 0) yield batch;
  } finally {
    await Promise.all([old.close(), young.close()]);
  }
}

const BATCH = 2048;

/** Counts what `compareMembership` finds. */
export async function countMembership(before: Members, now: Members): Promise<Comparison> {
  const counts = { both: 0, onlyBefore: 0, onlyNow: 0 };
  for await (const batch of compareMembership(before, now)) {
    for (const user of batch) {
      if (user.before && user.now) counts.both += 1;
      else if (user.before) counts.onlyBefore += 1;
      else counts.onlyNow += 1;
    }
  }
  return counts;
}

/** The share of the users of either who are in both, from 0 to 1 (Jaccard index); 1 where there is nobody. */
export function similarity({ both, onlyBefore, onlyNow }: Comparison): number {
  const all = both + onlyBefore + onlyNow;
  return all === 0 ? 1 : both / all;
}

function compareIds(a: string | undefined, b: string | undefined): number {
  if (a === undefined) return 1;
  return b === undefined ? -1 : compareBytes(a, b);
}

/** The place in one stream; `userId` is undefined at its end. */
class Cursor {
  userId: string | undefined;
  private batch: readonly Member[] = [];
  private index = 0;
  private readonly iterator: AsyncIterator<readonly Member[]>;

  constructor(members: Members) {
    this.iterator = members[Symbol.asyncIterator]();
  }

  /** Moves on within the batch; false at its end. */
  advance(): boolean {
    this.index += 1;
    this.userId = this.batch[this.index]?.userId;
    return this.userId !== undefined;
  }

  /** Reads the next batch that holds anybody. */
  async ready(): Promise<void> {
    do {
      const next = await this.iterator.next();
      if (next.done === true) return;
      this.batch = next.value;
      this.index = 0;
      this.userId = this.batch[0]?.userId;
    } while (this.userId === undefined);
  }

  async close(): Promise<void> {
    await this.iterator.return?.();
  }
}
