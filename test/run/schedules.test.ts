/** Schedules and chains against the real database: each slot once, however many workers look, and whatever dies. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { sql } from 'kysely';
import type { OpenEngines } from '../../src/cli/open-engines';
import { withLock } from '../../src/database/connecting/lock';
import { findJobSchedule, pauseJob, resumeJob } from '../../src/database/runs/job-schedules';
import { listRuns } from '../../src/database/runs/run-lists';
import { findRun, moveRun } from '../../src/database/runs/runs';
import { RESTORED } from '../../src/database/runs/starts';
import { fireTimes, slotAt } from '../../src/job/schedule';
import type { Engines } from '../../src/run/engines';
import { createLook, keepSchedules } from '../../src/run/schedules/keep-schedules';
import { startRun } from '../../src/run/start-run';
import { startWorker } from '../../src/run/worker';
import { makeTestFolder, ROOT } from '../support/nightjar';
import { scheduleFiles } from './support/schedule-files';
import { prepareSmallShop } from './support/small-shop';
import { emailSource, openWorld } from './support/world';

const HOUR = 3_600_000;
const MONDAY = Date.parse('2026-03-02T12:00Z');
const folder = makeTestFolder('nightjar-schedules');
let shop: OpenEngines;

beforeAll(async () => {
  shop = await openWorld(folder, [{ path: 'queue.reconcileSeconds', value: 0.2, flag: 'test' }]);
  await prepareSmallShop(shop);
}, 60_000);
afterAll(() => shop.close());

async function slotsOf(job: string): Promise<string[]> {
  const runs = await listRuns(shop.db, { job, limit: 1000 });
  return runs.map((run) => run.slot).sort();
}

/** A worker that only looks, at a clock that the test sets. */
function makeLooker(starts: Record<string, string>, at: number, engines: Partial<Engines> = {}) {
  const clock = { at };
  const look = createLook({ ...shop, ...engines, now: () => clock.at }, scheduleFiles(starts));
  return { clock, look };
}

const daily = (more = '') => `schedule: { cron: "0 2 * * *", timezone: UTC${more} }`;

it('two workers start each slot once over four days, also when clocks are put forward', async () => {
  const schedule = { cron: '30 */6 * * *', timezone: 'Europe/Berlin' };
  const starts = { twice: `schedule: { cron: "${schedule.cron}", timezone: ${schedule.timezone} }` };
  const from = Date.parse('2026-03-25T12:00Z');
  const until = from + 4 * 24 * HOUR;
  const workers = [makeLooker(starts, from), makeLooker(starts, from)];
  for (let at = from; at <= until; at += HOUR / 2) {
    for (const worker of workers) worker.clock.at = at;
    await Promise.all(workers.map((worker) => worker.look()));
  }
  const expected = fireTimes(schedule, { after: from, until }).map((at) => slotAt(schedule, at));
  expect(await slotsOf('twice')).toEqual([...expected].sort());
  expect(expected).toHaveLength(16);
});

it('a new job starts with its next slot, and what was missed goes by missed and grace', async () => {
  const starts = { latest: daily(), all: daily(', missed: run-all, grace: 7d'), never: daily(', missed: skip') };
  const { clock, look } = makeLooker(starts, MONDAY);
  await look();
  clock.at = MONDAY + 4 * 24 * HOUR - 8 * HOUR;
  await look();
  expect(await slotsOf('latest')).toEqual(['2026-03-06']);
  expect(await slotsOf('all')).toEqual(['2026-03-03', '2026-03-04', '2026-03-05', '2026-03-06']);
  expect(await slotsOf('never')).toEqual([]);
});

it('a paused job starts nothing, and on resume missed decides', async () => {
  const { clock, look } = makeLooker({ held: daily() }, MONDAY);
  await look();
  expect(await pauseJob(shop.db, 'held', clock.at)).toBe(true);
  expect(await pauseJob(shop.db, 'held', clock.at)).toBe(false);
  clock.at += 2 * 24 * HOUR - 9 * HOUR;
  await look();
  expect(await slotsOf('held')).toEqual([]);
  expect(await resumeJob(shop.db, 'held')).toBe(true);
  await look();
  expect(await slotsOf('held')).toEqual(['2026-03-04']);
});

it('a wrong file, or one without its template, keeps no other from starting, and starts when it is mended in time', async () => {
  const told: string[] = [];
  const log: Engines['log'] = (_level, event, fields) => void told.push(`${event} ${fields?.reason}`);
  const starts: Record<string, string> = { broken: daily(', missed: always'), sound: daily() };
  const { clock, look } = makeLooker(starts, MONDAY, { log });
  await look();
  starts.broken = daily();
  await look();
  starts.broken = daily('}}');
  clock.at = MONDAY + 15 * HOUR;
  await look();
  expect(await slotsOf('sound')).toEqual(['2026-03-03']);
  expect(await slotsOf('broken')).toEqual([]);
  expect(told.filter((line) => line.startsWith('the job broken is wrong')).length).toBeGreaterThan(0);
  starts.broken = daily();
  await look();
  expect(await slotsOf('broken')).toEqual(['2026-03-03']);
});

