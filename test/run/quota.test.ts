/** The places that a region has for batch jobs: shared by all runs, dealt out fairly, and given back; and AWS's own word on them. */
import { CreateBatchInferenceJobCommand } from '@aws-sdk/client-personalize';
import type { OpenEngines } from '../../src/cli/open-engines';
import { batchJobsOf, saveBatchJobState } from '../../src/database/buying/batch-jobs';
import { queuePosition, refusePlace, takePlace } from '../../src/database/buying/batch-places';
import { findRun, moveRun } from '../../src/database/runs/runs';
import type { FaultRuleInput } from '../../src/local/faults/rule';
import { isInFlightQuota } from '../../src/personalize/in-flight-quota';
import { createPersonalizeClient } from '../../src/run/buying/personalize-client';
import { makeTestFolder } from '../support/nightjar';
import { countCalls, forgetFaults, namesInAws, setFaults, vary, waitForEnd, withoutRetries } from './support/local-aws';
import { audienceSource, begin, driveRun, emailSource, openShop, type Rig, rigUp, workOnce } from './support/world';

const folder = makeTestFolder('nightjar-quota');
let shop: OpenEngines;
let once: OpenEngines;

beforeAll(async () => {
  shop = await openShop(folder);
  once = withoutRetries(shop);
}, 60_000);
afterEach(async () => {
  await forgetFaults(shop);
  for (const { run_id: id, state } of await openRunsNow()) await cancel(id, state);
  await shop.db.updateTable('batch_job').set({ place_at: null }).where('state', '=', 'intended').execute();
  await shop.db.updateTable('batch_job').set({ state: 'done' }).where('state', 'in', ['created', 'running']).execute();
  await shop.db.deleteFrom('batch_quota').execute();
});
afterAll(async () => {
  once.personalize.destroy();
  once.s3.destroy();
  await shop.close();
});

const openRunsNow = () =>
  shop.db
    .selectFrom('run')
    .select(['run_id', 'state'])
    .where('state', 'not in', ['finished', 'failed', 'cancelled'])
    .execute();

const cancel = (id: string, from: string) =>
  moveRun(shop.db, id, { from: from === 'waiting' ? 'waiting' : 'preparing', to: 'cancelled', now: Date.now() });

const CREATE = { service: 'personalize' as const, operation: 'CreateBatchInferenceJob' };
/** Nobody learns that a job has ended, so that it goes on holding its place. */
const hold = (resource: string): FaultRuleInput => ({
  service: 'personalize',
  operation: 'DescribeBatchInferenceJob',
  kind: 'throttle',
  count: 'always',
  resource,
});
const rigOf = (limit: number, lines = 1e9): Rig =>
  rigUp(vary(once, { aws: { jobsInFlight: limit }, limits: { lines } }));

/** Starts a run and prepares it: its intents stand in the queue. */
async function enqueue(rig: Rig, name: string): Promise<string> {
  const id = await begin(rig, emailSource(name));
  await driveRun(rig, id, (run) => run.state === 'waiting');
  return id;
}

/** Drives a run until its batch jobs are done and their outputs found. */
const driveToOutput = (rig: Rig, id: string) => driveRun(rig, id, (run) => run.state === 'collecting');

const statesOf = async (id: string) => (await batchJobsOf(shop.db, id)).map((job) => job.state);

