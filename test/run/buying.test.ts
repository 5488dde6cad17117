/** What is checked before a run begins, and how a batch job is bought once, adopted, refused or tried again. */
import { CreateBatchInferenceJobCommand, ListBatchInferenceJobsCommand } from '@aws-sdk/client-personalize';
import { DeleteObjectCommand } from '@aws-sdk/client-s3';
import type { OpenEngines } from '../../src/cli/open-engines';
import { batchJobsOf, saveBatchJobState } from '../../src/database/buying/batch-jobs';
import { countDeliveries } from '../../src/database/ledger/deliveries';
import { formatError, isNightjarError } from '../../src/errors';
import { batchJobArn, buyBatchJob } from '../../src/run/buying/buy';
import { requestSchema } from '../../src/run/buying/request';
import { exitCodeOf } from '../../src/run/follow-run';
import { readSummary } from '../../src/run/stored-summary';
import { parseS3Uri } from '../../src/storage/uri';
import { makeTestFolder } from '../support/nightjar';
import { countCalls, firedFaults, forgetFaults, setFaults, withoutRetries } from './support/local-aws';
import { driveToOutput, readLines, removeOutput, writeLines } from './support/outputs';
import { addContacts, makeContact, PEOPLE, userId } from './support/small-shop';
import { audienceSource, begin, driveRun, emailSource, openShop, type Rig, rigUp, workOnce } from './support/world';

const folder = makeTestFolder('nightjar-buying');
let shop: OpenEngines;
let once: OpenEngines;

beforeAll(async () => {
  shop = await openShop(folder);
  once = withoutRetries(shop);
}, 60_000);
afterEach(() => forgetFaults(shop));
afterAll(async () => {
  once.personalize.destroy();
  once.s3.destroy();
  await shop.close();
});

const ARN = 'arn:aws:personalize:us-east-1:123456789012:solution';

async function explainStart(source: Parameters<typeof begin>[1]): Promise<{ text: string; exit: number }> {
  try {
    await begin(rigUp(shop), source);
  } catch (error) {
    if (isNightjarError(error)) return { text: formatError(error), exit: error.exitCode };
    throw error;
  }
  return { text: 'it began', exit: 0 };
}

const countRuns = async () => (await shop.db.selectFrom('run').select('run_id').execute()).length;

const namesOf = async (part: string) =>
  ((await shop.personalize.send(new ListBatchInferenceJobsCommand({}))).batchInferenceJobs ?? [])
    .map((job) => job.jobName ?? '')
    .filter((name) => name.includes(part))
    .sort();

/** Drives a run until the intent to buy is in the database and nothing is bought. */
async function driveToIntent(rig: Rig, runId: string) {
  await driveRun(rig, runId, (run) => run.state === 'waiting');
  const [job] = await batchJobsOf(shop.db, runId);
  if (job === undefined) throw new Error('nothing was intended');
  expect(job.state).toBe('intended');
  return { job, request: requestSchema.parse(job.request) };
}

