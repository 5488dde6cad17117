/** What recipients have bought and been shown is looked up by key, however large the tables are and whatever the server guesses. */
import { Kysely, PostgresDialect, sql } from 'kysely';
import { findBought, findShown } from '../../src/database/ledger/seen-items';
import { createRun } from '../../src/database/runs/runs';
import type { Tables } from '../../src/database/schema';
import { database, T0, useLedger } from './support/ledger';

useLedger();

const USERS = Array.from({ length: 200 }, (_, n) => `u${String(n).padStart(6, '0')}`);

beforeAll(async () => {
  await database.pool.query(`
    INSERT INTO interaction (user_id, item_id, at, event_type)
    SELECT 'u' || lpad((n % 5000)::text, 6, '0'), 'i' || n, to_timestamp(${T0 / 1000} - n), 'Purchase' FROM generate_series(1, 60000) n`);
});

/** Runs of a job, a day each, whose mails went to 5000 users at `T0`. */
async function deliver(job: string, days: number): Promise<void> {
  for (let day = 0; day < days; day++) {
    const slot = new Date(T0 + day * 86_400_000).toISOString().slice(0, 10);
    const run = { runId: `${job}.${slot}`, job, slot };
    await createRun(database.db, { ...run, n: 1, kind: 'email', bundleUri: 's3://b/k', catalogueVersion: 1 }, T0);
    await sql`
      INSERT INTO delivery (job, slot, user_id, run_id, address_hash, due_at, attempt, fallback, state, answered_at, shown)
      SELECT ${job}, ${slot}, 'u' || lpad(n::text, 6, '0'), ${run.runId}, 'h' || n, ${new Date(T0)}, 1, false, 'accepted',
             ${new Date(T0)}, jsonb_build_array('i' || n, ${`d${day}`}::text)
      FROM generate_series(0, 4999) AS n`.execute(database.db);
  }
}

/** Does a look-up and tells how the server would do it. */
async function planOf(look: (db: Kysely<Tables>) => Promise<unknown>): Promise<string> {
  let plan = '';
  const asked: { sql: string; parameters: unknown[] }[] = [];
  const db = new Kysely<Tables>({
    dialect: new PostgresDialect({ pool: database.pool }),
    log: ({ query }) => void asked.push({ sql: query.sql, parameters: [...query.parameters] }),
  });
  await look(db);
  for (const one of asked) {
    const { rows } = await database.pool.query<{ 'QUERY PLAN': string }>(`EXPLAIN ${one.sql}`, one.parameters);
    plan += rows.map((row) => row['QUERY PLAN']).join('\n');
  }
  return plan;
}

it.each(['before', 'after'])(
  'by key, %s the server has counted its rows',
  async (when) => {
    const job = `job-${when}`;
    await deliver(job, 6);
    if (when === 'after') await database.pool.query('ANALYZE');
    const bought = await planOf((db) => findBought(db, { userIds: USERS, since: 0, events: ['purchase'] }));
    const shown = await planOf((db) => findShown(db, { job, userIds: USERS, since: 0 }));
    expect(bought).toMatch(/Scan (using|on) interaction_pkey/);
    expect(shown).toMatch(/Scan (using|on) delivery_pkey/);
    expect(`${bought}${shown}`).not.toMatch(/Seq Scan on (delivery|interaction)/);
    const found = await findShown(database.db, { job, userIds: ['u000007'], since: T0 });
    expect([...(found.get('u000007') ?? [])].sort()).toEqual(['d0', 'd1', 'd2', 'd3', 'd4', 'd5', 'i7']);
    expect((await findShown(database.db, { job, userIds: ['u000007'], since: T0 + 1 })).size).toBe(0);
  },
  60_000,
);

it('a run that has been sending for longer than the time counts by when its mails were answered', async () => {
  await deliver('ramp', 1);
  await database.pool.query(
    `UPDATE run SET state = 'sending', updated_at = to_timestamp(${T0 / 1000 - 90 * 86_400}) WHERE job = 'ramp'`,
  );
  const found = await findShown(database.db, { job: 'ramp', userIds: ['u000001'], since: T0 - 1000 });
  expect([...(found.get('u000001') ?? [])].sort()).toEqual(['d0', 'i1']);
});