it('a slot that a person has run is not run again, and a cancelled one stays cancelled', async () => {
  const { clock, look } = makeLooker({ manual: daily() }, MONDAY);
  await look();
  const { runId } = await startRun(shop, { source: emailSource('manual'), slot: '2026-03-03', again: false });
  await sql`UPDATE run SET state = 'cancelled' WHERE run_id = ${runId}`.execute(shop.db);
  clock.at = MONDAY + 15 * HOUR;
  await look();
  expect(await slotsOf('manual')).toEqual(['2026-03-03']);
  expect((await findRun(shop.db, runId))?.state).toBe('cancelled');
  expect((await findJobSchedule(shop.db, 'manual'))?.decidedUntil).toBe(Date.parse('2026-03-03T02:00Z'));
});

it('workers that are killed while they start runs leave each slot once', async () => {
  const schedule = { cron: '*/10 * * * *', timezone: 'America/New_York' };
  const starts = {
    often: `schedule: { cron: "${schedule.cron}", timezone: ${schedule.timezone}, missed: run-all, grace: 7d }`,
  };
  const from = Date.parse('2026-03-08T05:00Z');
  await makeLooker(starts, from).look();
  const start = async (at: number) => {
    const script = path.join(__dirname, 'support/schedule-process.ts');
    const args = [
      '-r',
      path.join(ROOT, 'test/support/register.js'),
      script,
      folder,
      `${at}`,
      '3600',
      JSON.stringify(starts),
    ];
    const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
    await once(child.stdout, 'data');
    return child;
  };
  for (const killedAfter of [700, 1150]) {
    const known = (await findJobSchedule(shop.db, 'often'))?.decidedUntil ?? from;
    const children = await Promise.all([start(known), start(known)]);
    await wait(killedAfter);
    for (const child of children) child.kill('SIGKILL');
    await Promise.all(children.map((child) => once(child, 'exit')));
  }
  const killedAt = (await findJobSchedule(shop.db, 'often'))?.decidedUntil ?? 0;
  const { clock, look } = makeLooker(starts, killedAt);
  const until = killedAt + 3 * HOUR;
  clock.at = until;
  await look();

  const expected = fireTimes(schedule, { after: from, until }).map((at) => slotAt(schedule, at));
  expect(await slotsOf('often')).toEqual([...expected].sort());
  expect(killedAt).toBeGreaterThan(from);
}, 120_000);

it('a follower starts once for each slot that is finished, and for none that was before it', async () => {
  const finish = async (job: string, slot: string, at: number) => {
    const { runId } = await startRun(shop, { source: emailSource(job), slot, again: false });
    await sql`UPDATE run SET state = 'finished', finished_at = ${new Date(at)} WHERE run_id = ${runId}`.execute(
      shop.db,
    );
  };
  const starts = { first: '', second: 'after: first', third: 'after: thrid' };
  await finish('first', '2026-03-01', MONDAY - HOUR);
  const workers = [makeLooker(starts, MONDAY), makeLooker(starts, MONDAY)];
  await workers[0]?.look();
  await finish('first', '2026-03-02T0600', MONDAY + HOUR);
  for (const worker of workers) worker.clock.at = MONDAY + 2 * HOUR;
  await Promise.all(workers.map((worker) => worker.look()));
  await workers[0]?.look();
  expect(await slotsOf('second')).toEqual(['2026-03-02T0600']);
  expect(await slotsOf('third')).toEqual([]);
});

it('a worker starts the follower when the run is finished', async () => {
  const worker = await startWorker(shop, { jobs: scheduleFiles({ leader: '', follower: 'after: leader' }) });
  try {
    while ((await findJobSchedule(shop.db, 'follower')) === undefined) await wait(20);
    await startRun(shop, { source: emailSource('leader'), slot: '2026-03-05', again: false });
    while ((await findRun(shop.db, 'follower.2026-03-05'))?.state !== 'finished') await wait(50);
  } finally {
    await worker.close();
  }
  expect((await findRun(shop.db, 'leader.2026-03-05'))?.state).toBe('finished');
});

