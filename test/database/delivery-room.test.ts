/** Rows of the ledger have room to grow in: also where they were planned before an upgrade. */
import { Kysely, Migrator, PostgresDialect, sql } from 'kysely';
import { openDatabase } from '../../src/database/connecting/connection';
import { createPool } from '../../src/database/connecting/pool';
import { planDeliveries, saveSlates } from '../../src/database/ledger/deliveries';
import { MIGRATIONS } from '../../src/database/migrations/all';
import { createRun } from '../../src/database/runs/runs';
import type { Tables } from '../../src/database/schema';
import { startTestPostgres, type TestPostgres } from '../support/database';

let postgres: TestPostgres;

beforeAll(async () => {
  postgres = await startTestPostgres();
});
afterAll(() => postgres.stop());

const ROWS = 1000;
const SLATE = Array.from({ length: 20 }, (_, n) => `coffee-${n}`);

function runOf(slot: string) {
  const run = { runId: `picks.${slot}`, job: 'picks', slot, n: 1, kind: 'email' as const };
  return { ...run, bundleUri: 's3://nightjar/bundles/x.json', catalogueVersion: 1 };
}

const users = Array.from({ length: ROWS }, (_, n) => `u${n}`);

async function planAll(db: Kysely<Tables>, slot: string): Promise<void> {
  await createRun(db, runOf(slot), 0);
  const rows = users.map((userId) => ({ userId, addressHash: `${slot} ${userId}`, domain: 'people.example' }));
  await planDeliveries(db, runOf(slot), { rows, now: 0 });
}

/** Stores a slate on each row, and tells how many rows stayed in their pages, so that no index learned of it. */
function slateAll(db: Kysely<Tables>, slot: string): Promise<number> {
  return db.transaction().execute(async (trx) => {
    const slates = users.map((userId) => ({ userId, itemIds: SLATE }));
    expect(await saveSlates(trx, runOf(slot).runId, slates)).toBe(ROWS);
    const found = await sql<{ stayed: number }>`
      SELECT n_tup_hot_upd AS stayed FROM pg_stat_xact_user_tables WHERE relname = 'delivery'`.execute(trx);
    return found.rows[0]?.stayed ?? 0;
  });
}

async function fileOf(db: Kysely<Tables>): Promise<unknown> {
  const found = await sql<{ file: unknown }>`SELECT pg_relation_filenode('delivery') AS file`.execute(db);
  return found.rows[0]?.file;
}

it('slates stay in the pages of their rows, and an upgrade of a filled table writes no row anew', async () => {
  const connection = await postgres.createDatabase();
  const old = new Kysely<Tables>({ dialect: new PostgresDialect({ pool: createPool(connection, 'nightjar') }) });
  await sql`CREATE SCHEMA nightjar`.execute(old);
  const provider = { getMigrations: async () => MIGRATIONS };
  const migrator = new Migrator({ db: old, provider, migrationTableSchema: 'nightjar' });
  expect((await migrator.migrateTo('0015-written-queries')).error).toBeUndefined();
  await planAll(old, '2026-03-03');
  const file = await fileOf(old);
  await old.destroy();

  const { db, close } = await openDatabase(connection);
  expect(await fileOf(db)).toBe(file);
  const before = await slateAll(db, '2026-03-03');
  await planAll(db, '2026-03-04');
  const after = await slateAll(db, '2026-03-04');

  expect(before).toBeLessThan(ROWS / 10);
  expect(after).toBeGreaterThan(0.9 * ROWS);
  await close();
});
