/** Guards of job files: each pauses the run before the money or before the first mail, and goes on when a person approves. */

import { setTimeout as wait } from 'node:timers/promises';
import {
  CreateDatasetImportJobCommand,
  CreateSolutionVersionCommand,
  DescribeDatasetImportJobCommand,
  DescribeSolutionVersionCommand,
  ListDatasetImportJobsCommand,
  ListDatasetsCommand,
} from '@aws-sdk/client-personalize';
import type { OpenEngines } from '../../src/cli/open-engines';
import { batchJobsOf } from '../../src/database/buying/batch-jobs';
import { countDeliveries } from '../../src/database/ledger/deliveries';
import { listArtefacts } from '../../src/database/runs/artefacts';
import { findRun } from '../../src/database/runs/runs';
import { formatPlan } from '../../src/job/plan-text';
import { formatReport } from '../../src/report/text';
import { exitCodeOf } from '../../src/run/follow-run';
import { GUARD_REASON } from '../../src/run/guards/check';
import { approveRun } from '../../src/run/operate/approve';
import { cancelRun } from '../../src/run/operate/cancel';
import { retryRun } from '../../src/run/operate/retry';
import { readStanding } from '../../src/run/operate/standing';
import { readPlan } from '../../src/run/plan-record';
import { planRun } from '../../src/run/plan-run';
import { startRun } from '../../src/run/start-run';
import { readSummary } from '../../src/run/stored-summary';
import { makeTestFolder } from '../support/nightjar';
import { countCalls, forgetFaults } from './support/local-aws';
import { driveToOutput, readLines, writeLines } from './support/outputs';
import { addContacts, makeContact, PEOPLE, prepareSmallShop, SLOT, userId } from './support/small-shop';
import { audienceSource, begin, driveRun, emailSource, openWorld, type Rig, rigUp } from './support/world';

const folder = makeTestFolder('nightjar-guards');
let shop: OpenEngines;
let rig: Rig;

beforeAll(async () => {
  shop = await openWorld(folder);
  await prepareSmallShop(shop);
}, 60_000);
beforeEach(async () => {
  rig = rigUp(shop);
  await forgetFaults(shop);
});
afterAll(() => shop.close());

const guarded = (name: string, guard: string, fields: Parameters<typeof emailSource>[1] = {}) => {
  const source = emailSource(name, fields);
  return { ...source, text: `${source.text}guard: ${guard}\n` };
};

const guardedAudience = (name: string, guard: string, fields: Parameters<typeof audienceSource>[1] = {}) => {
  const source = audienceSource(name, fields);
  return { ...source, text: `${source.text}guard: ${guard}\n` };
};

async function pausedFor(runId: string): Promise<string | undefined> {
  const run = await findRun(shop.db, runId);
  return run?.state === 'paused' ? run.pausedReason?.slice(GUARD_REASON.length) : `not paused but ${run?.state}`;
}

/** What a run that was paused before the money has done: nothing that costs. */
async function expectNothingBought(runId: string): Promise<void> {
  expect(await batchJobsOf(shop.db, runId)).toEqual([]);
  for (const operation of ['CreateBatchInferenceJob', 'CreateBatchSegmentJob'])
    expect(await countCalls(shop, operation)).toMatchObject({ effects: 0, outcomes: {} });
}

async function expectNothingSent(runId: string): Promise<void> {
  const counts = await countDeliveries(shop.db, runId);
  expect(counts).toMatchObject({ claimed: 0, accepted: 0, refused: 0, deferred: 0, unknown: 0 });
}

