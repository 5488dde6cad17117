/** What a run buys is decided once, also by two workers of which one has lost its lock. */
import {
  type BatchJobIntent,
  batchJobsOf,
  saveBatchJobState,
  savePurchases,
} from '../../src/database/buying/batch-jobs';
import { type OpenDatabase, openDatabase } from '../../src/database/connecting/connection';
import { createRun } from '../../src/database/runs/runs';
import { startTestPostgres, type TestPostgres } from '../support/database';

const NOW = Date.UTC(2026, 2, 2, 2);
const RUN = 'picks.2026-03-02';
let postgres: TestPostgres;
let database: OpenDatabase;

beforeAll(async () => {
  postgres = await startTestPostgres();
}, 60_000);
beforeEach(async () => {
  database = await openDatabase(await postgres.createDatabase());
  const slot = { job: 'picks', slot: '2026-03-02', n: 1, kind: 'email' as const };
  await createRun(database.db, { runId: RUN, ...slot, bundleUri: 's3://b/bundle', catalogueVersion: 1 }, NOW);
});
afterEach(() => database.close());
afterAll(() => postgres.stop());

const COST = { amount: 0.01, currency: 'USD' };

function intent(name: string, part = 1): BatchJobIntent {
  const uris = { inputUri: `s3://b/in/${name}`, outputUri: `s3://b/out/${name}/` };
  return {
    name,
    fingerprint: `f-${name}`,
    part,
    attempt: 1,
    kind: 'inference',
    request: {},
    lines: 3,
    ...uris,
    cost: COST,
  };
}

function decide(names: readonly string[], dropped: readonly string[] = []) {
  const purchases = names.map((name, at) => ({ how: 'new' as const, intent: intent(name, at + 1) }));
  return savePurchases(database.db, RUN, { purchases, dropped, isWhole: true, now: NOW });
}

async function bought(): Promise<readonly string[]> {
  return (await batchJobsOf(database.db, RUN)).map((job) => job.name);
}

describe('savePurchases', () => {
  it('keeps the first decision of two, one after the other or at a time', async () => {
    await Promise.all([decide(['a-1', 'a-2']), decide(['b-1', 'b-2'])]);
    const first = await bought();
    await decide(['c-1']);

    expect([
      ['a-1', 'a-2'],
      ['b-1', 'b-2'],
    ]).toContainEqual(first);
    expect(await bought()).toEqual(first);
    const { rows } = await database.pool.query('SELECT count(*)::int AS count FROM nightjar.batch_job');
    expect(rows).toEqual([{ count: 2 }]);
  });

  it('replaces a failed batch job once', async () => {
    await decide(['a']);
    await saveBatchJobState(database.db, 'a', { state: 'failed', reason: 'no', now: NOW });
    const replace = (name: string) =>
      savePurchases(database.db, RUN, {
        purchases: [{ how: 'new', intent: intent(name) }],
        dropped: ['a'],
        isWhole: false,
        now: NOW,
      });
    await replace('a-a2');
    await replace('b-a2');

    expect(await bought()).toEqual(['a-a2']);
  });
});

describe('a budget', () => {
  it('is kept by eight runs that decide at a time: as many get through as it has room for', async () => {
    const runs = Array.from({ length: 8 }, (_, n) => `picks.2026-04-0${n + 1}`);
    for (const runId of runs) {
      const slot = { job: 'picks', slot: runId.slice(-10), n: 1, kind: 'email' as const };
      await createRun(database.db, { runId, ...slot, bundleUri: 's3://b/bundle', catalogueVersion: 1 }, NOW);
    }
    const within = { budget: { limit: 0.035, currency: 'USD', now: NOW }, cost: COST };
    const answers = await Promise.all(
      runs.map((runId) => {
        const purchases = [{ how: 'new' as const, intent: intent(runId) }];
        return savePurchases(database.db, runId, { purchases, dropped: [], isWhole: true, within, now: NOW });
      }),
    );
    expect(answers.filter((answer) => answer === undefined)).toHaveLength(3);
    expect(answers).toContainEqual({ spent: expect.closeTo(0.03, 9), unpriced: 0 });
    const { rows } = await database.pool.query('SELECT count(*)::int AS count FROM nightjar.batch_job');
    expect(rows).toEqual([{ count: 3 }]);
  });
});