describe('a run is refused, before anything is written or bought,', () => {
  it.each<[string, Parameters<typeof begin>[1], string]>([
    [
      'for a solution that does not exist',
      emailSource('no-solution', { solution: `${ARN}/nope` }),
      `error[E_RECO_SOLUTION] jobs/no-solution.yaml:3:24
  solution "${ARN}/nope" does not exist in Personalize
  fix: list what there is: aws personalize list-solutions; then name it under "solutions" in the settings`,
    ],
    [
      'for a segment solution in an e-mail job',
      emailSource('wrong-kind', { solution: 'item-fans' }),
      `error[E_RECO_SOLUTION] jobs/wrong-kind.yaml:3:24
  solution "item-fans" is of the recipe aws-item-affinity; a job of kind email needs a User-Personalization or Popularity-Count solution
  fix: name one of these: picks, popular; or add another below "solutions:" of the settings, with "recipe: aws-user-personalization-v2"`,
    ],
    [
      'for a personalization solution in an audience job',
      audienceSource('wrong-recipe', { solution: 'picks' }),
      `error[E_RECO_SOLUTION] jobs/wrong-recipe.yaml:4:13
  solution "picks" is of the recipe aws-user-personalization; a job of kind audience needs an Item-Affinity or Item-Attribute-Affinity solution
  fix: name one of these: item-fans, attribute-fans; or add another below "solutions:" of the settings, with "recipe: aws-item-attribute-affinity"`,
    ],
    [
      'for items given to a solution of attributes',
      audienceSource('wrong-form', { segment: 'items: [i001]' }),
      `error[E_RECO_QUERY] jobs/wrong-form.yaml:6:3
  solution "attribute-fans" is of the recipe aws-item-attribute-affinity, which needs segment.queries, a map of attribute queries
  fix: write queries: { tea: ITEMS.CATEGORY = "tea" }`,
    ],
  ])('%s', async (_what, source, text) => {
    const before = await countRuns();

    expect(await explainStart(source)).toEqual({ text, exit: 3 });
    expect(await countRuns()).toBe(before);
  });

  it('for attribute queries out of their grammar, all of them at once', async () => {
    const before = await countRuns();
    const source = audienceSource('bad-query', {
      segment: `queries: { tea: 'ITEMS.CATEGORY > "tea"', plants: 'CATEGORY = plants', coffee: 'ITEMS.CATEGORY = "coffee"' }`,
    });

    const { text, exit } = await explainStart(source);

    expect(exit).toBe(3);
    expect(text.match(/error\[E_RECO_QUERY\] jobs\/bad-query.yaml/g)).toHaveLength(2);
    expect(text).toContain('segment.queries.tea is "ITEMS.CATEGORY > \\"tea\\""; at character 16 ');
    expect(text).toContain('segment.queries.plants is "CATEGORY = plants"; at character ');
    expect(await countRuns()).toBe(before);
  });
});

describe('a batch job', () => {
  it('that a lost call has created is adopted: one job, and the run goes on with it', async () => {
    const rig = rigUp(shop);
    const id = await begin(rig, emailSource('adopted'));
    const { job, request } = await driveToIntent(rig, id);
    const arn = await buyBatchJob(shop.personalize, request);

    const run = await driveRun(rig, id);

    expect(run.state).toBe('finished');
    expect(await namesOf('adopted')).toEqual([job.name]);
    expect(readSummary(run)?.batchJobs).toMatchObject([{ name: job.name, arn, state: 'done', reused: false }]);
  });

  it('bought by several at once is one job', async () => {
    const rig = rigUp(shop);
    const { job, request } = await driveToIntent(rig, await begin(rig, emailSource('raced')));

    const arns = await Promise.all([1, 2, 3, 4].map(() => buyBatchJob(shop.personalize, request)));

    expect(new Set(arns).size).toBe(1);
    expect(await namesOf('raced')).toEqual([job.name]);
  });

  it('of our name with other parameters is never adopted: E_RECO_JOB_MISMATCH, exit 5, nothing sent', async () => {
    const rig = rigUp(shop);
    const id = await begin(rig, emailSource('foreign'));
    const { job, request } = await driveToIntent(rig, id);
    await shop.personalize.send(
      new CreateBatchInferenceJobCommand({
        jobName: request.jobName,
        solutionVersionArn: request.solutionVersionArn,
        numResults: 3,
        jobInput: { s3DataSource: { path: request.inputPath } },
        jobOutput: { s3DataDestination: { path: request.outputPath } },
        roleArn: request.roleArn,
      }),
    );

    const run = await driveRun(rig, id);

    expect({ state: run.state, exit: exitCodeOf(run, undefined) }).toEqual({ state: 'failed', exit: 5 });
    expect(run.error).toMatchObject({
      code: 'E_RECO_JOB_MISMATCH',
      message: `a batch job "${job.name}" exists that is not ours: numResults is "3", expected "8"`,
    });
    expect((await countDeliveries(shop.db, id)).planned).toBe(PEOPLE);
  });

  it('that is CREATE FAILED fails the run with its reason; the next run buys a second attempt under a name of its own', async () => {
    const rig = rigUp(shop);
    const source = emailSource('failing');
    const id = await begin(rig, source);
    const { job } = await driveToIntent(rig, id);
    const input = parseS3Uri(job.inputUri);
    await shop.s3.send(new DeleteObjectCommand({ Bucket: input.bucket, Key: input.key }));

    const failed = await driveRun(rig, id);

    expect({ state: failed.state, exit: exitCodeOf(failed, undefined) }).toEqual({ state: 'failed', exit: 5 });
    expect(failed.error).toMatchObject({
      code: 'E_RECO_JOB_FAILED',
      message: `the batch job "${job.name}" is CREATE FAILED: Invalid S3 input path`,
      fix: 'mend what the reason names, then run the job again: the next attempt gets a name of its own',
    });

    const run = await driveRun(rig, await begin(rig, source));

    expect({ id: run.runId, state: run.state }).toEqual({ id, state: 'finished' });
    expect(await namesOf('failing')).toEqual([job.name, `${job.name}-a2`]);
    expect(readSummary(run)?.batchJobs).toMatchObject([{ name: `${job.name}-a2`, state: 'done' }]);
    expect(readSummary(run)?.deliveries?.accepted).toBe(PEOPLE);
  });

  it('tried again after the contacts have changed leaves a report that adds up', async () => {
    const rig = rigUp(shop);
    const source = emailSource('failing-changed');
    const id = await begin(rig, source);
    const { job } = await driveToIntent(rig, id);
    const input = parseS3Uri(job.inputUri);
    await shop.s3.send(new DeleteObjectCommand({ Bucket: input.bucket, Key: input.key }));
    await driveRun(rig, id);
    await addContacts(shop, [makeContact(userId(1), { consent: false })]);

    const run = await driveRun(rig, await begin(rig, source));
    await addContacts(shop, [makeContact(userId(1))]);

    const summary = readSummary(run);
    expect(summary?.deliveries).toMatchObject({ accepted: PEOPLE - 1, excluded: 1 });
    expect(summary?.contacts?.considered).toBe(
      (summary?.chosen ?? 0) + (summary?.contacts?.leftOut ?? []).reduce((sum, { count }) => sum + count, 0),
    );
  });
});

