import fc from 'fast-check';
import { compareBytes } from '../../src/audience/byte-order';
import { joinPages } from '../../src/audience/join-pages';
import { escapeId } from '../../src/audience/members';
import type { ContactPage } from '../../src/job/contact-page';
import { pageOf } from './page-of';
import { batches, collect, cut, stream } from './streams';

/** The member at a place has the rank of the place, from 1. */
const memberFile = (ids: readonly string[]) => ids.map((id, index) => `${escapeId(id)}\t${index + 1}\n`).join('');

async function* pagesOf(ids: readonly string[], size: number): AsyncGenerator<ContactPage> {
  for await (const some of batches(ids, size)) yield pageOf(some.map((userId) => ({ userId, attributes: {} })));
}

async function join(
  members: string | Uint8Array,
  contactIds: readonly string[],
  sizes: readonly [number, number] = [5, 2],
) {
  const counts = { members: 0, unknown: 0 };
  const chunks = stream(cut(Buffer.from(members), sizes[0]));
  const joined = await collect(joinPages({ members: chunks, pages: pagesOf(contactIds, sizes[1]) }, counts));
  const found = joined.flatMap(({ page, rows, ranks }) =>
    Array.from(rows, (row, place) => [page.userIds.textAt(row), ranks[place]] as const),
  );
  return { counts, found };
}

const unit = fc.constantFrom(...'ab\\\t\n\ré東', '😀', '\uFFFD', '\u001e');
const ids = fc
  .uniqueArray(fc.string({ unit, minLength: 1, maxLength: 3 }), { maxLength: 30 })
  .map((list) => list.toSorted(compareBytes));

describe('joinPages', () => {
  it('finds the contact of every member that has one, and counts the others', async () => {
    const size = fc.tuple(fc.integer({ min: 1, max: 40 }), fc.integer({ min: 1, max: 9 }));
    await fc.assert(
      fc.asyncProperty(ids, ids, ids, size, fc.boolean(), async (shared, onlyMembers, onlyContacts, sizes, isEnded) => {
        const memberIds = [...new Set([...shared, ...onlyMembers])].toSorted(compareBytes);
        const contactIds = [...new Set([...shared, ...onlyContacts])].toSorted(compareBytes);
        const file = memberFile(memberIds);
        // The last line needs no line feed.
        const { found, counts } = await join(isEnded ? file : file.replace(/\n$/, ''), contactIds, sizes);

        const known = memberIds.flatMap((id, index) => (contactIds.includes(id) ? [[id, index + 1]] : []));
        expect(found).toEqual(known);
        expect(counts).toEqual({ members: memberIds.length, unknown: memberIds.length - known.length });
      }),
      { numRuns: 500 },
    );
  });

  it('reads contacts no further than the last member, and closes both', async () => {
    const read: string[] = [];
    const closed: string[] = [];
    async function* pages() {
      try {
        for (const userId of ['a', 'b', 'c', 'd']) {
          read.push(userId);
          yield pageOf([{ userId, attributes: {} }]);
        }
      } finally {
        closed.push('contacts');
      }
    }
    async function* members() {
      try {
        yield Buffer.from(memberFile(['b']));
        yield Buffer.alloc(0);
      } finally {
        closed.push('members');
      }
    }
    await collect(joinPages({ members: members(), pages: pages() }, { members: 0, unknown: 0 }));
    expect({ read, closed: closed.toSorted() }).toEqual({ read: ['a', 'b'], closed: ['contacts', 'members'] });
  });

  it.each([
    ['members', ['b', 'a'], ['a', 'b']],
    ['members', ['a', 'a'], ['a', 'b']],
    ['contacts', ['a', 'b', 'c'], ['b', 'a', 'c']],
    ['contacts', ['a', 'b', 'c', 'd'], ['a', 'b', 'b', 'd']],
  ])('refuses %s that are not ascending', async (what, memberIds, contactIds) => {
    await expect(join(memberFile(memberIds), contactIds)).rejects.toMatchObject({
      code: 'E_BUG',
      message: expect.stringContaining(what),
    });
  });

  it.each([
    ['a\t1\nb\n', 2],
    ['a\t1\nb\tx\n', 2],
    ['a\t01\n', 1],
    ['a\t\n', 1],
    ['a\t1\n\nb\t2\n', 2],
  ])('names the line of a member file that is none: %j', async (text, line) => {
    await expect(join(text, ['a', 'b'])).rejects.toMatchObject({ code: 'E_OBJECT_FORMAT', where: { line } });
  });

  it('refuses bytes that are not UTF-8', async () => {
    const bytes = Buffer.concat([Buffer.from('a'), Buffer.of(0xff), Buffer.from('\t1\n')]);
    await expect(join(bytes, ['a'])).rejects.toMatchObject({ code: 'E_OBJECT_FORMAT' });
  });
});