describe('the places for batch jobs', () => {
  it('are no more than aws.jobsInFlight over all runs; who waits is told its position and asks AWS for nothing', async () => {
    await setFaults(shop, [hold('places-')]);
    const rig = rigOf(2);
    const ids = [await enqueue(rig, 'places-a'), await enqueue(rig, 'places-b'), await enqueue(rig, 'places-c')];
    const [a = '', b = '', c = ''] = ids;
    const d = await enqueue(rig, 'places-d');

    for (let round = 0; round < 3; round++) for (const id of [d, c, b, a]) await workOnce(rig, id);

    expect(await Promise.all([a, b, c, d].map(statesOf))).toEqual([
      ['created'],
      ['created'],
      ['intended'],
      ['intended'],
    ]);
    expect((await namesInAws(shop, 'places-')).map((name) => name.slice(3, 11))).toEqual(['places-a', 'places-b']);
    expect((await countCalls(shop, CREATE.operation)).outcomes).toEqual({ ok: 2 });
    const waiting = { kind: 'inference', waiting: 2, inFlight: 2 };
    expect(await queuePosition(shop.db, c)).toMatchObject({ ...waiting, position: 1 });
    expect(await queuePosition(shop.db, d)).toMatchObject({ ...waiting, position: 2 });
    expect(await queuePosition(shop.db, a)).toBeUndefined();
    const [outcome] = await workOnce(rig, c);
    expect(outcome).toEqual({ kind: 'again', at: expect.any(Number) });

    await setFaults(shop, []);
    for (const id of [a, b, c, d]) expect((await driveToOutput(rig, id)).state).toBe('collecting');
    expect(await namesInAws(shop, 'places-')).toHaveLength(4);
  });

  it('go to the run with the fewest in flight first: six parts do not starve a run of one', async () => {
    await setFaults(shop, [hold('nj-')]);
    const many = rigOf(2, 7);
    const big = await enqueue(many, 'six-parts');
    await workOnce(many, big);
    expect(await statesOf(big)).toEqual(['created', 'created', 'intended', 'intended', 'intended', 'intended']);
    const one = rigOf(2);
    const small = await enqueue(one, 'one-part');
    expect(await queuePosition(shop.db, small)).toMatchObject({ position: 1, waiting: 5 });
    expect(await queuePosition(shop.db, big)).toMatchObject({ position: 2 });

    const [p1, p2] = await batchJobsOf(shop.db, big);
    await Promise.all([waitForEnd(shop, p1?.name ?? ''), waitForEnd(shop, p2?.name ?? '')]);
    await setFaults(shop, []);
    await workOnce(many, big);

    // Two places came free, and the big run asked first: it gets one of them.
    expect(await statesOf(big)).toEqual(['done', 'done', 'created', 'intended', 'intended', 'intended']);
    await workOnce(one, small);
    expect(await statesOf(small)).toEqual(['created']);
  });

  it('of inference and of segments are counted apart', async () => {
    await setFaults(shop, [hold('apart')]);
    const rig = rigOf(1);
    await workOnce(rig, await enqueue(rig, 'apart'));

    const run = await driveRun(rig, await begin(rig, audienceSource('apart-too')));

    expect(run.state).toBe('finished');
  });

  it('are taken by one of many workers that ask at once', async () => {
    const rig = rigOf(1);
    const ids = [await enqueue(rig, 'race-a'), await enqueue(rig, 'race-b')];
    const jobs = (await Promise.all(ids.map((id) => batchJobsOf(shop.db, id)))).flat();

    const asked = Array.from({ length: 8 }, (_, n) => jobs[n % 2]?.name ?? '');
    const places = await Promise.all(
      asked.map((name) => takePlace(shop.db, { name, kind: 'inference', limit: 1, now: Date.now() })),
    );

    const taken = new Set(asked.filter((_, index) => places[index]?.taken));
    expect([...taken]).toEqual([jobs[0]?.name]);
  });

  it('of runs that were cancelled or have failed are given back once their jobs have ended, or never came to be', async () => {
    const rig = rigOf(2);
    await setFaults(shop, [
      hold('gone-bought'),
      { ...CREATE, kind: 'throttle', count: 'always', resource: 'gone-begun' },
    ]);
    const bought = await enqueue(rig, 'gone-bought');
    const begun = await enqueue(rig, 'gone-begun');
    await workOnce(rig, bought);
    await workOnce(rig, begun);
    await cancel(bought, 'waiting');
    await cancel(begun, 'waiting');
    const [job] = await batchJobsOf(shop.db, bought);
    await waitForEnd(shop, job?.name ?? '');
    await setFaults(shop, []);
    const next = await enqueue(rig, 'gone-next');
    expect(await queuePosition(shop.db, next)).toMatchObject({ position: 1, inFlight: 2 });

    const run = await driveToOutput(rig, next);

    expect(run.state).toBe('collecting');
    expect(await statesOf(bought)).toEqual(['done']);
    expect(await statesOf(begun)).toEqual(['intended']);
    expect(await namesInAws(shop, 'gone-begun')).toEqual([]);
  });

  it('stay with a job that was created a moment ago and is not known everywhere yet: it is not failed', async () => {
    const rig = rigOf(1);
    const young = await enqueue(rig, 'young');
    const [{ name = '', kind = 'inference' as const } = {}] = await batchJobsOf(shop.db, young);
    const createdAt = Date.now();
    await takePlace(shop.db, { name, kind, limit: 1, now: createdAt });
    const arn = `arn:aws:personalize:us-east-1:123456789012:batch-inference-job/${name}`;
    await saveBatchJobState(shop.db, name, { state: 'created', arn, now: createdAt });
    await cancel(young, 'waiting');
    const next = await enqueue(rig, 'after-young');

    await workOnce(rig, next);
    expect(await statesOf(young)).toEqual(['created']);
    await workOnce({ ...rig, engines: { ...rig.engines, now: () => createdAt + 121_000 } }, next);
    expect(await statesOf(young)).toEqual(['failed']);
  });

  it('are given back at once by a create call that AWS refuses for good', async () => {
    const rig = rigOf(1);
    await setFaults(shop, [{ ...CREATE, kind: 'access-denied', resource: 'denied' }]);
    const denied = await driveRun(rig, await begin(rig, emailSource('denied')));

    expect(denied).toMatchObject({ state: 'failed' });
    await setFaults(shop, [hold('nj-')]);
    const next = await enqueue(rig, 'after-denied');
    await workOnce(rig, next);
    expect(await statesOf(next)).toEqual(['created']);
  });
});

