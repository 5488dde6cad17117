/**
 * How the server runs the queries beside a long history: by which index, asked for what. Plans and not times, as these hold
 * on every machine. Tonight's run has come after the statistics, as every night's has: the server takes it for one row.
 */

import { historyQueries } from '../../bench/history';
import { fillHistory, historyRun, NOW, OPEN_RUN } from '../../bench/history/fill';
import { createRecorder, explain, type PlanStep, type Recorder } from '../../bench/history/recorder';
import { type Database, type OpenDatabase, openDatabase } from '../../src/database/connecting/connection';
import { deleteLedgerPage, streamLedger } from '../../src/database/keeping/keeping';
import { findCarried } from '../../src/database/ledger/carried';
import { claimByRules } from '../../src/database/ledger/claim-by-rules';
import { answerDeliveries, claimDeliveries, extendLeases } from '../../src/database/ledger/claims';
import {
  applyFallback,
  findOpenStates,
  planDeliveries,
  saveSlates,
  streamPlannedUsers,
} from '../../src/database/ledger/deliveries';
import { streamDeliveries } from '../../src/database/ledger/ledger-export';
import { listUnsettled, settleDeliveries } from '../../src/database/ledger/settlements';
import { findUnhandled } from '../../src/database/ledger/slot-ledger';
import { startTestPostgres, type TestPostgres } from '../support/database';

const RUNS = 2000;
let postgres: TestPostgres;
let database: OpenDatabase;
let recorder: Recorder;

beforeAll(async () => {
  postgres = await startTestPostgres();
  database = await openDatabase(await postgres.createDatabase());
  await fillHistory(database.pool, { runs: RUNS, deliveries: 300_000, largest: 10_000, open: 20_000 });
  recorder = createRecorder(database.pool);
}, 180_000);
afterAll(async () => {
  await database.close();
  await postgres.stop();
});

/** Asks, and answers how the server goes about the ledger and the runs for it. */
async function stepsOf(ask: (db: Database) => Promise<unknown>): Promise<readonly PlanStep[]> {
  recorder.take();
  await ask(recorder.db);
  const plans = await Promise.all(
    recorder
      .take()
      .filter(isPlanned)
      .map((statement) => explain(database.pool, statement)),
  );
  return plans.flat();
}

const isPlanned = ({ text }: { readonly text: string }) => /^\s*(select|with|insert|update|delete)/i.test(text);

/** `delivery_pkey(job, slot, user_id)`: the index, and which of its columns it is asked for. */
function indexOf({ index, condition }: PlanStep): string {
  const columns = condition.match(/\b(?:job|slot|user_id|run_id|state|due_at|domain|address_hash)\b(?= (?:=|<|>))/g);
  return `${index}(${[...new Set(columns)].join(', ')})`;
}

const tonight = { runId: OPEN_RUN, job: 'nightly-picks', slot: '2026-03-02' };
const users = (count: number) => Array.from({ length: count }, (_, n) => `u${String(n + 1).padStart(8, '0')}`);
const recipients = (count: number) =>
  users(count).map((userId) => ({ userId, addressHash: `hash-${userId}`, domain: 'people.example' }));
const claim = { token: 'T', limit: 64, now: NOW, leaseMs: 60_000 };

async function readFirst(pages: AsyncIterable<unknown>): Promise<void> {
  for await (const _page of pages) return;
}

describe('lists, looks of workers and reports', () => {
  it.each(historyQueries(RUNS).map((query) => [query.subject, query] as const))('%s', async (_subject, query) => {
    const steps = await stepsOf(query.ask);
    const kept = query.mayReadRuns === true ? ['delivery'] : ['delivery', 'run'];
    const scanned = steps.filter(({ node, table }) => node === 'Seq Scan' && kept.includes(table ?? ''));
    expect(steps.length).toBeGreaterThan(0);
    expect(scanned).toEqual([]);
  });

  it('a page of runs comes out of the index in its order, wherever it begins', async () => {
    const lists = historyQueries(RUNS).filter(
      (query) => query.subject.startsWith('listRuns') && query.mayReadRuns !== true,
    );
    expect(lists).toHaveLength(3);
    for (const { subject, ask } of lists) {
      const steps = (await stepsOf(ask)).map(({ node, index }) => index ?? node);
      expect([subject, steps]).toEqual([subject, ['Limit', 'run_created']]);
    }
  });
});

