/** The monthly budget over all jobs, and what `estimate` tells of the runs to come. */

import { formatEstimate } from '../../src/cli/estimate-text';
import type { OpenEngines } from '../../src/cli/open-engines';
import { batchJobsOf, saveBatchJobState } from '../../src/database/buying/batch-jobs';
import { readMonthSpending } from '../../src/database/buying/budget';
import type { Engines } from '../../src/run/engines';
import { estimateJobs } from '../../src/run/estimate';
import { approveRun } from '../../src/run/operate/approve';
import { cancelRun } from '../../src/run/operate/cancel';
import { planRun } from '../../src/run/plan-run';
import { startRun } from '../../src/run/start-run';
import { readSummary } from '../../src/run/stored-summary';
import { makeTestFolder } from '../support/nightjar';
import { countCalls, forgetFaults } from './support/local-aws';
import { driveToOutput, readLines, writeLines } from './support/outputs';
import { PEOPLE, prepareSmallShop } from './support/small-shop';
import { audienceSource, driveRun, emailSource, openWorld, type Rig, rigUp } from './support/world';

const folder = makeTestFolder('nightjar-budget');
/** Of one run of the e-mail jobs here. */
const COST = (PEOPLE / 1000) * 0.067;
let shop: OpenEngines;
let months = 0;

beforeAll(async () => {
  shop = await openWorld(folder);
  await prepareSmallShop(shop);
}, 60_000);
beforeEach(() => forgetFaults(shop));
afterAll(() => shop.close());

/** Engines with a budget, in a month of their own. */
function inFreshMonth(month: string | null, prices?: Partial<Engines['settings']['prices'][string]>): Rig {
  months += 1;
  const rig = rigUp(shop);
  const region = shop.settings.prices['us-east-1'];
  if (region === undefined) throw new Error('the default settings have no prices');
  const settings = {
    ...rig.engines.settings,
    budget: { month },
    prices: { 'us-east-1': { ...region, ...prices } },
  };
  rig.clock.advanceTo(Date.UTC(2040, months, 10));
  return { ...rig, engines: { ...rig.engines, settings } };
}

const start = async (rig: Rig, name: string) =>
  (await startRun(rig.engines, { source: emailSource(name), slot: '2026-03-02', again: false })).runId;

it('lets runs of different jobs buy until the month is spent; the next one pauses before its create call', async () => {
  const rig = inFreshMonth(`${2.5 * COST} USD`);
  for (const name of ['spend-1', 'spend-2'])
    expect((await driveRun(rig, await start(rig, name))).state).toBe('finished');
  await forgetFaults(shop);

  const runId = await start(rig, 'spend-3');
  const run = await driveRun(rig, runId);
  expect(run).toMatchObject({ state: 'paused', pausedReason: 'guard:budget' });
  expect(run.error).toMatchObject({
    message: 'budget: 0.0054 USD spent, and this run costs 0.0027 USD; allowed: 0.0067 USD in 2040-02',
  });
  expect(await batchJobsOf(shop.db, runId)).toEqual([]);
  expect(await countCalls(shop, 'CreateBatchInferenceJob')).toMatchObject({ effects: 0, outcomes: {} });
  const plan = await planRun(rig.engines, { source: emailSource('spend-3'), slot: '2026-03-02' });
  expect(plan.guards).toMatchObject([{ guard: 'budget', outcome: 'trips' }]);

  await approveRun(rig.engines, runId, 'kim');
  expect((await driveRun(rig, runId)).state).toBe('finished');
  const month = { currency: 'USD', now: rig.engines.now() };
  expect((await readMonthSpending(shop.db, month)).spent).toBeCloseTo(3 * COST, 9);

  rig.clock.advanceTo(Date.UTC(2040, months + 1, 1));
  months += 1;
  expect((await driveRun(rig, await start(rig, 'spend-4'))).state).toBe('finished');
});

