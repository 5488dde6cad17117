/** What was suppressed by address before users, domains and topics could be stays suppressed, for every job. */
import { Kysely, Migrator, PostgresDialect, sql } from 'kysely';
import { hashAddress } from '../../src/content/address';
import { domainSubject } from '../../src/content/suppression';
import { openDatabase } from '../../src/database/connecting/connection';
import { createPool } from '../../src/database/connecting/pool';
import { MIGRATIONS } from '../../src/database/migrations/all';
import { findContacts } from '../../src/database/people/contacts';
import { saveSuppressions } from '../../src/database/people/suppressions';
import type { Tables } from '../../src/database/schema';
import { startTestPostgres, type TestPostgres } from '../support/database';

let postgres: TestPostgres;

beforeAll(async () => {
  postgres = await startTestPostgres();
});
afterAll(() => postgres.stop());

const ROWS = 2000;

it('an upgrade keeps the suppressions of addresses and learns the domains of contacts', async () => {
  const connection = await postgres.createDatabase();
  const old = new Kysely<Tables>({ dialect: new PostgresDialect({ pool: createPool(connection, 'nightjar') }) });
  await sql`CREATE SCHEMA nightjar`.execute(old);
  const provider = { getMigrations: async () => MIGRATIONS };
  const migrator = new Migrator({ db: old, provider, migrationTableSchema: 'nightjar' });
  const earlier = await migrator.migrateTo('0009-show');
  expect(earlier.error).toBeUndefined();
  await sql`
    INSERT INTO contact (user_id, email, address_hash, attributes, imported_at)
    SELECT 'u' || n, ' Ann' || n || '@Mail.Example ', encode(sha256(('ann' || n || '@mail.example')::bytea), 'hex'), '{}', now()
    FROM generate_series(1, ${ROWS}::int) AS n`.execute(old);
  await sql`INSERT INTO contact (user_id, email, attributes, imported_at) VALUES ('none', 'no address', '{}', now())`.execute(
    old,
  );
  await sql`
    INSERT INTO suppression (address_hash, reason, source, at)
    SELECT address_hash, 'complaint', 'import', now() FROM contact WHERE address_hash IS NOT NULL AND user_id < 'u2'`.execute(
    old,
  );
  await old.destroy();

  const { db, close } = await openDatabase(connection);

  const look = async (id: string, topic?: string) => (await findContacts(db, [id], topic)).get(id);
  expect(await look('u1', 'picks')).toMatchObject({
    addressHash: hashAddress('ann1@mail.example'),
    suppression: 'complaint',
  });
  expect(await look('u2')).toMatchObject({ suppression: undefined });
  const subject = domainSubject('mail.example') ?? '';
  await saveSuppressions(db, [{ subject, reason: 'manual', source: 'test', at: 0 }]);
  expect((await look('u2'))?.suppression).toBe('manual');
  expect((await look('none'))?.suppression).toBeUndefined();
  await close();
});
