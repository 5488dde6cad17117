import fc from 'fast-check';
import { compareBytes } from '../../src/audience/byte-order';
import { admitMembers, joinByUserId } from '../../src/audience/join';
import { collect, stream } from './streams';

const toMember = (userId: string, index: number) => ({ userId, rank: index + 1 });
const join = (memberIds: readonly string[], contactIds: readonly string[]) =>
  joinByUserId({
    members: stream(memberIds.map(toMember)),
    contacts: stream(contactIds),
    userIdOf: (contact) => contact,
  });

const ids = fc
  .uniqueArray(fc.string({ unit: 'binary', minLength: 1, maxLength: 3 }), { maxLength: 30 })
  .map((list) => list.toSorted(compareBytes));

describe('joinByUserId', () => {
  it('gives every member its contact, or none', async () => {
    await fc.assert(
      fc.asyncProperty(ids, ids, ids, async (shared, onlyMembers, onlyContacts) => {
        const memberIds = [...new Set([...shared, ...onlyMembers])].toSorted(compareBytes);
        const contactIds = [...new Set([...shared, ...onlyContacts])].toSorted(compareBytes);
        const joined = await collect(join(memberIds, contactIds));
        expect(joined).toEqual(
          memberIds.map((id, index) => ({
            member: toMember(id, index),
            contact: contactIds.includes(id) ? id : undefined,
          })),
        );
      }),
    );
  });

  it.each([
    ['members', ['b', 'a'], ['a', 'b']],
    ['members', ['a', 'a'], ['a', 'b']],
    ['contacts', ['a', 'b', 'c'], ['b', 'a', 'c']],
  ])('refuses %s that are not ascending', async (what, memberIds, contactIds) => {
    await expect(collect(join(memberIds, contactIds))).rejects.toMatchObject({
      code: 'E_BUG',
      message: expect.stringContaining(what),
    });
  });
});

describe('admitMembers', () => {
  it('passes on who may be addressed, and every other member is told once', async () => {
    const reasons: string[] = [];
    const refuse = (contact: string) => (contact === 'b' ? 'no_consent' : undefined);

    const admitted = await collect(
      admitMembers(join(['a', 'b', 'c', 'd'], ['a', 'b', 'd']), {
        refuse,
        onLeftOut: (reason) => reasons.push(reason),
      }),
    );

    expect(admitted).toEqual([
      { member: { userId: 'a', rank: 1 }, contact: 'a' },
      { member: { userId: 'd', rank: 4 }, contact: 'd' },
    ]);
    expect(reasons).toEqual(['no_consent', 'no_contact']);
  });
});
