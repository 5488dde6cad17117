/** A sender that is warming up: what a day allows leaves on that day, by all jobs together, and the rest on the next. */
import type { OpenEngines } from '../../src/cli/open-engines';
import { countDeliveries } from '../../src/database/ledger/deliveries';
import { allowanceAfter, dayOf } from '../../src/database/pacing/ramp';
import { findRun } from '../../src/database/runs/runs';
import type { Engines } from '../../src/run/engines';
import { chooseRecipients } from '../../src/run/recipients/choose-recipients';
import { nextDayAt } from '../../src/run/sending/next-claim';
import { makeTestFolder } from '../support/nightjar';
import { type RecordingServer, startRecordingServer } from './support/recording-server';
import { doOpenWork, driveLanes, makeSendingRun, stockShop, workerOn } from './support/sending-run';
import { type Clock, makeClock, openWorld } from './support/world';

const HOUR = 3_600_000;
const folder = makeTestFolder('nightjar-ramp');
let base: OpenEngines;
let server: RecordingServer;
let clock: Clock;
let worker: Engines & { close(): Promise<void> };

beforeAll(async () => {
  base = await openWorld(folder);
  await stockShop(base);
}, 60_000);
beforeEach(async () => {
  server = await startRecordingServer();
  clock = makeClock();
  // In the middle of a UTC day, so that no test is about midnight unless it says so.
  clock.advanceTo(nextDayAt(clock.now(), 12 * HOUR));
  worker = workerOn(base, server.url, { now: clock.now });
  await base.db.deleteFrom('ramp_day').execute();
});
afterEach(async () => {
  await worker.close();
  await server.close();
});
afterAll(() => base.close());

const days = () => base.db.selectFrom('ramp_day').select(['day', 'allowed', 'used']).orderBy('day').execute();
const used = async () => (await days()).map((day) => [day.allowed, day.used]);

it('allows floor(start × (1 + growth)^days)', () => {
  const ramp = { start: 200, growth: 0.15 };
  expect([0, 1, 2, 3, 30].map((k) => allowanceAfter(ramp, k))).toEqual([200, 230, 264, 304, 13_242]);
  expect(allowanceAfter(ramp, 1000)).toBe(2_000_000_000);
});

it('sends each day what it allows, at the hour the run began, until all have got one mail; the run stays sending', async () => {
  const { runId } = await makeSendingRun(worker, {
    name: 'warm',
    send: '{ ramp: { start: 20, growth: 50% } }',
    domains: { 'a.test': 60, 'b.test': 40 },
  });
  const perDay: number[] = [];
  for (let day = 0; day < 4; day++) {
    const before = server.arrivals.length;
    await driveLanes([worker, worker], runId);
    perDay.push(server.arrivals.length - before);
    const run = await findRun(base.db, runId);
    if (day === 3) break;
    expect(run?.state).toBe('sending');
    const row = await base.db
      .selectFrom('run')
      .select('hold_until')
      .where('run_id', '=', runId)
      .executeTakeFirstOrThrow();
    expect(row.hold_until).toBe(nextDayAt(clock.now(), run?.createdAt ?? 0));
    // Past midnight, and before the hour: nothing leaves although the new day allows some.
    clock.advanceTo((row.hold_until ?? 0) - HOUR);
    await driveLanes([worker, worker], runId);
    expect(server.arrivals.length).toBe(before + (perDay.at(-1) ?? 0));
    clock.advanceTo(row.hold_until ?? 0);
  }

  expect(perDay).toEqual([20, 30, 45, 5]);
  expect(await used()).toEqual([
    [20, 20],
    [30, 30],
    [45, 45],
    [67, 5],
  ]);
  expect(new Set(server.arrivals.map(({ to }) => to)).size).toBe(100);
  expect(await doOpenWork(worker, runId)).toBe('finished');
});