describe('before the money', () => {
  it.each([
    ['cost', '{ cost: 0.001 USD }', /^cost: 0\.0027 USD; allowed: 0\.0010 USD$/],
    ['cost', '{ cost: 5 EUR }', /^cost: 0\.0027 USD, in another currency; allowed: 5\.00 EUR$/],
    ['recipients.min', '{ recipients: { min: 1000 } }', /^recipients\.min: 40; allowed: at least 1,000$/],
    ['recipients.max', '{ recipients: { max: 39 } }', /^recipients\.max: 40; allowed: at most 39$/],
    ['modelAge', '{ modelAge: 1m }', /^modelAge: trained .* ago; allowed: 0 hours old$/],
    [
      'cost,recipients.max',
      '{ cost: 0.001 USD, recipients: { min: 1, max: 2 } }',
      /^cost: .*; recipients\.max: 40; allowed: at most 2$/,
    ],
  ])('%s: %s', async (reason, guard, message) => {
    const name = `money-${Buffer.from(guard).toString('hex').slice(8, 40)}`;
    if (reason === 'modelAge') rig.clock.advanceTo(rig.clock.now() + 120_000);
    const runId = await begin(rig, guarded(name, guard));
    const run = await driveRun(rig, runId);

    expect(await pausedFor(runId)).toBe(reason);
    expect(run.error).toMatchObject({ code: 'E_RUN_GUARD', message: expect.stringMatching(message) });
    expect(exitCodeOf(run, undefined)).toBe(6);
    await expectNothingBought(runId);
    await expectNothingSent(runId);
  });

  it('an unknown price trips a guard on the cost of segments', async () => {
    const runId = await begin(rig, guardedAudience('cost-unknown', '{ cost: 1000 USD }'));
    const run = await driveRun(rig, runId);
    expect(run.error).toMatchObject({ message: 'cost: unknown, as no price is set; allowed: 1000.00 USD' });
    await expectNothingBought(runId);
  });

  it('too many or too few recipients against the slot before', async () => {
    const source = guarded('changing', '{ recipients: { change: 30% } }', { where: '{ consent: true, group: grows }' });
    const some = (from: number, count: number) =>
      Array.from({ length: count }, (_, n) => makeContact(`g${from + n}`, { attributes: { group: 'grows' } }));
    await addContacts(shop, some(0, 10));
    const first = await begin(rig, source);
    expect((await driveRun(rig, first)).state).toBe('finished');

    await addContacts(shop, some(10, 3));
    const next = (slot: string) => startRun(rig.engines, { source, slot, again: false });
    const second = await next('2026-03-03');
    expect((await driveRun(rig, second.runId)).state).toBe('finished');

    await addContacts(shop, some(13, 5));
    await forgetFaults(shop);
    const third = await next('2026-03-04');
    const run = await driveRun(rig, third.runId);
    expect(run.error).toMatchObject({
      message: 'recipients.change: 18 after 13, 38.5 % more; allowed: 30 % more or fewer than in the slot before',
    });
    await expectNothingBought(third.runId);
  });

  it('a template that makes wrong e-mails of a sample', async () => {
    await addContacts(shop, [
      makeContact('t1', { attributes: { group: 'odd' } }),
      makeContact('t2', { attributes: { group: 'odd' }, firstName: ' ' }),
      makeContact('t3', { attributes: { group: 'odd' }, firstName: '{{first_name}}' }),
    ]);
    const fields = { where: '{ consent: true, group: odd }', subject: '"{{contact.firstName}}"' };
    const runId = await begin(rig, guarded('template', '{ templateErrors: 10% }', fields));
    const run = await driveRun(rig, runId);
    expect(run.error).toMatchObject({
      message: expect.stringMatching(
        /^templateErrors: [12] of 3 sample e-mails are wrong \(.* %\), the first: its subject (is empty|shows "\{\{"); allowed: 10 %$/,
      ),
    });
    await expectNothingBought(runId);
    await expectNothingSent(runId);

    await approveRun(rig.engines, runId, 'kim');
    expect((await driveRun(rig, runId)).state).toBe('finished');
  });

  it('a template whose end Gmail would cut off, with the way out in it', async () => {
    const footer = '{{unsubscribeUrl}} {{sender.postalAddress}}';
    const files = {
      'subject.hbs': 'Picks',
      'body.html.hbs': `<p>${'1234567890'.repeat(10_000)}</p>${footer}`,
      'body.text.hbs': footer,
    };
    const runId = await begin(rig, guarded('long', '{ templateErrors: 0% }', { files }));
    const run = await driveRun(rig, runId);
    expect(run.error).toMatchObject({
      message: expect.stringMatching(
        /the first: its HTML has 101 kB; Gmail cuts off what passes 102 kB; allowed: 0 %$/,
      ),
    });
    await expectNothingBought(runId);
  });

  it('INCREMENTAL imports whose data segments ignore', async () => {
    const source = guardedAudience('stale', '{ incrementalImports: 0 }');
    const fine = await begin(rig, source);
    expect((await driveRun(rig, fine)).state).toBe('finished');

    const { solutionVersionArn } = readPlan((await findRun(shop.db, fine))?.plan);
    await importMore(solutionVersionArn);
    await forgetFaults(shop);
    // The model is older than the import: nothing of it was ignored in its training.
    const later = await startRun(rig.engines, { source, slot: '2026-03-03', again: false });
    expect((await driveRun(rig, later.runId)).state).toBe('finished');

    await trainAgain(solutionVersionArn);
    await forgetFaults(shop);
    const last = await startRun(rig.engines, { source, slot: '2026-03-04', again: false });
    const run = await driveRun(rig, last.runId);
    expect(run).toMatchObject({ state: 'paused', pausedReason: 'guard:incrementalImports' });
    expect(run.error).toMatchObject({
      message: expect.stringMatching(/^incrementalImports: 1 before the model was trained/),
    });
    await expectNothingBought(last.runId);
  });

  async function trainAgain(solutionVersionArn: string): Promise<void> {
    const solutionArn = solutionVersionArn.slice(0, solutionVersionArn.lastIndexOf('/'));
    const made = await shop.personalize.send(new CreateSolutionVersionCommand({ solutionArn, trainingMode: 'FULL' }));
    const command = new DescribeSolutionVersionCommand({ solutionVersionArn: made.solutionVersionArn });
    await untilActive(async () => (await shop.personalize.send(command)).solutionVersion?.status);
  }

  async function untilActive(status: () => Promise<string | undefined>): Promise<void> {
    for (let look = 0; look < 2000; look++) {
      if ((await status()) === 'ACTIVE') return;
      await wait(15);
    }
    throw new Error('it did not become ACTIVE');
  }

  async function importMore(solutionVersionArn: string): Promise<void> {
    const { personalize } = shop;
    const { solutionVersion } = await personalize.send(new DescribeSolutionVersionCommand({ solutionVersionArn }));
    const { datasets = [] } = await personalize.send(
      new ListDatasetsCommand({ datasetGroupArn: solutionVersion?.datasetGroupArn }),
    );
    const datasetArn = datasets.find((dataset) => dataset.datasetType?.toUpperCase() === 'INTERACTIONS')?.datasetArn;
    const { datasetImportJobs = [] } = await personalize.send(new ListDatasetImportJobsCommand({ datasetArn }));
    const { datasetImportJob } = await personalize.send(
      new DescribeDatasetImportJobCommand({ datasetImportJobArn: datasetImportJobs[0]?.datasetImportJobArn }),
    );
    const made = await personalize.send(
      new CreateDatasetImportJobCommand({
        jobName: 'more',
        datasetArn,
        dataSource: datasetImportJob?.dataSource,
        roleArn: datasetImportJob?.roleArn,
        importMode: 'INCREMENTAL',
      }),
    );
    const command = new DescribeDatasetImportJobCommand({ datasetImportJobArn: made.datasetImportJobArn });
    await untilActive(async () => (await personalize.send(command)).datasetImportJob?.status);
  }
});

