import fc from 'fast-check';
import { compareBytes } from '../../src/audience/byte-order';
import { joinByUserId } from '../../src/audience/join';
import { batches, collect, collectAll } from './streams';

const toMember = (userId: string, index: number) => ({ userId, rank: index + 1 });
const join = (memberIds: readonly string[], contactIds: readonly string[], sizes: readonly [number, number] = [2, 2]) =>
  joinByUserId({
    members: batches(memberIds.map(toMember), sizes[0]),
    contacts: batches(contactIds, sizes[1]),
    userIdOf: (contact) => contact,
  });

const ids = fc
  .uniqueArray(fc.string({ unit: 'binary', minLength: 1, maxLength: 3 }), { maxLength: 30 })
  .map((list) => list.toSorted(compareBytes));

const size = fc.integer({ min: 1, max: 9 });

describe('joinByUserId', () => {
  it('gives every member its contact, or none', async () => {
    await fc.assert(
      fc.asyncProperty(ids, ids, ids, fc.tuple(size, size), async (shared, onlyMembers, onlyContacts, sizes) => {
        const memberIds = [...new Set([...shared, ...onlyMembers])].toSorted(compareBytes);
        const contactIds = [...new Set([...shared, ...onlyContacts])].toSorted(compareBytes);
        const joined = await collectAll(join(memberIds, contactIds, sizes));
        expect(joined).toEqual(
          memberIds.map((id, index) => ({
            member: toMember(id, index),
            contact: contactIds.includes(id) ? id : undefined,
          })),
        );
      }),
    );
  });

  it('reads contacts no further than the last member, and closes them', async () => {
    const read: string[] = [];
    let isClosed = false;
    async function* contacts() {
      try {
        for await (const batch of batches(['a', 'b', 'c', 'd', 'e'], 1)) {
          read.push(...batch);
          yield batch;
        }
      } finally {
        isClosed = true;
      }
    }
    await collect(
      joinByUserId({ members: batches([toMember('b', 0)], 1), contacts: contacts(), userIdOf: (id) => id }),
    );
    expect({ read, isClosed }).toEqual({ read: ['a', 'b'], isClosed: true });
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