it('a segment job counts with the most that it may return, and then with what it has; equal queries are bought once', async () => {
  const rig = inFreshMonth('100 USD', { segmentPer1000: 100 });
  const segment =
    'queries: { tea: \'ITEMS.CATEGORY = "tea"\', again: \'items.CATEGORY="tea"\', plants: \'ITEMS.CATEGORY = "plants"\' }';
  const source = audienceSource('counted', { segment });
  const plan = await planRun(rig.engines, { source, slot: '2026-03-02' });
  expect(plan).toMatchObject({ batchJob: { lines: 2 }, cost: { amount: 4, currency: 'USD' } });
  const { runId } = await startRun(rig.engines, { source, slot: '2026-03-02', again: false });
  const output = await driveToOutput(rig, runId);
  const month = { currency: 'USD', now: rig.engines.now() };
  expect((await readMonthSpending(shop.db, month)).spent).toBeCloseTo(4, 9);

  const lines = await readLines(rig, output);
  expect(lines).toHaveLength(2);
  const cut = lines.map((line) =>
    JSON.stringify({ ...JSON.parse(line), output: { usersList: ['u001', 'u002', 'u003'] } }),
  );
  await writeLines(rig, output, cut);
  const run = await driveRun(rig, runId);
  expect((await readMonthSpending(shop.db, month)).spent).toBeCloseTo(0.6, 9);
  const summary = readSummary(run);
  expect(summary?.audiences?.map(({ name, members }) => [name, members])).toEqual([
    ['tea', 3],
    ['again', 3],
    ['plants', 3],
  ]);
  expect(summary?.cost.amount).toBeCloseTo(0.6, 9);
  expect(summary?.estimate?.amount).toBeCloseTo(4, 9);
});

it('of two workers that decide at the same time, one gets what is left', async () => {
  const rig = inFreshMonth(`${1.5 * COST} USD`);
  const runs = [await start(rig, 'race-1'), await start(rig, 'race-2')];
  const ends = await Promise.all(runs.map((runId) => driveRun(rig, runId)));
  expect(ends.map((run) => run.pausedReason ?? run.state).sort()).toEqual(['finished', 'guard:budget']);
  expect(await countCalls(shop, 'CreateBatchInferenceJob')).toMatchObject({ effects: 1 });
});

it('a further attempt at a failed batch job has to fit too', async () => {
  const rig = inFreshMonth(`${1.5 * COST} USD`);
  const runId = await start(rig, 'attempt');
  await driveRun(rig, runId, async () => (await batchJobsOf(shop.db, runId))[0]?.arn !== undefined);
  const [job] = await batchJobsOf(shop.db, runId);
  await saveBatchJobState(shop.db, job?.name ?? '', { state: 'failed', reason: 'no', now: rig.engines.now() });
  const { settings } = rig.engines;
  const aws = { ...settings.aws, failedJobRetries: 1 };
  const poorer = {
    ...rig,
    engines: { ...rig.engines, settings: { ...settings, aws, budget: { month: '0.001 USD' } } },
  };

  const run = await driveRun(poorer, runId);
  expect(run).toMatchObject({ state: 'paused', pausedReason: 'guard:budget', resumeState: 'waiting' });
  expect(await countCalls(shop, 'CreateBatchInferenceJob')).toMatchObject({ effects: 1 });

  await approveRun(poorer.engines, runId, 'kim');
  expect((await driveRun(poorer, runId)).state).toBe('finished');
  expect(await countCalls(shop, 'CreateBatchInferenceJob')).toMatchObject({ effects: 2 });
});

it('counts intents, and neither failed batch jobs nor those of cancelled runs that were never created', async () => {
  const rig = inFreshMonth(null);
  const now = rig.engines.now();
  const spent = async () => (await readMonthSpending(shop.db, { currency: 'USD', now })).spent / COST;
  const intend = async (name: string) => {
    const runId = await start(rig, name);
    await driveRun(rig, runId, (run) => run.state === 'waiting');
    return runId;
  };
  const first = await intend('count-1');
  const second = await intend('count-2');
  expect(await spent()).toBeCloseTo(2, 6);
  await cancelRun(rig.engines, second);
  expect(await spent()).toBeCloseTo(1, 6);
  const [job] = await batchJobsOf(shop.db, first);
  await saveBatchJobState(shop.db, job?.name ?? '', { state: 'failed', reason: 'no', now });
  expect(await spent()).toBeCloseTo(0, 6);
  await cancelRun(rig.engines, first);
});

