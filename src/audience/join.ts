/** Joins members with contacts by merging two streams of the same order. */
import { NightjarError } from '../errors';
import { compareBytes } from './byte-order';
import type { Member } from './members';

/** A member and the contact of the same user id, if there is one. */
export interface JoinedMember<C> {
  readonly member: Member;
  readonly contact: C | undefined;
}

interface JoinCase<C> {
  /** Ascending by user id in bytes, each user once. */
  readonly members: AsyncIterable<readonly Member[]>;
  /** In the same order. */
  readonly contacts: AsyncIterable<readonly C[]>;
  readonly userIdOf: (contact: C) => string;
}

/**
 * Joins every member with its contact, in the order and the batches of the members; contacts that are no members are passed
 * over. Reads contacts only as far as the last member.
 *
 * @throws E_BUG if either stream is not ascending: the join would lose people silently
 */
export async function* joinByUserId<C>({
  members,
  contacts,
  userIdOf,
}: JoinCase<C>): AsyncGenerator<readonly JoinedMember<C>[]> {
  const cursor = new ContactCursor(contacts[Symbol.asyncIterator](), userIdOf);
  let last: string | undefined;
  try {
    for await (const batch of members) {
      const joined: JoinedMember<C>[] = [];
      for (const member of batch) {
        if (last !== undefined && compareBytes(last, member.userId) >= 0) throw unsorted('members');
        last = member.userId;
        while (!cursor.reach(member.userId)) await cursor.refill();
        joined.push({ member, contact: cursor.contactOf(member.userId) });
      }
      yield joined;
    }
  } finally {
    await cursor.close();
  }
}

/** Moves along the contacts, a batch at a time; only `refill` waits. */
class ContactCursor<C> {
  private batch: readonly C[] = [];
  private index = 0;
  private isDone = false;
  private contact: C | undefined;
  /** Of `contact`. */
  private userId: string | undefined;

  constructor(
    private readonly iterator: AsyncIterator<readonly C[]>,
    private readonly userIdOf: (contact: C) => string,
  ) {}

  /** Moves on to the first contact that is not before the user id; false where the batch ends before it. */
  reach(userId: string): boolean {
    while (this.userId === undefined || compareBytes(this.userId, userId) < 0) {
      const next = this.batch[this.index];
      if (next === undefined) return this.isDone;
      this.index += 1;
      const found = this.userIdOf(next);
      if (this.userId !== undefined && compareBytes(this.userId, found) >= 0) throw unsorted('contacts');
      this.userId = found;
      this.contact = next;
    }
    return true;
  }

  contactOf(userId: string): C | undefined {
    return this.userId === userId ? this.contact : undefined;
  }

  async refill(): Promise<void> {
    const next = await this.iterator.next();
    this.isDone = next.done === true;
    this.batch = next.done === true ? [] : next.value;
    this.index = 0;
  }

  async close(): Promise<void> {
    await this.iterator.return?.();
  }
}

function unsorted(what: string): NightjarError {
  return new NightjarError('E_BUG', `the ${what} of a join are not in ascending order of user id`);
}