describe('the word of AWS that the region is full', () => {
  it('puts the job back into the queue, however often it comes: one job, and no attempt counts', async () => {
    await setFaults(shop, [{ ...CREATE, kind: 'quota', count: 40 }]);
    const rig = rigOf(5);

    const run = await driveToOutput(rig, await begin(rig, emailSource('full-region')));

    expect(run.state).toBe('collecting');
    expect((await countCalls(shop, CREATE.operation)).outcomes).toEqual({ LimitExceededException: 40, ok: 1 });
    expect(await namesInAws(shop, 'full-region')).toHaveLength(1);
  });

  it('is heeded by all: nobody asks again before the back-off is over, and it grows up to five polls', async () => {
    await setFaults(shop, [{ ...CREATE, kind: 'quota', count: 'always' }]);
    const moving = rigOf(5);
    const first = await enqueue(moving, 'heeded-a');
    const second = await enqueue(moving, 'heeded-b');
    let now = Date.now();
    const rig = { ...moving, engines: { ...moving.engines, now: () => now } };

    await workOnce(rig, first);
    await workOnce(rig, second);
    await workOnce(rig, first);
    expect((await countCalls(shop, CREATE.operation)).outcomes).toEqual({ LimitExceededException: 1 });

    const pollMs = rig.engines.settings.aws.pollSeconds * 1000;
    const waits: number[] = [];
    for (let refusal = 1; refusal <= 5; refusal++) {
      const { blocked_until: until } = await shop.db
        .selectFrom('batch_quota')
        .select('blocked_until')
        .where('kind', '=', 'inference')
        .executeTakeFirstOrThrow();
      waits.push((until - now) / pollMs);
      now = until;
      await workOnce(rig, first);
    }
    expect(waits).toEqual([1, 2, 4, 5, 5]);
  });

  it('does not hide a job of our own whose answer was lost: it is adopted while the region stays full', async () => {
    await setFaults(shop, [
      { ...CREATE, kind: 'lost-answer' },
      { ...CREATE, kind: 'quota', count: 'always' },
    ]);
    const rig = rigOf(5);

    const run = await driveToOutput(rig, await begin(rig, emailSource('hidden')));

    expect(run.state).toBe('collecting');
    expect(await namesInAws(shop, 'hidden')).toHaveLength(1);
    expect((await countCalls(shop, CREATE.operation)).effects).toBe(1);
  });

  it('costs one call, while throttling and other limits are tried again by the SDK', async () => {
    const { region, credentials, endpoint } = shop.personalize.config;
    const { hostname, port } = (await endpoint?.()) ?? { hostname: '', port: 0 };
    const client = createPersonalizeClient({
      region: await region(),
      endpoint: `http://${hostname}:${port}`,
      credentials: await credentials(),
    });
    const tryOnce = async (rule: FaultRuleInput) => {
      await forgetFaults(shop);
      await setFaults(shop, [rule]);
      const create = new CreateBatchInferenceJobCommand({
        jobName: 'nj-refused',
        solutionVersionArn: 'arn:aws:personalize:us-east-1:123456789012:solution/picks/00000001',
        jobInput: { s3DataSource: { path: 's3://nightjar/in/' } },
        jobOutput: { s3DataDestination: { path: 's3://nightjar/out/' } },
        roleArn: shop.settings.aws.roleArn,
      });
      const error = await client.send(create).then(
        () => undefined,
        (reason: unknown) => reason,
      );
      const { outcomes } = await countCalls(shop, CREATE.operation);
      return { isQuota: isInFlightQuota(error), calls: Object.values(outcomes).reduce((sum, count) => sum + count, 0) };
    };

    expect(await tryOnce({ ...CREATE, kind: 'quota', count: 'always' })).toEqual({ isQuota: true, calls: 1 });
    expect(await tryOnce({ ...CREATE, kind: 'throttle', count: 'always' })).toEqual({ isQuota: false, calls: 3 });
    expect(
      await tryOnce({ ...CREATE, kind: 'quota', count: 'always', message: 'The request rate is above the limit.' }),
    ).toEqual({ isQuota: false, calls: 3 });
    client.destroy();
  });
});

it('a refused place that came to be meanwhile stays bought', async () => {
  const rig = rigOf(5);
  const id = await enqueue(rig, 'late-refusal');
  const [job] = await batchJobsOf(shop.db, id);
  const name = job?.name ?? '';
  const now = Date.now();
  await takePlace(shop.db, { name, kind: 'inference', limit: 5, now });
  await saveBatchJobState(shop.db, name, { state: 'created', arn: 'arn', now });

  await refusePlace(shop.db, { name, kind: 'inference', firstMs: 1, mostMs: 5, now });

  expect(await queuePosition(shop.db, id)).toBeUndefined();
  expect((await findRun(shop.db, id))?.state).toBe('waiting');
});
