/** Joins members with contacts by merging two streams of the same order, and leaves out who may not be addressed. */
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
  readonly members: AsyncIterable<Member>;
  /** In the same order. */
  readonly contacts: AsyncIterable<C>;
  readonly userIdOf: (contact: C) => string;
}

/**
 * Joins every member with its contact, in the order of the members; contacts that are no members are passed over.
 * Reads contacts only as far as the last member.
 *
 * @throws E_BUG if either stream is not ascending: the join would lose people silently
 */
export async function* joinByUserId<C>({ members, contacts, userIdOf }: JoinCase<C>): AsyncGenerator<JoinedMember<C>> {
  const iterator = contacts[Symbol.asyncIterator]();
  const advance = createCursor(iterator, userIdOf);
  let last: string | undefined;
  try {
    for await (const member of members) {
      if (last !== undefined && compareBytes(last, member.userId) >= 0) throw unsorted('members');
      last = member.userId;
      yield { member, contact: await advance(member.userId) };
    }
  } finally {
    await iterator.return?.();
  }
}

/** A member who may be addressed. */
export interface AdmittedMember<C> {
  readonly member: Member;
  readonly contact: C;
}

interface AdmissionCase<C> {
  /** Tells why a member may not be addressed; undefined admits. */
  readonly refuse: (contact: C, member: Member) => string | undefined;
  /** Is told each reason, once a member left out; `no_contact` where there is none to ask about. */
  readonly onLeftOut: (reason: string) => void;
}

/** Passes the members on who may be addressed, in their order, and counts the others by reason. */
export async function* admitMembers<C>(
  joined: AsyncIterable<JoinedMember<C>>,
  { refuse, onLeftOut }: AdmissionCase<C>,
): AsyncGenerator<AdmittedMember<C>> {
  for await (const { member, contact } of joined) {
    if (contact === undefined) {
      onLeftOut('no_contact');
      continue;
    }
    const reason = refuse(contact, member);
    if (reason === undefined) yield { member, contact };
    else onLeftOut(reason);
  }
}

/** Makes a function that moves on to a user id and answers with the contact there, if there is one. */
function createCursor<C>(iterator: AsyncIterator<C>, userIdOf: (contact: C) => string) {
  let current: { readonly userId: string; readonly contact: C } | undefined;
  let isDone = false;
  return async (userId: string): Promise<C | undefined> => {
    while (!isDone && (current === undefined || compareBytes(current.userId, userId) < 0)) {
      const next = await iterator.next();
      isDone = next.done === true;
      if (next.done === true) break;
      const found = { userId: userIdOf(next.value), contact: next.value };
      if (current !== undefined && compareBytes(current.userId, found.userId) >= 0) throw unsorted('contacts');
      current = found;
    }
    return current?.userId === userId ? current.contact : undefined;
  };
}

function unsorted(what: string): NightjarError {
  return new NightjarError('E_BUG', `the ${what} of a join are not in ascending order of user id`);
}
