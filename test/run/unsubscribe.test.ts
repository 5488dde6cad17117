/** An unsubscribe is durable whether or not the database is there, and holds between the claim of a mail and its making. */
import { chmodSync, existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { Kysely, PostgresDialect } from 'kysely';
import { hashAddress } from '../../src/content/address';
import { hashSubject, userSubject } from '../../src/content/suppression';
import { createPool, type OpenDatabase, openDatabase } from '../../src/database/connecting/connection';
import { findContacts, saveContacts } from '../../src/database/people/contacts';
import { findSuppressions } from '../../src/database/people/suppressions';
import type { Tables } from '../../src/database/schema';
import { drainSpool, takeUnsubscribe } from '../../src/run/suppress/unsubscribe';
import { startTestPostgres, type TestPostgres } from '../support/database';
import { makeTestFolder } from '../support/nightjar';
import { findClosedPort } from '../support/smtp-server';

const AT = Date.UTC(2026, 2, 2, 2);
const folder = makeTestFolder('nightjar-unsubscribe');
let postgres: TestPostgres;
let database: OpenDatabase;
let away: Kysely<Tables>;

beforeAll(async () => {
  postgres = await startTestPostgres();
  database = await openDatabase(await postgres.createDatabase());
  const pool = createPool({ host: '127.0.0.1', port: await findClosedPort() }, 'nightjar');
  away = new Kysely<Tables>({ dialect: new PostgresDialect({ pool }) });
  const email = 'ann@mail.example';
  const contact = { userId: 'ann', email, attributes: {} };
  await saveContacts(database.db, [{ contact, addressHash: hashAddress(email), addressDomain: 'mail.example' }], AT);
});
afterAll(async () => {
  await away.destroy();
  await database.close();
  await postgres.stop();
});

const logged: string[] = [];
const withDatabase = (db: Kysely<Tables>, name: string) => ({
  db,
  spoolDir: path.join(folder, name),
  log: (level: string, event: string) => void logged.push(`${level} ${event}`),
});
const ENTRY = { userId: 'ann', list: 'picks', source: 'one-click', at: AT };
const suppressionOf = async (userId: string, topic: string) =>
  (await findContacts(database.db, [userId], topic)).get(userId)?.suppression;

it('is stored by user and by address, for the list that was left, and again changes nothing', async () => {
  expect(await takeUnsubscribe(withDatabase(database.db, 'a'), ENTRY)).toBe('stored');
  expect(await takeUnsubscribe(withDatabase(database.db, 'a'), { ...ENTRY, at: AT + 5 })).toBe('stored');
  expect(await suppressionOf('ann', 'picks')).toBe('unsubscribe');
  expect(await suppressionOf('ann', 'other')).toBeUndefined();
  const subjects = [userSubject('ann'), hashSubject(hashAddress('ann@mail.example'))];
  expect(await findSuppressions(database.db, subjects)).toEqual(
    [...subjects]
      .sort()
      .map((subject) => ({ subject, topic: 'picks', reason: 'unsubscribe', source: 'one-click', at: AT })),
  );
});

it('of every list holds for every job, and of a contact who is gone it is kept by user', async () => {
  const { list: _list, ...everything } = ENTRY;
  expect(await takeUnsubscribe(withDatabase(database.db, 'b'), { ...everything, userId: 'gone' })).toBe('stored');
  expect(await findSuppressions(database.db, [userSubject('gone')])).toMatchObject([{ reason: 'unsubscribe' }]);
});

it('waits on disk while the database is away, and is stored when it is back', async () => {
  const dir = 'c';
  expect(await takeUnsubscribe(withDatabase(away, dir), { ...ENTRY, list: 'late' })).toBe('spooled');
  expect(await takeUnsubscribe(withDatabase(away, dir), { ...ENTRY, list: 'later', at: AT + 1 })).toBe('spooled');
  expect(logged).toContain('warn unsubscribe spooled');
  await expect(drainSpool(withDatabase(away, dir))).rejects.toThrow();
  expect(readdirSync(path.join(folder, dir))).toHaveLength(2);

  expect(await drainSpool(withDatabase(database.db, dir))).toBe(2);

  expect(await suppressionOf('ann', 'late')).toBe('unsubscribe');
  expect(await suppressionOf('ann', 'later')).toBe('unsubscribe');
  expect(readdirSync(path.join(folder, dir))).toEqual([]);
  expect(await drainSpool(withDatabase(database.db, dir))).toBe(0);
});

it('of two processes that drain one spool, each is stored, and neither fails', async () => {
  const engines = withDatabase(database.db, 'd');
  for (let n = 0; n < 20; n++) await takeUnsubscribe(withDatabase(away, 'd'), { ...ENTRY, list: `two-${n}` });
  await Promise.all([drainSpool(engines), drainSpool(engines)]);
  for (let n = 0; n < 20; n++) expect(await suppressionOf('ann', `two-${n}`)).toBe('unsubscribe');
});

it('a file that is no entry stays where it is and is told, and holds up no other', async () => {
  const dir = path.join(folder, 'e');
  mkdirSync(dir);
  const broken = path.join(dir, `${'0'.repeat(64)}.json`);
  writeFileSync(broken, '{"version":1,"us');
  // What the database would refuse must not hold up what stands behind it.
  const refused = { version: 1, userId: 'a\0b', list: 'beside', source: 'one-click', at: AT - 1 };
  writeFileSync(path.join(dir, `${'1'.repeat(64)}.json`), JSON.stringify(refused));
  writeFileSync(path.join(dir, `${'2'.repeat(64)}.json`), JSON.stringify({ ...refused, userId: 'ann', at: 1e300 }));
  await takeUnsubscribe(withDatabase(away, 'e'), { ...ENTRY, list: 'beside' });
  logged.length = 0;
  expect(await drainSpool(withDatabase(database.db, 'e'))).toBe(1);
  expect(logged).toContain('error spooled unsubscribe unreadable');
  expect(existsSync(broken)).toBe(true);
  expect(await suppressionOf('ann', 'beside')).toBe('unsubscribe');
});

it('one that the database refuses for itself stays, is told, and holds up no other', async () => {
  await database.pool.query(`
    CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN IF NEW.subject = 'user:poison' THEN RAISE EXCEPTION 'refused'; END IF; RETURN NEW; END $$;
    CREATE TRIGGER refuse BEFORE INSERT ON suppression FOR EACH ROW EXECUTE FUNCTION refuse()`);
  await takeUnsubscribe(withDatabase(away, 'h'), { ...ENTRY, userId: 'poison', at: AT - 1 });
  await takeUnsubscribe(withDatabase(away, 'h'), { ...ENTRY, list: 'behind' });
  logged.length = 0;
  expect(await drainSpool(withDatabase(database.db, 'h'))).toBe(1);
  expect(logged).toContain('error spooled unsubscribe refused');
  expect(await suppressionOf('ann', 'behind')).toBe('unsubscribe');
  expect(readdirSync(path.join(folder, 'h'))).toHaveLength(1);
});

it('whoever repeats the wish while the database is away fills no disk', async () => {
  const engines = withDatabase(away, 'f');
  for (let n = 0; n < 5; n++) expect(await takeUnsubscribe(engines, { ...ENTRY, at: AT + n })).toBe('spooled');
  const { list: _list, ...everything } = ENTRY;
  await takeUnsubscribe(engines, everything);
  expect(readdirSync(path.join(folder, 'f'))).toHaveLength(2);
});

it('a file of the spool that was damaged is written anew by the same wish', async () => {
  const dir = path.join(folder, 'g');
  await takeUnsubscribe(withDatabase(away, 'g'), { ...ENTRY, list: 'mended' });
  const [file = ''] = readdirSync(dir);
  writeFileSync(path.join(dir, file), '');
  await takeUnsubscribe(withDatabase(away, 'g'), { ...ENTRY, list: 'mended' });
  expect(await drainSpool(withDatabase(database.db, 'g'))).toBe(1);
  expect(await suppressionOf('ann', 'mended')).toBe('unsubscribe');
});

it('is refused where neither the database nor the disk takes it, so that the sender tries again', async () => {
  const file = path.join(folder, 'no-folder');
  writeFileSync(file, '');
  chmodSync(file, 0o400);
  await expect(takeUnsubscribe(withDatabase(away, 'no-folder'), ENTRY)).rejects.toThrow(/EEXIST|ENOTDIR/);
});