it('an unknown price does not fit into any budget', async () => {
  const rig = inFreshMonth('1000 USD');
  const source = audienceSource('unpriced');
  const { runId } = await startRun(rig.engines, { source, slot: '2026-03-02', again: false });
  const run = await driveRun(rig, runId);
  expect(run.error).toMatchObject({
    message: expect.stringMatching(/^budget: 0\.0000 USD spent, and this run costs unknown, as no price is set; /),
  });
  await approveRun(rig.engines, runId, 'kim');
  expect((await driveRun(rig, runId)).state).toBe('finished');
  const priced = inFreshMonth('1000 USD', { segmentPer1000: 1 });
  const next = await startRun(priced.engines, { source, slot: '2026-03-03', again: false });
  const summary = readSummary(await driveRun(priced, next.runId));
  // One query of at most 20 users was expected; it costs by those that it returned.
  expect(summary?.estimate).toEqual({ amount: 0.02, currency: 'USD' });
  const users = summary?.audiences?.[0]?.segmentUsers ?? 0;
  expect(users).toBeGreaterThan(0);
  expect(summary?.cost.amount).toBeCloseTo(users / 1000, 9);
});

describe('estimate', () => {
  const scheduled = (source: ReturnType<typeof emailSource> | ReturnType<typeof audienceSource>, more: string) => ({
    ...source,
    text: `${source.text}${more}\n`,
  });

  it('tells the next run and the next 30 days of each job, by its schedule or that of the job it follows', async () => {
    const rig = inFreshMonth('1 USD');
    const nightly = scheduled(emailSource('nightly'), 'schedule: { cron: "0 2 * * *", timezone: UTC }');
    const weekly = scheduled(audienceSource('weekly'), 'after: nightly');
    const byHand = scheduled(emailSource('by-hand'), 'guard: { recipients: { min: 1000 } }');
    const wrong = emailSource('wrong', { solution: 'arn:aws:personalize:us-east-1:123456789012:solution/none' });
    const sources = [nightly, weekly, byHand, wrong];
    const project = new Map([['nightly', nightly]]);
    const estimate = await estimateJobs(rig.engines, { sources, project });

    const slot = new Date(rig.engines.now()).toISOString().slice(0, 8);
    expect(estimate.jobs[0]).toMatchObject({ job: 'nightly', runs: 30, next: { slot: `${slot}10`, lines: PEOPLE } });
    expect(estimate.jobs[0]?.next?.cost.amount).toBeCloseTo(COST, 9);
    expect(estimate.jobs[0]?.cost.amount).toBeCloseTo(30 * COST, 9);
    expect(estimate.jobs[1]).toMatchObject({ job: 'weekly', runs: 30, cost: { currency: 'USD' } });
    expect(estimate.jobs[1]?.cost.amount).toBeUndefined();
    expect(estimate.jobs[2]).toMatchObject({ runs: 0, next: { trips: ['recipients.min'] }, cost: { amount: 0 } });
    expect(estimate.jobs[3]).toMatchObject({ job: 'wrong', error: { code: 'E_RECO_SOLUTION' } });
    expect(estimate.next.unknown).toEqual(['weekly', 'wrong']);
    expect(estimate.next.known.amount).toBeCloseTo(2 * COST, 9);
    expect(await countCalls(shop, 'CreateBatchInferenceJob')).toMatchObject({ effects: 0, outcomes: {} });

    const text = formatEstimate(estimate);
    expect(text).toMatch(/^nightly +2040-\d\d-10 +40 +0\.0027 USD +30 runs, 0\.0804 USD$/m);
    expect(text).toMatch(/^weekly +2040-\d\d-10 +1 +unknown +30 runs, unknown$/m);
    expect(text).toMatch(/^in all +0\.0054 USD and what is unknown +0\.0804 USD and what is unknown$/m);
    expect(text).toContain('by-hand would pause for: recipients.min');
    expect(text).toContain('1,000 users returned by segments: unknown');
    expect(text).toContain('budget: 1.00 USD a month; 0.0000 USD spent, 1.00 USD left');
  });
});