it('a start that takes its time delays those of no other job, nor their later slots', async () => {
  const clock = { at: MONDAY };
  const starts = { 'a-slow': daily(), 'b-quick': daily(), 'c-quick': daily() };
  const schedules = keepSchedules({ ...shop, now: () => clock.at }, scheduleFiles(starts));
  const until = async (job: string, slots: readonly string[]) => {
    for (let round = 0; (await slotsOf(job)).join() !== slots.join(); round++) {
      if (round > 500) throw new Error(`${job} has ${await slotsOf(job)}`);
      await wait(20);
    }
  };
  const known = async () =>
    (await Promise.all(Object.keys(starts).map((job) => findJobSchedule(shop.db, job)))).every(Boolean);
  for (let round = 0; !(await known()) && round < 500; round++) await wait(20);
  let release = () => {};
  const held = new Promise<void>((resolve) => {
    release = resolve;
  });
  // As where another worker is about to start it, and hangs.
  const hanging = withLock(shop.db, 'schedule a-slow', () => held);
  clock.at = MONDAY + 15 * HOUR;
  schedules.look();
  await until('b-quick', ['2026-03-03']);
  clock.at = MONDAY + 39 * HOUR;
  schedules.look();
  await until('c-quick', ['2026-03-03', '2026-03-04']);
  expect(await slotsOf('a-slow')).toEqual([]);
  release();
  await hanging;
  await until('a-slow', ['2026-03-04']);
  await schedules.close();
});

it('a trial of some recipients does not stand in for the night: the schedule runs the slot for all others', async () => {
  const { clock, look } = makeLooker({ tried: daily() }, MONDAY);
  await look();
  const slot = '2026-03-03';
  const source = scheduleFiles({ tried: daily() }).read('tried');
  const { runId } = await startRun(shop, { source, slot, again: false, limit: 3 });
  clock.at = MONDAY + 15 * HOUR;

  await look();
  expect((await listRuns(shop.db, { job: 'tried', limit: 10 })).map((run) => run.runId)).toEqual([runId]);
  await shop.db
    .updateTable('run')
    .set({ state: 'finished', finished_at: new Date() })
    .where('run_id', '=', runId)
    .execute();
  await look();
  await look();

  const runs = await listRuns(shop.db, { job: 'tried', limit: 10 });
  expect(runs.map((run) => `${run.slot} ${run.limit}`).sort()).toEqual([`${slot} 3`, `${slot} undefined`]);
});

it('a trial that waits for a person holds up no other slot, and is no end of its own', async () => {
  const starts = { stuck: daily(', missed: run-all, grace: 3d') };
  const { clock, look } = makeLooker(starts, MONDAY);
  await look();
  const source = scheduleFiles(starts).read('stuck');
  const { runId } = await startRun(shop, { source, slot: '2026-03-03', again: false, limit: 3 });
  await moveRun(shop.db, runId, { from: 'planned', to: 'failed', now: clock.at });
  clock.at = MONDAY + 39 * HOUR;
  await look();
  await look();
  expect(await slotsOf('stuck')).toEqual(['2026-03-03', '2026-03-04']);

  await moveRun(shop.db, runId, { from: 'failed', to: 'cancelled', now: clock.at });
  await look();
  await look();
  expect(await slotsOf('stuck')).toEqual(['2026-03-03', '2026-03-03', '2026-03-04']);
  expect((await findJobSchedule(shop.db, 'stuck'))?.decidedUntil).toBe(Date.parse('2026-03-04T02:00Z'));
});

it('a trial that another database has begun ends its slot', async () => {
  const starts = { foreign: daily() };
  const { clock, look } = makeLooker(starts, MONDAY);
  await look();
  const source = scheduleFiles(starts).read('foreign');
  const { runId } = await startRun(shop, { source, slot: '2026-03-03', again: false, limit: 3 });
  const move = { from: 'planned', to: 'cancelled', pausedReason: RESTORED, now: clock.at } as const;
  await moveRun(shop.db, runId, move);
  clock.at = MONDAY + 15 * HOUR;
  await look();
  expect(await slotsOf('foreign')).toEqual(['2026-03-03']);
  expect((await findJobSchedule(shop.db, 'foreign'))?.decidedUntil).toBe(Date.parse('2026-03-03T02:00Z'));
});

it('a trial of a follower does not stand for its slot', async () => {
  const starts = { ahead: '', behind: 'after: ahead' };
  const { clock, look } = makeLooker(starts, Date.now());
  await look();
  const files = scheduleFiles(starts);
  const slot = '2026-03-05';
  const leader = await startRun(shop, { source: files.read('ahead'), slot, again: false });
  const trial = await startRun(shop, { source: files.read('behind'), slot, again: false, limit: 3 });
  const finish = (runId: string) => moveRun(shop.db, runId, { from: 'planned', to: 'finished', now: Date.now() });
  clock.at = Date.now() + 1000;
  await finish(leader.runId);
  await look();
  expect(await slotsOf('behind')).toEqual([slot]);
  await finish(trial.runId);
  await look();
  await look();
  expect((await listRuns(shop.db, { job: 'behind', limit: 10 })).map(({ limit }) => limit)).toEqual([undefined, 3]);
});
