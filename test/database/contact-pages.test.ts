/** Contacts read in pages of columns are those that are read row by row, whatever their texts hold. */
import fc from 'fast-check';
import { hashAddress } from '../../src/content/address';
import { addressSubject, domainSubject, type Suppression, userSubject } from '../../src/content/suppression';
import { type OpenDatabase, openDatabase } from '../../src/database/connecting/connection';
import { BloomFilter } from '../../src/database/people/bloom-filter';
import { type PageOptions, streamContactPages } from '../../src/database/people/contact-pages';
import { type ContactRow, findContacts, saveContacts } from '../../src/database/people/contacts';
import { saveSuppressions } from '../../src/database/people/suppressions';
import type { Contact } from '../../src/job/people';
import { startTestPostgres, type TestPostgres } from '../support/database';
import { waitUntil } from './embedded/processes';

const T0 = Date.UTC(2026, 2, 2, 2);
let postgres: TestPostgres;
let database: OpenDatabase;

beforeAll(async () => {
  postgres = await startTestPostgres();
});
beforeEach(async () => {
  database = await openDatabase(await postgres.createDatabase());
});
afterEach(() => database.close());
afterAll(() => postgres.stop());

const text = fc
  .string({ unit: 'grapheme', minLength: 1, maxLength: 8 })
  .filter((one) => !one.includes('\0') && one.isWellFormed());
const hard = fc.oneof(
  { weight: 5, arbitrary: text },
  fc.constantFrom('a\x1eb', '\x1e', 'tab\tlf\n', '\\', "'", 'Ł', '😀'),
);
const contactOf: fc.Arbitrary<Contact> = fc.record(
  {
    userId: hard,
    email: hard,
    firstName: hard,
    lastName: hard,
    locale: text,
    country: text,
    timeZone: text,
    phone: text,
    consent: fc.oneof(fc.boolean(), fc.array(hard, { maxLength: 3 })),
    consentAt: fc.date({ min: new Date(0), max: new Date(T0), noInvalidDate: true }).map((date) => date.toISOString()),
    consentSource: text,
    attributes: fc.dictionary(text, hard, { maxKeys: 3 }),
  },
  { requiredKeys: ['userId', 'attributes'] },
);

const toRow = (contact: Contact): ContactRow => ({
  contact,
  addressHash: contact.email === undefined ? undefined : hashAddress(contact.email),
  addressDomain: contact.email?.split('@')[1],
});

async function readPages(topic?: string, options?: PageOptions) {
  const pages = [];
  for await (const page of streamContactPages(database.db, topic, options)) pages.push(page);
  return pages;
}

async function readRows(topic?: string) {
  const ids = await database.db.selectFrom('contact').select('user_id').orderBy('user_id').execute();
  const userIds = ids.map((row) => row.user_id);
  const found = await findContacts(database.db, userIds, topic);
  return userIds.map((userId) => found.get(userId));
}

const people = ['ann', 'bo', 'cy', 'dee', 'eve'].map((userId) =>
  toRow({ userId, email: `${userId}@${userId}.example`, firstName: userId, attributes: { plan: 'gold' } }),
);
const suppressed = (subject: string, more: Partial<Suppression> = {}): Suppression => ({
  subject,
  reason: 'manual',
  source: 'test',
  at: T0,
  ...more,
});