describe('before the first mail or audience file', () => {
  it.each([
    ['itemShare', '{ itemShare: 10% }', /^itemShare: item i\d+ for \d+ of 40 recipients \(.* %\); allowed: 10 %$/],
    ['lineErrors', '{ lineErrors: 5% }', /^lineErrors: 4 of 40 lines with an error, broken or missing \(10 %\)/],
    ['fallbackShare', '{ fallbackShare: 5% }', /^fallbackShare: popular items .* for 4 of 40 recipients \(10 %\)/],
  ])('%s', async (reason, guard, message) => {
    const runId = await begin(rig, guarded(`out-${reason.toLowerCase()}`, guard));
    const output = await driveToOutput(rig, runId);
    const lines = await readLines(rig, output);
    const bad = [
      '{"input":{"userId":"u001"},"error":"no"}',
      '{"input":{"userId":"u002"},"output":',
      lines.find((line) => line.includes('"u005"')) ?? '',
    ];
    const good = lines.filter((line) => !/"u00[1-4]"/.test(line));
    await writeLines(rig, output, [
      ...good,
      ...bad.slice(0, 2),
      JSON.stringify({ input: { userId: 'u003' }, error: 'no' }),
    ]);
    const run = await driveRun(rig, runId);

    expect(await pausedFor(runId)).toBe(reason);
    expect(run.error).toMatchObject({ message: expect.stringMatching(message) });
    await expectNothingSent(runId);

    await approveRun(rig.engines, runId, 'kim');
    const done = await driveRun(rig, runId);
    expect(done.state).toBe('finished');
    expect((await countDeliveries(shop.db, runId)).accepted).toBe(PEOPLE);
    expect(await countCalls(shop, 'CreateBatchInferenceJob')).toMatchObject({ effects: 1 });
  });

  it('queries without an answer', async () => {
    const segment = 'queries: { tea: ITEMS.CATEGORY = "tea", plants: ITEMS.CATEGORY = "plants" }';
    const runId = await begin(rig, guardedAudience('no-answer', '{ lineErrors: 10% }', { segment }));
    const output = await driveToSegments(runId);
    await writeLines(rig, output, (await readLines(rig, output)).slice(0, 1));
    const run = await driveRun(rig, runId);

    expect(run).toMatchObject({ state: 'paused', pausedReason: 'guard:lineErrors' });
    expect(run.error).toMatchObject({ message: expect.stringMatching(/1 of 2 lines .* \(50 %\); allowed: 10 %$/) });
    expect(await listArtefacts(shop.db, runId)).toEqual([]);

    await approveRun(rig.engines, runId, 'kim');
    expect((await driveRun(rig, runId)).state).toBe('finished');
  });

  describe('the sizes of audiences', () => {
    const segment = 'queries: { tea: ITEMS.CATEGORY = "tea", few: ITEMS.CATEGORY = "plants" }';
    const everyone = Array.from({ length: PEOPLE }, (_, n) => userId(n + 1));
    const letConsent = (consents: (n: number) => boolean) =>
      addContacts(
        shop,
        everyone.map((id, n) => makeContact(id, { consent: consents(n) })),
      );
    /** Has the answers hold everyone who likes tea, and some others. */
    const answer = async (runId: string, others: number) => {
      const output = await driveToOutput(rig, runId);
      const lines = await readLines(rig, output);
      const rewritten = lines.map((line) => {
        const { input } = JSON.parse(line);
        const users = input.itemAttributes.includes('plants') ? everyone.slice(0, others) : everyone;
        return JSON.stringify({ input, output: { usersList: users }, error: null });
      });
      await writeLines(rig, output, rewritten);
    };
    afterEach(() => letConsent(() => true));

    it.each([
      ['members.min', '{ members: { min: 20 } }', 'few has 9; allowed: at least 20 in each audience'],
      ['members.max', '{ members: { min: 1, max: 5 } }', 'tea has 30, few has 9; allowed: at most 5 in each audience'],
    ])('%s counts those who consent', async (reason, guard, message) => {
      await letConsent((n) => n % 4 !== 0);
      const runId = await begin(rig, guardedAudience(`size-${reason.slice(8)}`, guard, { segment }));
      await answer(runId, 12);
      const run = await driveRun(rig, runId);

      expect(await pausedFor(runId)).toBe(reason);
      expect(run.error).toMatchObject({ message: `${reason}: ${message}` });
      expect((await listArtefacts(shop.db, runId)).map(({ kind }) => kind)).not.toContain('audience');

      await approveRun(rig.engines, runId, 'kim');
      const done = await driveRun(rig, runId);
      expect(readSummary(done)?.audiences?.map(({ members }) => members)).toEqual([30, 9]);
    });

    it('an audience that shrinks against the slot before', async () => {
      const source = guardedAudience('shrinking', '{ members: { change: 30% } }', { segment });
      expect((await planRun(rig.engines, { source, slot: SLOT })).guards).toEqual([
        { guard: 'members.change', limit: '30 % more or fewer than in the slot before', outcome: 'later' },
      ]);
      const first = await begin(rig, source);
      await answer(first, 10);
      expect((await driveRun(rig, first)).state).toBe('finished');

      await letConsent((n) => n >= 8);
      const second = await startRun(rig.engines, { source, slot: '2026-03-03', again: false });
      await answer(second.runId, 10);
      const run = await driveRun(rig, second.runId);
      expect(run).toMatchObject({ state: 'paused', pausedReason: 'guard:members.change' });
      expect(run.error).toMatchObject({
        message: 'members.change: few has 2 after 10, 80 % fewer; allowed: 30 % more or fewer than in the slot before',
      });
      expect((await listArtefacts(shop.db, second.runId)).filter(({ kind }) => kind === 'audience')).toEqual([]);

      // Files hold who may be addressed when they are written.
      await letConsent(() => true);
      await approveRun(rig.engines, second.runId, 'kim');
      const done = await driveRun(rig, second.runId);
      expect(readSummary(done)?.audiences?.map(({ members }) => members)).toEqual([40, 10]);
    });
  });

  const driveToSegments = (runId: string) => driveToOutput(rig, runId);
});

