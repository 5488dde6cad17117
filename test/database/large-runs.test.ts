/** What changes a whole run goes through it in parts: one statement over millions of rows would never end within its time. */
import { sql } from 'kysely';
import { applyFallback, countDeliveries, excludeWithoutSlate } from '../../src/database/ledger/deliveries';
import { dropOpenDeliveries, reopenFinished } from '../../src/database/ledger/operator-changes';
import { dropHeld } from '../../src/database/pacing/destinations';
import { moveRun } from '../../src/database/runs/runs';
import { database, makeRun, T0, useLedger } from './support/ledger';

useLedger();

const ROWS = 45_000;
/** More than this in one statement fails in this file. */
const MOST = 20_000;

beforeAll(async () => {
  await database.pool.query(`
    CREATE FUNCTION check_rows() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
      IF (SELECT count(*) FROM changed) > ${MOST} THEN RAISE EXCEPTION 'one statement changed more than ${MOST} rows'; END IF;
      RETURN NULL;
    END $$;
    CREATE TRIGGER check_rows AFTER UPDATE ON delivery REFERENCING NEW TABLE AS changed
      FOR EACH STATEMENT EXECUTE FUNCTION check_rows()`);
});

/** A run of many rows that all have these columns; every third has a slate unless told. */
async function largeRun(columns: string, slate = `CASE WHEN n % 3 = 0 THEN '["i1"]'::jsonb END`) {
  const run = await makeRun();
  await sql`
    INSERT INTO delivery (job, slot, user_id, run_id, address_hash, domain, due_at, attempt, fallback, slate, state, held, reason)
    SELECT ${run.job}, ${run.slot}, 'u' || lpad(n::text, 6, '0'), ${run.runId}, 'h' || n, 'slow.example', ${new Date(T0)}, 1,
           false, ${sql.raw(slate)}, ${sql.raw(columns)}
    FROM generate_series(1, ${sql.raw(String(ROWS))}) AS n
  `.execute(database.db);
  return run;
}

it('the fallback is given to all who have no slate, and to nobody else', async () => {
  const run = await largeRun(`CASE WHEN n % 10 = 0 THEN 'excluded' ELSE 'planned' END, false, NULL`);
  const without = (ROWS * 2 * 9) / (3 * 10);

  expect(await applyFallback(database.db, run, ['p1'])).toBe(without);
  expect(await applyFallback(database.db, run, ['p1'])).toBe(0);

  const { rows } = await sql<{ slate: unknown; fallback: boolean; count: number }>`
    SELECT slate, fallback, count(*) AS count FROM delivery WHERE run_id = ${run.runId} AND state = 'planned'
    GROUP BY 1, 2 ORDER BY 3
  `.execute(database.db);
  expect(rows).toEqual([
    { slate: ['i1'], fallback: false, count: without / 2 },
    { slate: ['p1'], fallback: true, count: without },
  ]);
});

it('all without a slate are excluded', async () => {
  const run = await largeRun(`'planned', false, NULL`);

  expect(await excludeWithoutSlate(database.db, run, T0)).toBe((ROWS * 2) / 3);
  expect(await countDeliveries(database.db, run.runId)).toMatchObject({ planned: ROWS / 3, excluded: (ROWS * 2) / 3 });
});

it('all that is held for a domain is given up, and all that is open is dropped by a cancel', async () => {
  const run = await largeRun(`'planned', n % 9 <> 0, NULL`);
  const drop = { domain: 'slow.example', reason: 'smtp_421', now: T0 };

  expect(await dropHeld(database.db, run.runId, drop)).toBe((ROWS * 8) / 9);
  expect(await dropOpenDeliveries(database.db, run.runId, T0)).toBe(ROWS / 9);
});

it('all that failed is planned again, told by what it was; also what SES put off until the attempts were used up', async () => {
  const reasons = `CASE n % 5 WHEN 0 THEN 'ses_TooManyRequestsException' WHEN 1 THEN 'not_reached' WHEN 2 THEN 'unknown'
    WHEN 3 THEN 'smtp_550_5.1.1' ELSE 'smtp_450' END`;
  const state = `CASE n % 5 WHEN 3 THEN 'refused' ELSE 'dropped' END`;
  const run = await largeRun(`${state}, false, ${reasons}`, `'["i1"]'::jsonb`);
  await moveRun(database.db, run.runId, { from: 'planned', to: 'finished', now: T0 });

  const failed = await reopenFinished(database.db, run.runId, { only: [], now: T0 });

  const count = ROWS / 5;
  expect(failed).toEqual([
    { state: 'dropped', name: 'not_reached', count },
    { state: 'dropped', name: 'ses_TooManyRequestsException', count },
    { state: 'dropped', name: 'smtp_450', count },
    { state: 'refused', name: 'smtp_550_5.1.1', count },
  ]);
  expect(await countDeliveries(database.db, run.runId)).toMatchObject({ planned: 4 * count, dropped: count });
});