describe('streamContactPages', () => {
  it('reads what is looked up row by row, in the order of user ids', async () => {
    const contacts = fc.uniqueArray(contactOf, { selector: ({ userId }) => userId, maxLength: 12 });
    await fc.assert(
      fc.asyncProperty(contacts, fc.integer({ min: 1, max: 5 }), async (list, pageRows) => {
        await database.pool.query('TRUNCATE contact');
        await saveContacts(database.db, list.map(toRow), T0);
        expect((await readPages(undefined, { pageRows })).flat()).toEqual(await readRows());
      }),
      { numRuns: 60 },
    );
  });

  it.each([undefined, 'news', 'other'])('tells the suppressions that count for the topic %s', async (topic) => {
    await saveContacts(database.db, people, T0);
    await saveSuppressions(database.db, [
      suppressed(userSubject('ann')),
      suppressed(addressSubject('bo@bo.example'), { reason: 'bounce' }),
      suppressed(domainSubject('cy.example') ?? '', { reason: 'complaint' }),
      suppressed(userSubject('dee'), { topic: 'news', reason: 'unsubscribe' }),
      suppressed(userSubject('ann'), { topic: 'news', reason: 'unsubscribe' }),
    ]);
    const pages = (await readPages(topic, { pageRows: 2 })).flat();
    expect(pages).toEqual(await readRows(topic));
    expect(pages.map(({ suppression }) => suppression)).toEqual([
      'manual',
      'bounce',
      'complaint',
      topic === 'news' ? 'unsubscribe' : undefined,
      undefined,
    ]);
  });

  it('tells the suppression of whoever it has read, though the contact goes or changes meanwhile', async () => {
    await saveContacts(database.db, people, T0);
    await saveSuppressions(database.db, [
      suppressed(userSubject('dee')),
      suppressed(addressSubject('eve@eve.example')),
    ]);
    const pages = streamContactPages(database.db, undefined, { pageRows: 1 });
    const other = await database.pool.connect();
    try {
      const told = new Map<string, string | undefined>();
      const read = async () => {
        for (const { contact, suppression } of (await pages.next()).value ?? []) told.set(contact.userId, suppression);
      };
      await read();
      await read();
      await waitUntil(async () => database.pool.idleCount === database.pool.totalCount - 1);
      for (const change of [
        "DELETE FROM contact WHERE user_id = 'dee'",
        "UPDATE contact SET email = 'new@eve.example', address_hash = 'new' WHERE user_id = 'eve'",
      ]) {
        // The next page has its columns, and waits for the suppressions.
        await other.query('BEGIN');
        await other.query('LOCK TABLE suppression IN ACCESS EXCLUSIVE MODE');
        await read();
        await waitUntil(async () => (await other.query('SELECT FROM pg_locks WHERE NOT granted')).rowCount === 1);
        await other.query(change);
        await other.query('COMMIT');
      }
      await read();
      expect(Object.fromEntries(told)).toEqual({
        ann: undefined,
        bo: undefined,
        cy: undefined,
        dee: 'manual',
        eve: 'manual',
      });
    } finally {
      other.release();
      await pages.return(undefined);
    }
  });

  it('reads no more columns than are asked for, and suppressions all the same', async () => {
    await saveContacts(database.db, people.slice(0, 2), T0);
    await saveSuppressions(database.db, [suppressed(addressSubject('bo@bo.example'))]);
    const [page] = await readPages(undefined, { columns: ['first_name'] });
    expect(page?.map(({ contact, suppression }) => ({ ...contact, suppression }))).toEqual([
      { userId: 'ann', firstName: 'ann', attributes: {}, suppression: undefined },
      { userId: 'bo', firstName: 'bo', attributes: {}, suppression: 'manual' },
    ]);
  });

  it('reads nothing more for a reader that has enough', async () => {
    await saveContacts(database.db, people, T0);
    for await (const page of streamContactPages(database.db, undefined, { pageRows: 2 })) {
      expect(page.map(({ contact }) => contact.userId)).toEqual(['ann', 'bo']);
      break;
    }
    expect(database.pool.idleCount).toBe(database.pool.totalCount);
  });

  it('reads contacts with much to them in smaller pages', async () => {
    const rows = Array.from({ length: 1200 }, (_, n) =>
      toRow({ userId: String(10_000 + n), attributes: { note: 'x'.repeat(100_000) } }),
    );
    for (let from = 0; from < rows.length; from += 200) {
      await saveContacts(database.db, rows.slice(from, from + 200), T0);
    }
    const pages = (await readPages()).map((page) => page.map(({ contact }) => contact.userId));
    expect(pages.map((page) => page.length)).toEqual([1000, 167, 33]);
    expect(pages.flat()).toEqual(rows.map(({ contact }) => contact.userId));
  });

  it('reads nobody where there is nobody', async () => {
    expect(await readPages()).toEqual([]);
  });
});

describe('a Bloom filter', () => {
  it('finds every text that was added, and few others', () => {
    const filter = new BloomFilter(10_000);
    // They stand between others, which must not count.
    const texts = Buffer.from(Array.from({ length: 20_000 }, (_, n) => `user ${10_000 + n}`).join(''));
    const place = (n: number) => [texts, 10 * n, 10 * n + 10] as const;
    for (let n = 0; n < 10_000; n++) filter.add(...place(n));
    const found = (from: number) => Array.from({ length: 10_000 }, (_, n) => filter.mayHold(...place(from + n)));
    expect(found(0)).not.toContain(false);
    expect(found(10_000).filter(Boolean).length).toBeLessThan(200);
  });
});