it('is shared by all jobs of a sender, whatever name stands before the address; a day that was hardly used does not grow', async () => {
  const ramp = 'ramp: { start: 30, growth: 100% }';
  const one = await makeSendingRun(worker, { name: 'one', send: `{ ${ramp} }`, domains: { 'a.test': 10 } });
  const two = await makeSendingRun(worker, {
    name: 'two',
    send: `{ ${ramp}, from: "Other Name <news@shop.example>" }`,
    domains: { 'a.test': 30 },
  });
  await driveLanes([worker, worker], one.runId);
  await driveLanes([worker, worker], two.runId);
  expect(server.arrivals).toHaveLength(30);

  clock.advanceTo(clock.now() + 24 * HOUR);
  await driveLanes([worker, worker], two.runId);
  clock.advanceTo(clock.now() + 24 * HOUR);
  const three = await makeSendingRun(worker, { name: 'three', send: `{ ${ramp} }`, domains: { 'a.test': 1 } });
  await driveLanes([worker, worker], three.runId);

  expect(await used()).toEqual([
    [30, 30],
    [60, 10],
    [60, 1],
  ]);
});

it('gets back what was reserved and did not leave: excluded when made, put off, given back', async () => {
  server.judge((to) => (to.startsWith('back-0001@') ? '450 4.2.0 busy' : undefined));
  const { runId } = await makeSendingRun(worker, {
    name: 'back',
    send: '{ ramp: { start: 10, growth: 0% } }',
    domains: { 'a.test': 14 },
  });
  await base.db.deleteFrom('contact').where('user_id', 'in', ['back-0002', 'back-0003', 'back-0004']).execute();

  await driveLanes([worker, worker], runId);

  const counts = await countDeliveries(base.db, runId);
  expect(counts).toMatchObject({ accepted: 10, excluded: 3, deferred: 1 });
  expect(await used()).toEqual([[10, 10]]);
});

it('does not end while mails are under way: a lane that finds it used up waits for the places that they give back', async () => {
  server.judge((to) => (to.startsWith('wait-0001@') ? '450 4.2.0 busy' : undefined));
  server.slowDown(1000);
  const { runId } = await makeSendingRun(worker, {
    name: 'wait',
    send: '{ ramp: { start: 10, growth: 0% } }',
    domains: { 'a.test': 11 },
  });

  await driveLanes([worker, worker], runId);

  expect(await countDeliveries(base.db, runId)).toMatchObject({ accepted: 10, deferred: 1 });
});

it('leaves out of a later slot who still waits for an earlier one of the same job, and of no other', async () => {
  const { runId } = await makeSendingRun(worker, {
    name: 'carry',
    send: '{ ramp: { start: 4, growth: 0% } }',
    domains: { 'a.test': 10 },
  });
  await driveLanes([worker, worker], runId);
  expect(server.arrivals).toHaveLength(4);
  const choose = async (topic: string, slot: string) => {
    const chosen: string[] = [];
    const counts = await chooseRecipients(
      base.db,
      { where: { consent: true, group: 'carry' }, topic, slot },
      async (rows) => {
        chosen.push(...rows.map((row) => row.userId));
      },
    );
    return { chosen: chosen.length, carried: counts.leftOut.find(({ name }) => name === 'carried')?.count ?? 0 };
  };

  expect(await choose('carry', '2026-03-03')).toEqual({ chosen: 4, carried: 6 });
  expect(await choose('carry', '2026-03-02')).toEqual({ chosen: 10, carried: 0 });
  expect(await choose('other', '2026-03-03')).toEqual({ chosen: 10, carried: 0 });
  await base.db.updateTable('run').set({ state: 'failed' }).where('run_id', '=', runId).execute();
  expect(await choose('carry', '2026-03-03')).toEqual({ chosen: 10, carried: 0 });
});

it('counts days in UTC', () => {
  expect(dayOf(Date.UTC(2026, 2, 1, 23, 59, 59, 999))).toBe('2026-03-01');
  expect(new Date(nextDayAt(Date.UTC(2026, 2, 1, 0, 10), Date.UTC(2026, 1, 28, 23, 30))).toISOString()).toBe(
    '2026-03-02T23:30:00.000Z',
  );
});
