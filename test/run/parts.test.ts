/** Inputs over a limit: cut into parts, each bought once and under its own name, and joined again. */
import type { OpenEngines } from '../../src/cli/open-engines';
import { batchJobsOf } from '../../src/database/buying/batch-jobs';
import { findRun } from '../../src/database/runs/runs';
import type { Engines } from '../../src/run/engines';
import { planRun } from '../../src/run/plan-run';
import { readSummary } from '../../src/run/stored-summary';
import { readSmallObject } from '../../src/storage/objects';
import { parseS3Uri } from '../../src/storage/uri';
import { makeTestFolder } from '../support/nightjar';
import { countCalls, forgetFaults, namesInAws, setFaults, vary, withoutRetries } from './support/local-aws';
import { CATEGORIES, PEOPLE, SLOT, userId } from './support/small-shop';
import { audienceSource, begin, driveRun, emailSource, openShop, type Rig, rigUp, workOnce } from './support/world';

const folder = makeTestFolder('nightjar-parts');
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

const rigWith = (limits: { lines?: number; bytes?: number }, base: Engines = shop) => rigUp(vary(base, { limits }));

async function usersOfParts(rig: Rig, runId: string): Promise<readonly (readonly string[])[]> {
  const parts: string[][] = [];
  for (const job of await batchJobsOf(shop.db, runId)) {
    const text = (await readSmallObject(rig.engines.s3, parseS3Uri(job.inputUri))).toString('utf8');
    parts.push(
      text
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line).userId),
    );
  }
  return parts;
}

const everyone = Array.from({ length: PEOPLE }, (_, n) => userId(n + 1));

describe('recipients', () => {
  it('over the limit of lines become parts that differ in name, fingerprint, input and output; everyone is served', async () => {
    const rig = rigWith({ lines: 15 });
    const source = emailSource('by-lines');
    const plan = await planRun(rig.engines, { source, slot: SLOT });

    const run = await driveRun(rig, await begin(rig, source));

    const jobs = await batchJobsOf(shop.db, run.runId);
    const parts = await usersOfParts(rig, run.runId);
    expect(parts.map((users) => users.length)).toEqual([15, 15, 10]);
    expect(parts.flat()).toEqual(everyone);
    expect(jobs.map((job) => /-p\d$/.exec(job.name)?.[0])).toEqual(['-p1', '-p2', '-p3']);
    for (const member of ['fingerprint', 'inputUri', 'outputUri'] as const)
      expect(new Set(jobs.map((job) => job[member])).size).toBe(3);
    expect(await namesInAws(shop, 'by-lines')).toEqual(jobs.map((job) => job.name).sort());
    const summary = readSummary(run);
    expect(summary?.deliveries?.accepted).toBe(PEOPLE);
    expect(summary?.output).toMatchObject({ objects: 3, lines: PEOPLE, fallback: 0 });
    expect(plan.batchJob).toMatchObject({ lines: PEOPLE, parts: 3, name: jobs[0]?.name, reused: false });
    expect(plan.cost.amount).toBeCloseTo((PEOPLE / 1000) * 0.067, 10);
    expect(summary?.cost.amount).toBeCloseTo(plan.cost.amount ?? 0, 10);
  });

  it('over the limit of bytes are cut between lines', async () => {
    const rig = rigWith({ bytes: 200 });
    const line = '{"userId":"u001"}\n'.length;

    const run = await driveRun(rig, await begin(rig, emailSource('by-bytes')));

    const parts = await usersOfParts(rig, run.runId);
    expect(parts[0]).toHaveLength(Math.floor(200 / line));
    expect(parts.flat()).toEqual(everyone);
    expect(readSummary(run)?.output.fallback).toBe(0);
  });

  it('that one part holds are one job without a part number', async () => {
    const rig = rigWith({ lines: PEOPLE });

    const run = await driveRun(rig, await begin(rig, emailSource('just-fits')));

    expect((await batchJobsOf(shop.db, run.runId)).map((job) => job.name)).toEqual([
      expect.stringMatching(/^nj-just-fits-20260302-[0-9a-f]{12}$/),
    ]);
  });

  it('that were bought are known to the plan: it would buy nothing, and a failed part alone', async () => {
    const rig = rigWith({ lines: 16 });
    const source = emailSource('planned-again');
    const run = await driveRun(rig, await begin(rig, source), ({ state }) => state === 'collecting');
    const [first] = await batchJobsOf(shop.db, run.runId);

    const plan = await planRun(rig.engines, { source, slot: SLOT });
    await shop.db
      .updateTable('batch_job')
      .set({ state: 'failed' })
      .where('name', '=', first?.name ?? '')
      .execute();
    const planAfter = await planRun(rig.engines, { source, slot: SLOT });

    expect(plan.batchJob).toMatchObject({ parts: 3, reused: true, name: first?.name });
    expect(plan.cost.amount).toBe(0);
    expect(planAfter.batchJob).toMatchObject({ parts: 3, reused: false, name: `${first?.name}-a2` });
    expect(planAfter.cost.amount).toBeCloseTo((16 / 1000) * 0.067, 10);
  });

  it('whose preparation breaks off between two parts have bought nothing, and come to the same parts', async () => {
    // Of another size than elsewhere, for an equal input would be there already.
    const rig = rigWith({ lines: 14 }, once);
    const id = await begin(rig, emailSource('broken-off'));
    await setFaults(shop, [
      { service: 's3', operation: 'PutObject', resource: 'batch/input/', kind: 'error', skip: 1 },
    ]);

    await workOnce(rig, id);
    expect((await findRun(shop.db, id))?.state).toBe('preparing');
    expect(await batchJobsOf(shop.db, id)).toEqual([]);
    const run = await driveRun(rig, id);

    expect((await usersOfParts(rig, id)).flat()).toEqual(everyone);
    expect(await namesInAws(shop, 'broken-off')).toHaveLength(3);
    expect(readSummary(run)?.deliveries?.accepted).toBe(PEOPLE);
    expect((await countCalls(shop, 'CreateBatchInferenceJob')).effects).toBe(3);
  });

  it('whose parts lose each answer of their create calls are bought once each', async () => {
    const rig = rigWith({ lines: 15 }, once);
    const id = await begin(rig, emailSource('lost-parts'));
    await setFaults(shop, [
      { service: 'personalize', operation: 'CreateBatchInferenceJob', kind: 'lost-answer', count: 4 },
    ]);

    const run = await driveRun(rig, id);

    expect({ state: run.state, error: run.error }).toEqual({ state: 'finished', error: undefined });
    expect(await namesInAws(shop, 'lost-parts')).toHaveLength(3);
    expect((await countCalls(shop, 'CreateBatchInferenceJob')).effects).toBe(3);
  });
});

