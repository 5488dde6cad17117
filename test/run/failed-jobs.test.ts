/** Batch jobs that end CREATE FAILED: bought again by policy, else when a person says so, and never beside what is good. */
import { DeleteObjectCommand } from '@aws-sdk/client-s3';
import type { OpenEngines } from '../../src/cli/open-engines';
import { batchJobsOf } from '../../src/database/buying/batch-jobs';
import type { Log } from '../../src/run/engines';
import { exitCodeOf } from '../../src/run/follow-run';
import { readSummary } from '../../src/run/stored-summary';
import { parseS3Uri } from '../../src/storage/uri';
import { makeTestFolder } from '../support/nightjar';
import { countCalls, forgetFaults, namesInAws, setFaults, vary } from './support/local-aws';
import { PEOPLE } from './support/small-shop';
import { begin, driveRun, emailSource, openShop, rigUp } from './support/world';

const folder = makeTestFolder('nightjar-failed-jobs');
let shop: OpenEngines;

beforeAll(async () => {
  shop = await openShop(folder);
}, 60_000);
afterEach(() => forgetFaults(shop));
afterAll(() => shop.close());

const failing = (count: number, resource?: string) => ({
  service: 'personalize' as const,
  operation: 'CreateBatchInferenceJob',
  kind: 'create-failed' as const,
  message: 'Insufficient privileges for accessing data in Amazon S3',
  count,
  ...(resource === undefined ? {} : { resource }),
});

function recordLog(): { readonly log: Log; readonly entries: (readonly [string, unknown])[] } {
  const entries: (readonly [string, unknown])[] = [];
  return { entries, log: (_level, event, fields) => entries.push([event, fields]) };
}

describe('a batch job that is CREATE FAILED', () => {
  it('is bought again as often as aws.failedJobRetries says, each attempt told with its cost', async () => {
    await setFaults(shop, [failing(2)]);
    const { log, entries } = recordLog();
    const rig = rigUp(vary(shop, { aws: { failedJobRetries: 2 }, log }));

    const run = await driveRun(rig, await begin(rig, emailSource('by-policy')));

    const [job] = await batchJobsOf(shop.db, run.runId);
    const base = job?.name.replace(/-a3$/, '');
    expect({ state: run.state, attempt: job?.attempt }).toEqual({ state: 'finished', attempt: 3 });
    expect(await namesInAws(shop, 'by-policy')).toEqual([base, `${base}-a2`, `${base}-a3`]);
    const again = entries.filter(([event]) => event === 'batch job bought again').map(([, fields]) => fields);
    const reason = 'Insufficient privileges for accessing data in Amazon S3';
    const work = { run: run.runId, stage: 'infer', shard: 0 };
    expect(again).toEqual([
      { ...work, failed: base, reason, name: `${base}-a2`, cost: '0.0027 USD' },
      { ...work, failed: `${base}-a2`, reason, name: `${base}-a3`, cost: '0.0027 USD' },
    ]);
    expect(readSummary(run)?.deliveries?.accepted).toBe(PEOPLE);
  });

  it('more often than the policy allows fails the run with the reason of AWS; run again makes one attempt more', async () => {
    await setFaults(shop, [failing(2)]);
    const rig = rigUp(vary(shop, { aws: { failedJobRetries: 1 } }));
    const source = emailSource('beyond-policy');

    const failed = await driveRun(rig, await begin(rig, source));
    const [job] = await batchJobsOf(shop.db, failed.runId);
    const run = await driveRun(rig, await begin(rig, source));

    expect({ state: failed.state, exit: exitCodeOf(failed, undefined) }).toEqual({ state: 'failed', exit: 5 });
    expect(failed.error).toMatchObject({
      code: 'E_RECO_JOB_FAILED',
      message: `the batch job "${job?.name}" is CREATE FAILED: Insufficient privileges for accessing data in Amazon S3`,
    });
    expect(job?.attempt).toBe(2);
    expect({ id: run.runId, state: run.state }).toEqual({ id: failed.runId, state: 'finished' });
    expect((await namesInAws(shop, 'beyond-policy')).map((name) => /-a\d$/.exec(name)?.[0])).toEqual([
      undefined,
      '-a2',
      '-a3',
    ]);
  });

  it('is never bought again without a policy', async () => {
    await setFaults(shop, [failing(1)]);
    const rig = rigUp(shop);

    const run = await driveRun(rig, await begin(rig, emailSource('no-policy')));

    expect(run.error).toMatchObject({ code: 'E_RECO_JOB_FAILED' });
    expect(await namesInAws(shop, 'no-policy')).toHaveLength(1);
  });

  it('of several parts is the only one that is bought again, also where its input was what was wrong', async () => {
    await setFaults(shop, [failing(1, '-p2')]);
    const rig = rigUp(vary(shop, { limits: { lines: 13 } }));
    const source = emailSource('one-part');

    const failed = await driveRun(rig, await begin(rig, source));
    const second = (await batchJobsOf(shop.db, failed.runId))[1];
    const input = parseS3Uri(second?.inputUri ?? '');
    await shop.s3.send(new DeleteObjectCommand({ Bucket: input.bucket, Key: input.key }));
    const run = await driveRun(rig, await begin(rig, source));

    expect(failed.error).toMatchObject({ message: expect.stringContaining(`"${second?.name}" is CREATE FAILED`) });
    expect(second?.name).toMatch(/-p2$/);
    expect(run.state).toBe('finished');
    const names = (await batchJobsOf(shop.db, run.runId)).map((job) => /-p\d.*$/.exec(job.name)?.[0]);
    expect(names).toEqual(['-p1', '-p2-a2', '-p3', '-p4']);
    expect(await namesInAws(shop, 'one-part')).toHaveLength(5);
    expect(readSummary(run)?.output).toMatchObject({ lines: PEOPLE, fallback: 0 });
  });

  it('keeps the run from buying the parts that still wait', async () => {
    await setFaults(shop, [failing(1, '-p1')]);
    const rig = rigUp(vary(shop, { limits: { lines: 11 }, aws: { jobsInFlight: 1 } }));

    const run = await driveRun(rig, await begin(rig, emailSource('stops-buying')));

    expect(run.error).toMatchObject({ code: 'E_RECO_JOB_FAILED' });
    expect((await countCalls(shop, 'CreateBatchInferenceJob')).effects).toBe(1);
    expect((await batchJobsOf(shop.db, run.runId)).map((job) => job.state)).toEqual([
      'failed',
      'intended',
      'intended',
      'intended',
    ]);
  });
});