describe('a paused run', () => {
  it('is approved by name for what has tripped; another guard pauses it again, and the report tells who it was', async () => {
    const runId = await begin(rig, guarded('twice', '{ cost: 0.001 USD, itemShare: 1% }'));
    const paused = await driveRun(rig, runId);
    expect(paused.pausedReason).toBe('guard:cost');
    const standing = await readStanding(shop, paused);
    expect(standing).toMatchObject({ state: 'paused(guard:cost)', guards: [{ guard: 'cost', figure: '0.0027 USD' }] });
    expect(standing.advice.map(({ command }) => command)).toEqual([
      `nightjar runs approve ${runId}`,
      `nightjar runs cancel ${runId}`,
    ]);
    await expect(retryRun(rig.engines, runId, { only: [], fresh: undefined })).rejects.toMatchObject({
      code: 'E_USAGE',
      fix: `nightjar runs approve ${runId}`,
    });

    const result = await approveRun(rig.engines, runId, 'kim@desk');
    expect(result).toMatchObject({ was: 'paused(guard:cost)', state: 'preparing', approved: [{ guard: 'cost' }] });
    expect((await driveRun(rig, runId)).pausedReason).toBe('guard:itemShare');
    await expectNothingSent(runId);
    await approveRun(rig.engines, runId, 'lee');
    const done = await driveRun(rig, runId);

    const summary = readSummary(done);
    expect(summary?.approvals).toMatchObject([
      { guard: 'cost', by: 'kim@desk' },
      { guard: 'itemShare', by: 'lee' },
    ]);
    expect(summary?.estimate).toEqual({ amount: (PEOPLE / 1000) * 0.067, currency: 'USD' });
    const text = summary === undefined ? '' : formatReport(summary);
    expect(text).toMatch(/approved +cost: 0\.0027 USD; allowed: 0\.0010 USD; by kim@desk/);
    expect(text).toMatch(/estimated +0\.0027 USD$/m);
  });

  it('is paused again where the figure has become worse since it was approved', async () => {
    const where = '{ consent: true, group: worse }';
    const some = (from: number, count: number) =>
      Array.from({ length: count }, (_, n) => makeContact(`w${from + n}`, { attributes: { group: 'worse' } }));
    await addContacts(shop, some(0, 5));
    const runId = await begin(rig, guarded('worse', '{ recipients: { max: 3 } }', { where }));
    await driveRun(rig, runId);
    await addContacts(shop, some(5, 2));
    await approveRun(rig.engines, runId, 'kim');
    const again = await driveRun(rig, runId);
    expect(again.error).toMatchObject({ message: 'recipients.max: 7; allowed: at most 3' });
    await expectNothingBought(runId);
    await approveRun(rig.engines, runId, 'kim');
    expect((await driveRun(rig, runId)).state).toBe('finished');
  });

  it('ends by cancel, with nothing bought or sent, and can then not be approved', async () => {
    const runId = await begin(rig, guarded('ended', '{ cost: 0.001 USD }'));
    await driveRun(rig, runId);
    expect(await cancelRun(rig.engines, runId)).toMatchObject({ was: 'paused', dropped: PEOPLE, paid: [] });
    await expect(approveRun(rig.engines, runId, 'kim')).rejects.toMatchObject({ code: 'E_USAGE' });
    await expectNothingBought(runId);
  });
});

it('the plan tells what would pause the run, and what is checked later', async () => {
  const guard = '{ cost: 0.001 USD, recipients: { min: 10 }, modelAge: 30d, itemShare: 20%, templateErrors: 0% }';
  const plan = await planRun(rig.engines, { source: guarded('planned', guard), slot: SLOT });
  expect(plan.guards).toMatchObject([
    { guard: 'cost', outcome: 'trips', figure: '0.0027 USD', limit: '0.0010 USD' },
    { guard: 'modelAge', outcome: 'passes' },
    { guard: 'recipients.min', outcome: 'passes' },
    { guard: 'templateErrors', outcome: 'passes', figure: '0 of 40 sample e-mails are wrong (0 %)' },
    { guard: 'itemShare', outcome: 'later', limit: '20 %' },
  ]);
  expect(formatPlan(plan)).toMatch(/guards +cost WOULD PAUSE THE RUN\n +0\.0027 USD; allowed: 0\.0010 USD/);
  expect(userId(1)).toBe('u001');
});