describe('an answer that is lost', () => {
  /** Every call of preparing and buying, one after the other, takes effect and leaves the run without an answer. */
  it.each(['personalize', 's3'] as const)(
    'of any one call to %s changes nothing: one job, one input, the same run',
    async (service) => {
      const rig = rigUp(once);
      let lost = 0;
      for (let skip = 0; ; skip++) {
        const name = `lost-${service}-${skip}`;
        const id = await begin(rig, emailSource(name));
        await setFaults(shop, [{ service, operation: '*', kind: 'lost-answer', skip }]);
        const run = await driveRun(rig, id, ({ state }) => state === 'collecting');
        const [fired] = await firedFaults(shop);

        const jobs = await batchJobsOf(shop.db, id);
        expect({ skip, state: run.state, jobs: jobs.map((job) => job.state) }).toEqual({
          skip,
          state: 'collecting',
          jobs: ['done'],
        });
        expect(await namesOf(`${name}-`)).toEqual(jobs.map((job) => job.name));
        if (fired === 0) break;
        lost += 1;
      }
      // How often a job is looked at depends on how fast it is; the calls before that are always there.
      expect(lost).toBeGreaterThanOrEqual(4);
    },
    120_000,
  );
});

describe('a worker that is late', () => {
  it('moves no batch job back, and no second one comes of several in the stage at once', async () => {
    const rig = rigUp(shop);
    const id = await begin(rig, emailSource('crowded'));
    const { job } = await driveToIntent(rig, id);

    await Promise.all([1, 2, 3, 4].map(() => workOnce(rig, id)));
    expect((await countCalls(shop, 'CreateBatchInferenceJob')).effects).toBe(1);
    expect(await namesOf('crowded')).toEqual([job.name]);
    await driveRun(rig, id, ({ state }) => state === 'collecting');

    const now = Date.now();
    for (const state of ['created', 'running', 'failed'] as const)
      expect(await saveBatchJobState(shop.db, job.name, { state, arn: 'another', now })).toBe(false);
    expect((await batchJobsOf(shop.db, id))[0]).toMatchObject({
      state: 'done',
      arn: batchJobArn(requestSchema.parse(job.request)),
    });
  });
});

