/** Queueing what comes next costs by what has become open, lanes follow the workers that live, and one worker closes a run. */
import { setTimeout as wait } from 'node:timers/promises';
import { sql } from 'kysely';
import type { OpenEngines } from '../../src/cli/open-engines';
import { announceLanes, countLanes } from '../../src/database/pacing/worker-lanes';
import { openRuns } from '../../src/database/runs/run-lists';
import { closeRun, createRun, findRun, moveRun, type RunRow, runEvents } from '../../src/database/runs/runs';
import { addShards, finishShard } from '../../src/database/runs/shards';
import type { Work } from '../../src/queue/work-queue';
import type { Engines } from '../../src/run/engines';
import { isOpenWork, listOpenWork, queueNextWork } from '../../src/run/open-work';
import { processWork } from '../../src/run/process-work';
import { makeTestFolder } from '../support/nightjar';
import { prepareSmallShop, SLOT } from './support/small-shop';
import { begin, driveRun, emailSource, openWorld, rigUp } from './support/world';

const folder = makeTestFolder('nightjar-orchestration');
let shop: OpenEngines;

beforeAll(async () => {
  shop = await openWorld(folder);
  await prepareSmallShop(shop);
}, 60_000);
afterAll(() => shop.close());

/** A run that has reached the state `collecting` with so many shards. */
async function collecting(name: string, shards: number): Promise<RunRow> {
  const run = { runId: `${name}.${SLOT}`, job: name, slot: SLOT, n: 1, kind: 'email' as const };
  await createRun(shop.db, { ...run, bundleUri: 's3://nightjar/none', catalogueVersion: 1 }, Date.now());
  await moveRun(shop.db, run.runId, { from: 'planned', to: 'collecting', now: Date.now() });
  await addShards(shop.db, run.runId, { stage: 'collect', specs: Array.from({ length: shards }, () => ({})) });
  const row = await findRun(shop.db, run.runId);
  if (row === undefined) throw new Error('the run was not created');
  return row;
}

/** Engines whose queue keeps what was added to it. */
function recorded(): { readonly engines: Engines; readonly added: Work[] } {
  const added: Work[] = [];
  const add = async (works: readonly Work[]) => void added.push(...works);
  return { engines: { ...shop, queue: { ...shop.queue, add } }, added };
}

it('a run of 400 shards queues each of them once, and then what comes after them once', async () => {
  const run = await collecting('many-shards', 400);
  const { engines, added } = recorded();
  await engines.queue.add(await listOpenWork(engines, run));

  for (const work of [...added]) {
    expect(await isOpenWork(engines, run, work)).toBe(true);
    await finishShard(shop.db, run.runId, { ...work, result: {}, now: Date.now() });
    await queueNextWork(engines, run, work);
    expect(await isOpenWork(engines, run, work)).toBe(false);
  }

  expect(added).toHaveLength(401);
  expect(added.at(-1)).toEqual({ runId: run.runId, stage: 'close-collecting', shard: 0 });
});

it('shards that are done out of order do not bring the next stage early', async () => {
  const run = await collecting('few-shards', 3);
  const { engines, added } = recorded();
  for (const shard of [2, 0, 1]) {
    const work = { runId: run.runId, stage: 'collect', shard };
    const close = { runId: run.runId, stage: 'close-collecting', shard: 0 };
    expect(await isOpenWork(engines, run, close)).toBe(false);
    await finishShard(shop.db, run.runId, { ...work, result: {}, now: Date.now() });
    await queueNextWork(engines, run, work);
  }
  expect(added.map((work) => work.stage)).toEqual(['close-collecting']);
});

it('lanes are counted over all workers that live; one whose connection is cut counts again after its next look', async () => {
  const before = await countLanes(shop.db);
  const first = await announceLanes(shop.db, 2);
  const second = await announceLanes(shop.db, 3);
  expect((await countLanes(shop.db)) - before).toBe(5);

  await sql`SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory' AND objid = 3 AND objsubid = 2`.execute(
    shop.db,
  );
  while ((await countLanes(shop.db)) - before !== 2) await wait(20);
  await second.renew();
  expect((await countLanes(shop.db)) - before).toBe(5);

  await Promise.all([first.leave(), second.leave()]);
  expect(await countLanes(shop.db)).toBe(before);
});

it('a run that is sending has a lane for each that the workers announce', async () => {
  const rig = rigUp(shop);
  const id = await begin(rig, emailSource('many-lanes'));
  const run = await driveRun(rig, id, (open) => open.state === 'sending');
  const own = shop.settings.worker.sends;
  expect(await listOpenWork(rig.engines, run)).toHaveLength(own);

  const workers = await Promise.all([announceLanes(shop.db, own), announceLanes(shop.db, own + 3)]);
  expect(await listOpenWork(rig.engines, run)).toHaveLength(2 * own + 3);
  await Promise.all(workers.map((worker) => worker.leave()));
});

describe('the end of a run', () => {
  it('comes once, however many workers are the last', async () => {
    const rig = rigUp(shop);
    const id = await begin(rig, emailSource('closed-once'));
    const last = async (run: RunRow) => (await listOpenWork(rig.engines, run))[0]?.stage === 'report';
    await driveRun(rig, id, last);

    const work = { runId: id, stage: 'report', shard: 0 };
    await Promise.all([1, 2, 3].map(() => processWork(rig.engines, work, new AbortController().signal)));

    expect((await runEvents(shop.db, id)).filter((event) => event.state === 'finished')).toHaveLength(1);
  });

  it('does not come while a delivery is open', async () => {
    const rig = rigUp(shop);
    const id = await begin(rig, emailSource('closed-early'));
    await driveRun(rig, id, (open) => open.state === 'sending');
    const close = { from: 'sending' as const, summary: {}, now: Date.now() };

    expect(await closeRun(shop.db, id, close)).toBe(false);
    for (const state of ['deferred', 'claimed', 'unknown']) {
      await sql`UPDATE delivery SET state = ${state} WHERE run_id = ${id}`.execute(shop.db);
      expect(await closeRun(shop.db, id, close)).toBe(false);
    }
    await sql`UPDATE delivery SET state = 'dropped' WHERE run_id = ${id}`.execute(shop.db);
    expect(await closeRun(shop.db, id, close)).toBe(true);
    expect((await openRuns(shop.db)).map((run) => run.runId)).not.toContain(id);
  });
});