describe('the ledger of a run that the statistics do not know is found by whole keys', () => {
  const key = 'delivery_pkey(job, slot, user_id)';
  /** Of the open run, as what goes through a whole run reads it. */
  const PAGES = 3;
  it.each<[string, (db: Database) => Promise<unknown>, readonly string[]]>([
    ['planDeliveries', (db) => planDeliveries(db, tonight, { rows: recipients(500), now: NOW }), [key]],
    [
      'findUnhandled',
      (db) => findUnhandled(db, tonight, recipients(500)),
      [key, 'delivery_address(job, slot, address_hash)'],
    ],
    ['findCarried', (db) => findCarried(db, { job: tonight.job, slots: [tonight.slot] }, users(500)), [key]],
    ['streamPlannedUsers', (db) => readFirst(streamPlannedUsers(db, tonight)), [key]],
    [
      'saveSlates',
      (db) =>
        saveSlates(
          db,
          OPEN_RUN,
          users(500).map((userId) => ({ userId, itemIds: ['i1'] })),
        ),
      [key],
    ],
    ['applyFallback', (db) => applyFallback(db, tonight, ['i1']), Array<string>(2 * PAGES).fill(key)],
    ['claimDeliveries', (db) => claimDeliveries(db, OPEN_RUN, claim), ['delivery_due(run_id, due_at)', key]],
    [
      'answerDeliveries',
      (db) =>
        answerDeliveries(db, tonight, {
          token: 'T',
          now: NOW,
          answers: users(64).map((userId) => ({ userId, state: 'accepted' })),
        }),
      [key],
    ],
    [
      'extendLeases',
      (db) => extendLeases(db, tonight, { token: 'T', userIds: users(64), now: NOW, until: NOW + 1 }),
      [key],
    ],
    [
      'settleDeliveries',
      (db) =>
        settleDeliveries(db, tonight, {
          now: NOW,
          settlements: users(64).map((userId) => ({ userId, token: 'T', to: 'unknown', reason: 'r' })),
        }),
      [key],
    ],
    ['listUnsettled', (db) => listUnsettled(db, OPEN_RUN, NOW), ['delivery_open(run_id)']],
    ['streamDeliveries', (db) => readFirst(streamDeliveries(db, tonight, { withAddresses: false })), [key]],
    ['streamLedger', (db) => readFirst(streamLedger(db, tonight, 500)), [key]],
    [
      'deleteLedgerPage',
      (db) => deleteLedgerPage(db, { ...tonight, runId: 'none' }, { after: '', limit: 500 }),
      [key, key],
    ],
  ])('%s', async (_name, ask, indexes) => {
    const steps = (await stepsOf(ask)).filter(({ table, index }) => table === 'delivery' && index !== undefined);
    expect(steps.map(indexOf)).toEqual(indexes);
  });

  it('claimByRules, with rows that wait for their domain', async () => {
    await database.pool.query(`UPDATE delivery SET domain = 'people.example' WHERE run_id = $1`, [OPEN_RUN]);
    const rules = { sender: 'shop', perDomain: { 'people.example': 10 }, perSecond: undefined };
    const steps = await stepsOf((db) => claimByRules(db, OPEN_RUN, claim, rules));
    const found = new Set(steps.filter(({ table, index }) => table === 'delivery' && index !== undefined).map(indexOf));
    // What is due and what is held has indexes of its own; how they are gone through is claimByRules' own affair.
    expect([...found].filter((step) => !/^delivery_(due|held)\(run_id\b/.test(step))).toEqual([key]);
  });

  it('findOpenStates looks at one entry of an index for each state', async () => {
    const steps = await stepsOf((db) => findOpenStates(db, historyRun(7)));
    expect(steps.filter(({ table }) => table === 'delivery').every(({ node }) => node === 'Index Only Scan')).toBe(
      true,
    );
  });
});