describe('a job that is paid for', () => {
  it('is waited for while Personalize can not be asked, for hours and however often', async () => {
    const rig = rigUp(once);
    const id = await begin(rig, emailSource('patient'));
    await setFaults(shop, [
      { service: 'personalize', operation: 'DescribeBatchInferenceJob', kind: 'throttle', count: 30 },
      { service: 'personalize', operation: 'DescribeBatchInferenceJob', kind: 'error', count: 30 },
      { service: 'personalize', operation: 'DescribeBatchInferenceJob', kind: 'refused-connection', count: 5 },
    ]);
    const before = rig.clock.now();

    const run = await driveRun(rig, id, ({ state }) => state === 'collecting');

    expect(run.state).toBe('collecting');
    expect(await firedFaults(shop)).toEqual([30, 30, 5]);
    expect(rig.clock.now() - before).toBeGreaterThan(30 * 60_000);
    expect(await namesOf('patient')).toHaveLength(1);
  });

  it('is looked at less often the older it gets: each twentieth of its age, and at least every five polls', async () => {
    const rig = rigUp(once);
    const id = await begin(rig, emailSource('older'));
    await setFaults(shop, [
      { service: 'personalize', operation: 'DescribeBatchInferenceJob', kind: 'error', count: 'always' },
    ]);
    await driveToIntent(rig, id);
    const pollMs = rig.engines.settings.aws.pollSeconds * 1000;
    let now = Date.now();
    const engines = { ...rig.engines, now: () => now };
    const created = now;
    await workOnce({ ...rig, engines }, id);
    await setFaults(shop, []);
    // Its state is set back each time, for the real job ends at once.
    const waitAt = async (polls: number) => {
      now = created + polls * pollMs;
      await shop.db
        .updateTable('batch_job')
        .set({ arn: null, state: 'created' })
        .where('name', 'like', 'nj-older-%')
        .execute();
      const [outcome] = await workOnce({ ...rig, engines }, id);
      return outcome?.kind === 'again' ? Math.round(((outcome.at - now) / pollMs) * 100) / 100 : undefined;
    };

    expect([await waitAt(1), await waitAt(20), await waitAt(60), await waitAt(1000)]).toEqual([1, 1, 3, 5]);
  });
});

describe('an output', () => {
  it('that comes a little later than the status is waited for', async () => {
    const rig = rigUp(shop);
    const id = await begin(rig, emailSource('late-output'));
    const output = await driveToOutput(rig, id);
    const lines = await readLines(rig, output);
    await removeOutput(rig, output);
    await driveRun(rig, id, async () => (await batchJobsOf(shop.db, id))[0]?.state === 'done');
    const [outcome] = await workOnce(rig, id);
    expect(outcome?.kind).toBe('again');
    await writeLines(rig, output, lines);

    expect((await driveRun(rig, id, ({ state }) => state === 'collecting')).state).toBe('collecting');
  });

  it.each([
    ['output-missing', 'E_OBJECT_MISSING', 'there is no .out object below'],
    ['output-cut', 'E_RECO_OUTPUT_CUT', 'ends inside a line: part of it is missing'],
  ] as const)('by the fault %s fails the run as %s before anything is sent', async (kind, code, text) => {
    const rig = rigUp(shop);
    await setFaults(shop, [{ service: 'personalize', operation: 'CreateBatchInferenceJob', kind }]);

    const run = await driveRun(rig, await begin(rig, emailSource(kind)));

    expect({ state: run.state, exit: exitCodeOf(run, undefined) }).toEqual({ state: 'failed', exit: 5 });
    expect(run.error).toMatchObject({ code, message: expect.stringContaining(text) });
    expect(run.resumeState).toBe('waiting');
    expect((await countDeliveries(shop.db, run.runId)).planned).toBe(PEOPLE);
  });
});
