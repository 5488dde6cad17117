/** The guard `excludedShare`: a run that leaves out too many, since too little is left to show, stops before it has left out all. */

import type { OpenEngines } from '../../src/cli/open-engines';
import { currentCatalogueVersion, readCatalogue, saveItems } from '../../src/database/catalogue';
import { countDeliveries, saveSlates } from '../../src/database/ledger/deliveries';
import { readMakingCounts } from '../../src/database/ledger/making-counts';
import { findRun } from '../../src/database/runs/runs';
import type { Engines } from '../../src/run/engines';
import { approveRun } from '../../src/run/operate/approve';
import { checkExclusions, readShownFigures } from '../../src/run/sending/making';
import { makeTestFolder } from '../support/nightjar';
import { type RecordingServer, startRecordingServer } from './support/recording-server';
import { driveLanes, makeSendingRun, stockShop, workerOn } from './support/sending-run';
import { openWorld } from './support/world';

const folder = makeTestFolder('nightjar-excluded-share');
let base: OpenEngines;
let server: RecordingServer;
let worker: Engines & { close(): Promise<void> };

beforeAll(async () => {
  base = await openWorld(folder);
  await stockShop(base);
  server = await startRecordingServer();
  worker = workerOn(base, server.url);
}, 60_000);
afterAll(async () => {
  await worker.close();
  await server.close();
  await base.close();
});

const SHOW = '{ items: 3, min: 2, fallback: none }';

/** Makes a run in which each `every`-th recipient was recommended things that are gone. */
async function makeRun(
  name: string,
  wish: { readonly every: number; readonly guard?: string; readonly people: number },
) {
  const { every, guard, people } = wish;
  const run = await makeSendingRun(base, { name, show: SHOW, guard, domains: { 'a.test': people } });
  const gone = Array.from({ length: Math.floor(people / every) }, (_, nth) => ({
    userId: `${name}-${String((nth + 1) * every).padStart(4, '0')}`,
    itemIds: ['i1', 'gone-1', 'gone-2'],
  }));
  await saveSlates(base.db, run.runId, gone);
  return run.runId;
}

it('pauses the run as paused(guard:excludedShare), and says what is missing; approved, it goes on to its end', async () => {
  const runId = await makeRun('half', { every: 2, guard: '{ excludedShare: 20% }', people: 400 });

  await driveLanes([worker, worker], runId);

  const run = await findRun(base.db, runId);
  expect(run).toMatchObject({ state: 'paused', pausedReason: 'guard:excludedShare', resumeState: 'sending' });
  expect(run?.error).toMatchObject({
    code: 'E_RUN_GUARD',
    message: expect.stringMatching(
      /^excludedShare: too little to show for \d+ of \d+ recipients \([\d.]+ %\); most often: .*unknown.*; allowed: 20 %$/,
    ),
  });
  const paused = await countDeliveries(base.db, runId);
  expect(paused.excluded + paused.accepted).toBeLessThanOrEqual(256);
  expect(paused.planned).toBeGreaterThanOrEqual(144);

  await approveRun(base, runId, 'kim');
  await driveLanes([worker, worker], runId);
  const counts = await countDeliveries(base.db, runId);
  expect(counts).toMatchObject({ accepted: 200, excluded: 200, planned: 0 });
}, 60_000);

it('leaves a run alone that leaves out fewer, or has no such guard, and counts what was passed over', async () => {
  const few = await makeRun('few', { every: 10, guard: '{ excludedShare: 20% }', people: 200 });
  await driveLanes([worker, worker], few);
  expect((await findRun(base.db, few))?.state).toBe('sending');
  expect(await countDeliveries(base.db, few)).toMatchObject({ accepted: 180, excluded: 20 });
  expect(Object.fromEntries(await readMakingCounts(base.db, few))).toEqual({
    mail: 180,
    'excluded:too_few_items': 20,
    'skipped:unknown': 40,
  });
  expect(await readShownFigures(base.db, few)).toEqual({ fromFallback: 0, skipped: [{ name: 'unknown', count: 40 }] });

  const free = await makeRun('free', { every: 2, people: 60 });
  await driveLanes([worker, worker], free);
  expect(await countDeliveries(base.db, free)).toMatchObject({ accepted: 30, excluded: 30 });
}, 60_000);

/** Drives the run, and once more as if what was put off were due. */
async function driveTwice(runId: string, between: () => Promise<void>): Promise<void> {
  await driveLanes([worker, worker], runId);
  await between();
  await base.db
    .updateTable('delivery')
    .set({ due_at: new Date(0) })
    .where('run_id', '=', runId)
    .execute();
  await driveLanes([worker, worker], runId);
  server.judge(undefined);
}

it('counts a recipient once whose mail is made again after a 4xx answer', async () => {
  const runId = await makeRun('again', { every: 10, people: 200 });
  const asked = new Map<string, number>();
  server.judge((to) => {
    asked.set(to, (asked.get(to) ?? 0) + 1);
    return asked.get(to) === 1 ? '450 4.2.0 come again' : undefined;
  });
  await driveTwice(runId, async () => {
    expect((await countDeliveries(base.db, runId)).deferred).toBe(180);
  });

  expect([...asked.values()]).toEqual(Array.from({ length: 180 }, () => 2));
  expect(await countDeliveries(base.db, runId)).toMatchObject({ accepted: 180, excluded: 20 });
  expect(Object.fromEntries(await readMakingCounts(base.db, runId))).toEqual({
    mail: 180,
    'excluded:too_few_items': 20,
    'skipped:unknown': 40,
  });
}, 60_000);

it('moves one that was put off, and then has too little to show, from the made to those left out', async () => {
  const runId = await makeRun('gone-since', { every: 81, people: 80 });
  server.judge((to) => {
    const nth = Number(to.slice(-'0001@a.test'.length, -'@a.test'.length));
    return nth <= 30 ? '450 4.2.0 come again' : undefined;
  });
  await driveTwice(runId, async () => {
    expect(Object.fromEntries(await readMakingCounts(base.db, runId))).toEqual({ mail: 80 });
    const items = [...(await readCatalogue(base.db, await currentCatalogueVersion(base.db))).values()];
    const soldOut = items.map((item) => ({ ...item, stock: 0 }));
    await saveItems(base.db, soldOut, { replace: false, now: base.now() });
  });

  expect(await countDeliveries(base.db, runId)).toMatchObject({ accepted: 50, excluded: 30 });
  expect(Object.fromEntries(await readMakingCounts(base.db, runId))).toEqual({
    mail: 50,
    'excluded:no_recommendations': 30,
  });
}, 60_000);

it.each([
  ['no mail at all', {}, false, 0],
  ['none left out', { mail: 10 }, false, 0],
  ['as many as are allowed', { mail: 8, 'excluded:too_few_items': 2 }, false, 0.2],
  ['more', { mail: 7, 'excluded:too_few_items': 1, 'excluded:section_missing': 2 }, true, 0.4],
  ['all', { 'excluded:no_recommendations': 10 }, true, 1],
])('of %s', (_, counts, trips, measure) => {
  expect(checkExclusions(0.2, new Map(Object.entries(counts)))).toMatchObject({ trips, measure });
});