describe('queries', () => {
  it('of attributes, more than ten, become two jobs by the limit of AWS; each gets its answer, and a second run buys nothing', async () => {
    const queries = Array.from({ length: 12 }, (_, n) => {
      const condition = `ITEMS.CATEGORY = "${CATEGORIES[n % 3]}"`;
      return `q${n}: '${Array.from({ length: 1 + Math.floor(n / 3) }, () => condition).join(' AND ')}'`;
    });
    const rig = rigUp(shop);
    const source = audienceSource('many-queries', { segment: `queries: { ${queries.join(', ')} }` });
    const plan = await planRun(rig.engines, { source, slot: SLOT });

    const run = await driveRun(rig, await begin(rig, source));
    const bought = await namesInAws(shop, 'many-queries');
    const second = await driveRun(rig, await begin(rig, source, true));

    const jobs = await batchJobsOf(shop.db, run.runId);
    expect(jobs.map((job) => job.lines)).toEqual([10, 2]);
    expect(plan.batchJob).toMatchObject({ lines: 12, parts: 2 });
    const audiences = readSummary(run)?.audiences ?? [];
    expect(audiences.map((audience) => audience.name)).toEqual(Array.from({ length: 12 }, (_, n) => `q${n}`));
    expect(audiences.map(({ error, segmentUsers }) => ({ error, segmentUsers }))).toEqual(
      Array.from({ length: 12 }, () => ({ error: undefined, segmentUsers: 20 })),
    );
    expect(bought).toEqual(jobs.map((job) => job.name).sort());
    expect(await namesInAws(shop, 'many-queries')).toEqual(bought);
    expect(readSummary(second)?.batchJobs.map((job) => job.reused)).toEqual([true, true]);
    expect(readSummary(second)?.audiences?.map((audience) => audience.members)).toEqual(
      audiences.map((audience) => audience.members),
    );
  });
});
