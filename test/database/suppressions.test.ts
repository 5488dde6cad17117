/** Suppressions of addresses, users and domains, for every job and for one, and what a contact's row says of them. */

import { hashAddress } from '../../src/content/address';
import { addressSubject, domainSubject, type Suppression, userSubject } from '../../src/content/suppression';
import { type OpenDatabase, openDatabase } from '../../src/database/connecting/connection';
import { streamContactPages } from '../../src/database/people/contact-pages';
import { findContacts, saveContacts } from '../../src/database/people/contacts';
import {
  findSuppressions,
  removeSuppression,
  saveSuppressions,
  streamSuppressions,
} from '../../src/database/people/suppressions';
import { startTestPostgres, type TestPostgres } from '../support/database';

const T0 = Date.UTC(2026, 2, 2, 2);
let postgres: TestPostgres;
let database: OpenDatabase;

beforeAll(async () => {
  postgres = await startTestPostgres();
});
beforeEach(async () => {
  database = await openDatabase(await postgres.createDatabase());
  const contacts = [
    ['ann', 'Ann@Mail.example'],
    ['ann-too', 'ann@mail.example'],
    ['bo', 'bo@mail.example'],
    ['cy', 'cy@sub.mail.example'],
  ] as const;
  await saveContacts(
    database.db,
    contacts.map(([userId, email]) => ({
      contact: { userId, email, attributes: {} },
      addressHash: hashAddress(email),
      addressDomain: email.split('@')[1]?.toLowerCase(),
    })),
    T0,
  );
});
afterEach(() => database.close());
afterAll(() => postgres.stop());

const entry = (subject: string, more: Partial<Suppression> = {}): Suppression => ({
  subject,
  reason: 'manual',
  source: 'test',
  at: T0,
  ...more,
});
const ANN = addressSubject('ANN@mail.example');
const MAIL = domainSubject('Mail.example') ?? '';

/** Who is suppressed, by which reason, as the job of a topic sees it; both ways of reading must agree. */
async function look(topic?: string): Promise<Record<string, string>> {
  const streamed: [string, string][] = [];
  for await (const page of streamContactPages(database.db, topic))
    for (const row of page) if (row.suppression !== undefined) streamed.push([row.contact.userId, row.suppression]);
  const found = await findContacts(database.db, ['ann', 'ann-too', 'bo', 'cy'], topic);
  const looked = [...found].flatMap(([id, row]) => (row.suppression === undefined ? [] : [[id, row.suppression]]));
  expect(Object.fromEntries(looked)).toEqual(Object.fromEntries(streamed));
  return Object.fromEntries(streamed);
}

it('an address holds for all who have it, in any spelling', async () => {
  await saveSuppressions(database.db, [entry(ANN)]);
  expect(await look()).toEqual({ ann: 'manual', 'ann-too': 'manual' });
  expect(await look('picks')).toEqual({ ann: 'manual', 'ann-too': 'manual' });
});

it('a user holds whatever the address; another who has it is written to', async () => {
  await saveSuppressions(database.db, [entry(userSubject('ann'))]);
  expect(await look()).toEqual({ ann: 'manual' });
});

it('a domain holds for its addresses, not for those of its subdomains', async () => {
  await saveSuppressions(database.db, [entry(MAIL)]);
  expect(await look()).toEqual({ ann: 'manual', 'ann-too': 'manual', bo: 'manual' });
});

it('of a topic holds for that job alone', async () => {
  await saveSuppressions(database.db, [entry(userSubject('bo'), { topic: 'picks', reason: 'unsubscribe' })]);
  expect(await look()).toEqual({});
  expect(await look('other')).toEqual({});
  expect(await look('picks')).toEqual({ bo: 'unsubscribe' });
});

it('the one of every job is told before that of the topic', async () => {
  await saveSuppressions(database.db, [
    entry(userSubject('bo'), { topic: 'picks', reason: 'unsubscribe' }),
    entry(MAIL, { reason: 'bounce' }),
  ]);
  expect((await look('picks')).bo).toBe('bounce');
});

it("a person's objection replaces a lesser reason, and is not replaced", async () => {
  expect(
    await saveSuppressions(database.db, [entry(ANN, { reason: 'bounce' }), entry(ANN, { reason: 'bounce' })]),
  ).toBe(1);
  expect(await saveSuppressions(database.db, [entry(ANN, { reason: 'manual', at: T0 + 1 })])).toBe(0);
  expect(await findSuppressions(database.db, [ANN])).toMatchObject([{ reason: 'bounce', at: T0 }]);
  expect(await saveSuppressions(database.db, [entry(ANN, { reason: 'complaint', at: T0 + 2 })])).toBe(0);
  expect(await saveSuppressions(database.db, [entry(ANN, { reason: 'unsubscribe', at: T0 + 3 })])).toBe(0);
  expect(await findSuppressions(database.db, [ANN])).toMatchObject([{ reason: 'complaint', at: T0 + 2 }]);
});

it('an objection is not lost where a lesser reason for the same one stands behind it in a file', async () => {
  const rows = [
    entry(ANN, { reason: 'bounce' }),
    entry(ANN, { reason: 'unsubscribe', at: T0 + 1 }),
    entry(ANN, { reason: 'manual', at: T0 + 2 }),
  ];
  expect(await saveSuppressions(database.db, rows)).toBe(1);
  expect(await findSuppressions(database.db, [ANN])).toMatchObject([{ reason: 'unsubscribe', at: T0 + 1 }]);
  const lesser = [entry(MAIL, { reason: 'bounce' }), entry(MAIL, { reason: 'manual' })];
  await saveSuppressions(database.db, lesser);
  expect(await findSuppressions(database.db, [MAIL])).toMatchObject([{ reason: 'bounce' }]);
});

it('is removed by its topic, and only for the reasons that are named', async () => {
  await saveSuppressions(database.db, [entry(ANN, { reason: 'unsubscribe' }), entry(ANN, { topic: 'picks' })]);
  expect(await removeSuppression(database.db, { subject: ANN, reasons: ['manual', 'bounce'] })).toBe(false);
  expect(await removeSuppression(database.db, { subject: ANN, topic: 'picks', reasons: ['manual'] })).toBe(true);
  expect(await findSuppressions(database.db, [ANN])).toMatchObject([{ reason: 'unsubscribe' }]);
});

it('are streamed in pages, each once, whatever their number', async () => {
  const many = Array.from({ length: 10_001 }, (_, n) => entry(userSubject(`u${n}`), n % 3 === 0 ? { topic: 't' } : {}));
  for (let from = 0; from < many.length; from += 2500)
    await saveSuppressions(database.db, many.slice(from, from + 2500));
  const seen: string[] = [];
  for await (const page of streamSuppressions(database.db)) seen.push(...page.map(({ subject }) => subject));
  expect(seen).toHaveLength(many.length);
  expect(new Set(seen).size).toBe(many.length);
  expect(seen).toEqual([...seen].sort());
});
