/** Measures the queries that lists, workers and reports make, beside a history of 10,000 runs and 10 million deliveries. */
import type { Pool } from 'pg';
import type { Database, OpenDatabase } from '../src/database/connecting/connection';
import { listEndedBundles, listEndedRuns } from '../src/database/keeping/keeping';
import { claimDeliveries } from '../src/database/ledger/claims';
import { countDeliveries, countFallback, findOpenStates, tallyReasons } from '../src/database/ledger/deliveries';
import { findLatestRun, listCancelledWithClaims, listRuns, openRuns } from '../src/database/runs/run-lists';
import { findRun } from '../src/database/runs/runs';
import { measureArchive } from './history/archive';
import { fillHistory, type HistorySize, historyRun, NOW, OPEN_RUN } from './history/fill';
import { measureNight } from './history/night';
import { createRecorder, explain } from './history/recorder';
import { withDatabase } from './history/server';
import type { BenchLine } from './parse';

const SIZE: HistorySize = { runs: 10_000, deliveries: 10_000_000, largest: 1_000_000, open: 100_000 };
const ROUNDS = 25;

/** A query as people and workers make it. */
export interface HistoryQuery {
  readonly subject: string;
  readonly ask: (db: Database) => Promise<unknown>;
  /** May go through all runs, never through all deliveries: it is asked once an hour, or where few runs match. */
  readonly mayReadRuns?: true;
}

/** The queries that must not grow with the history. */
export function historyQueries(runs: number): readonly HistoryQuery[] {
  const middle = historyRun(Math.round(runs / 2));
  const before = { createdAt: NOW - 86_400_000 - (runs / 2) * 3_600_000, runId: middle };
  return [
    { subject: 'listRuns, first page', ask: (db) => listRuns(db, { limit: 50 }) },
    { subject: 'listRuns, a page in the middle', ask: (db) => listRuns(db, { limit: 50, before }) },
    { subject: 'listRuns, of a job', ask: (db) => listRuns(db, { limit: 50, job: 'nightly-picks' }) },
    {
      subject: 'listRuns, failed ones',
      ask: (db) => listRuns(db, { limit: 50, states: ['failed'] }),
      mayReadRuns: true,
    },
    { subject: 'findRun', ask: (db) => findRun(db, middle) },
    { subject: 'findLatestRun', ask: (db) => findLatestRun(db, 'nightly-picks', '2026-03-02') },
    { subject: 'openRuns (reconcile)', ask: (db) => openRuns(db) },
    { subject: 'listCancelledWithClaims (reconcile)', ask: (db) => listCancelledWithClaims(db, NOW) },
    { subject: 'findOpenStates (reconcile)', ask: (db) => findOpenStates(db, OPEN_RUN) },
    { subject: 'claimDeliveries, 64 of the open run', ask: (db) => claimDeliveries(db, OPEN_RUN, CLAIM) },
    { subject: 'countDeliveries, an old run', ask: (db) => countDeliveries(db, middle) },
    { subject: 'countDeliveries, the largest run', ask: (db) => countDeliveries(db, historyRun(runs)) },
    { subject: 'countDeliveries, the open run', ask: (db) => countDeliveries(db, OPEN_RUN) },
    { subject: 'countFallback, an old run', ask: (db) => countFallback(db, middle) },
    { subject: 'tallyReasons, an old run', ask: (db) => tallyReasons(db, middle, 'excluded') },
    { subject: 'listEndedBundles (keeping)', ask: (db) => listEndedBundles(db), mayReadRuns: true },
    {
      subject: 'listEndedRuns (keeping)',
      ask: (db) => listEndedRuns(db, { bundleUri: 's3://nightjar/bundles/none.json', before: NOW, limit: 100 }),
      mayReadRuns: true,
    },
  ];
}

const CLAIM = { token: 'bench', limit: 64, now: NOW, leaseMs: 60_000 };

/** Fills the history and asks every query 25 times; then sends, counts and archives beside it. */
export async function run(size: HistorySize = SIZE): Promise<readonly BenchLine[]> {
  return withDatabase(async (database) => {
    const began = performance.now();
    await fillHistory(database.pool, size);
    const filled = { seconds: Math.round((performance.now() - began) / 1000), ...(await sizeOf(database.pool)) };
    const lines: BenchLine[] = [
      { subject: `history of ${size.runs} runs, ${size.deliveries} deliveries`, figures: filled },
    ];
    for (const query of historyQueries(size.runs)) lines.push(await measure(database, query));
    return [...lines, await measureNight(database), ...(await measureArchive(database, size.runs))];
  });
}

async function sizeOf(pool: Pool): Promise<{ readonly 'table MB': number; readonly 'indexes MB': number }> {
  const rows = await pool.query<{ table: number; indexes: number }>(
    `SELECT pg_table_size('nightjar.delivery') AS "table", pg_indexes_size('nightjar.delivery') AS indexes`,
  );
  const megabytes = (bytes = 0) => Math.round(bytes / 1e6);
  return { 'table MB': megabytes(rows.rows[0]?.table), 'indexes MB': megabytes(rows.rows[0]?.indexes) };
}

async function measure({ pool }: OpenDatabase, { subject, ask }: HistoryQuery): Promise<BenchLine> {
  const { db, take } = createRecorder(pool);
  await ask(db);
  const steps = (await Promise.all(take().map((statement) => explain(pool, statement)))).flat();
  const times: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const began = performance.now();
    await ask(db);
    times.push(performance.now() - began);
  }
  times.sort((a, b) => a - b);
  const at = (share: number) => Math.round((times[Math.floor(share * (times.length - 1))] ?? 0) * 10) / 10;
  const scanned = steps.filter((step) => step.node === 'Seq Scan').map((step) => step.table ?? '');
  const used = [...new Set(steps.flatMap((step) => step.index ?? []))];
  return {
    subject,
    figures: {
      'median ms': at(0.5),
      'slowest ms': at(1),
      indexes: used.join(' '),
      'seq scans': scanned.join(' ') || 'none',
    },
  };
}
