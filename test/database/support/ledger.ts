/** A ledger for a test file: a database of its own, runs in it, and short words for what a worker does. */

import { type OpenDatabase, openDatabase } from '../../../src/database/connecting/connection';
import { answerDeliveries, claimDeliveries, type DeliveryAnswer } from '../../../src/database/ledger/claims';
import { planDeliveries, type RunOfDeliveries, saveSlates } from '../../../src/database/ledger/deliveries';
import { createRun } from '../../../src/database/runs/runs';
import { startTestPostgres, type TestPostgres } from '../../support/database';

export const T0 = Date.UTC(2026, 2, 2, 2);
export const LEASE = 30_000;
let postgres: TestPostgres;
export let database: OpenDatabase;
let runs = 0;

/** Opens the database before the tests of the file and closes it after them. */
export function useLedger(): void {
  beforeAll(async () => {
    postgres = await startTestPostgres();
    database = await openDatabase(await postgres.createDatabase());
  }, 60_000);
  afterAll(async () => {
    await database.close();
    await postgres.stop();
  });
}

/** Makes a run of a job of its own, or a further one of the same job and slot. */
export async function makeRun(earlier?: RunOfDeliveries): Promise<RunOfDeliveries> {
  runs += 1;
  const run = { runId: `run-${runs}`, job: earlier?.job ?? `job-${runs}`, slot: '2026-03-02' };
  await createRun(database.db, { ...run, n: runs, kind: 'email', bundleUri: 's3://b/k', catalogueVersion: 1 }, T0);
  return run;
}

export const rowsOf = (ids: readonly string[]) =>
  ids.map((id) => ({ userId: id, addressHash: `hash-${id}`, domain: 'people.example' }));
export const idsOf = (count: number) => Array.from({ length: count }, (_, n) => `u${String(n).padStart(4, '0')}`);

export async function plannedRun(count: number): Promise<RunOfDeliveries> {
  const run = await makeRun();
  await planDeliveries(database.db, run, { rows: rowsOf(idsOf(count)), now: T0 });
  await saveSlates(
    database.db,
    run.runId,
    idsOf(count).map((userId) => ({ userId, itemIds: ['i1', 'i2'] })),
  );
  return run;
}

export const claim = (run: RunOfDeliveries, token: string, limit = 64, now = T0) =>
  claimDeliveries(database.db, run.runId, { token, limit, now, leaseMs: LEASE });

/** Answers, and tells how many rows have taken their answers. */
export const answerAll = async (
  run: RunOfDeliveries,
  token: string,
  answers: readonly DeliveryAnswer[],
  now = T0 + 1000,
) => (await answerDeliveries(database.db, run, { token, answers, now })).size;

export const readRow = (run: RunOfDeliveries, userId: string) =>
  database.db
    .selectFrom('delivery')
    .selectAll()
    .where('job', '=', run.job)
    .where('user_id', '=', userId)
    .executeTakeFirstOrThrow();

export const readAll = (run: RunOfDeliveries) =>
  database.db.selectFrom('delivery').selectAll().where('job', '=', run.job).orderBy('user_id').execute();
