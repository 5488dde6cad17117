/** Domains that say "not now" or have a rate: their mails wait, all others go on, and none is lost or dropped for it. */
import type { OpenEngines } from '../../src/cli/open-engines';
import { countDeliveries, tallyReasons } from '../../src/database/ledger/deliveries';
import { findRun } from '../../src/database/runs/runs';
import type { Engines } from '../../src/run/engines';
import { makeTestFolder } from '../support/nightjar';
import { type RecordingServer, startRecordingServer } from './support/recording-server';
import {
  doOpenWork,
  driveLane,
  driveLanes,
  makeSendingRun,
  readLedger,
  stockShop,
  workerOn,
} from './support/sending-run';
import { type Clock, makeClock, openWorld } from './support/world';

const MINUTE = 60_000;
const folder = makeTestFolder('nightjar-destinations');
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
  worker = workerOn(base, server.url, { now: clock.now });
  // Each test has the sender's domains to itself.
  await base.db.deleteFrom('destination').execute();
});
afterEach(async () => {
  await worker.close();
  await server.close();
});
afterAll(() => base.close());

const came = (domain: string) => server.arrivals.filter(({ to }) => to.endsWith(`@${domain}`)).length;
const asked = (domain: string) => server.asked.filter((to) => to.endsWith(`@${domain}`)).length;
const refuse = (domain: string, reply: string) => server.judge((to) => (to.endsWith(`@${domain}`) ? reply : undefined));
const blockOf = (domain: string) =>
  base.db.selectFrom('destination').selectAll().where('domain', '=', domain).executeTakeFirstOrThrow();

it('a domain that answers 421 4.7.28 is left alone for ten minutes, by every lane, while the others go on', async () => {
  refuse('gmail.test', '421 4.7.28 unusual rate of mail');
  const { runId } = await makeSendingRun(worker, { name: 'block', domains: { 'gmail.test': 120, 'else.test': 120 } });
  const before = clock.now();

  await driveLanes([worker, worker], runId);

  expect(came('else.test')).toBe(120);
  // The mails that were under way when the first answer came, and none after it.
  expect(asked('gmail.test')).toBeLessThanOrEqual(2 * worker.settings.mail.connections);
  const { blocked_until: until, step } = await blockOf('gmail.test');
  expect(until - before).toBeGreaterThanOrEqual(10 * MINUTE);
  expect(until - before).toBeLessThan(10 * MINUTE + 30_000);
  expect(step).toBe(0);
  const rows = (await readLedger(base, runId)).filter((row) => row.domain === 'gmail.test');
  expect(rows.every((row) => row.attempt === 0 && ['planned', 'deferred'].includes(row.state))).toBe(true);
  expect(until - ((await driveLane(worker, runId)) ?? 0)).toBeLessThan(5000);
  expect((await findRun(base.db, runId))?.state).toBe('sending');
});

it('is taken up again with one mail a second, then more, and everyone gets one mail', async () => {
  refuse('gmail.test', '451 4.7.1 try later');
  const { runId } = await makeSendingRun(worker, { name: 'again', domains: { 'gmail.test': 80 } });
  await driveLanes([worker, worker], runId);
  const { blocked_until: until, blocked_at: since } = await blockOf('gmail.test');
  expect(until - since).toBeGreaterThanOrEqual(5 * MINUTE);
  expect(until - since).toBeLessThan(5 * MINUTE + 5000);
  server.judge(undefined);
  clock.advanceTo(until + 50);
  const start = performance.now();

  await driveLane(worker, runId, { patienceMs: 3000, signal: AbortSignal.timeout(3000) });

  const first = server.arrivals.filter(({ at }) => at - start < 2500).length;
  expect(first).toBeGreaterThanOrEqual(2);
  expect(first).toBeLessThanOrEqual(6);
  clock.advanceTo(until + 5 * MINUTE);
  await driveLanes([worker, worker], runId);
  expect(server.arrivals.map(({ to }) => to).sort()).toEqual([...new Set(server.arrivals.map(({ to }) => to))].sort());
  expect(came('gmail.test')).toBe(80);
  expect(await doOpenWork(worker, runId)).toBe('finished');
});

it('that refuses again when it is taken up waits twice as long, up to two hours, and after a day its mails are given up', async () => {
  refuse('gmail.test', '451 4.7.1 try later');
  const { runId } = await makeSendingRun(worker, { name: 'ever', domains: { 'gmail.test': 30, 'else.test': 3 } });
  const began = clock.now();
  const lengths: number[] = [];
  for (let round = 0; round < 60; round++) {
    await driveLane(worker, runId, { patienceMs: 100 });
    const { blocked_at: from, blocked_until: until } = await blockOf('gmail.test');
    const minutes = Math.round((until - from) / MINUTE);
    if (lengths.at(-1) !== minutes) lengths.push(minutes);
    if ((await countDeliveries(base.db, runId)).dropped > 0) break;
    expect((await countDeliveries(base.db, runId)).dropped).toBe(0);
    clock.advanceTo(until + 1);
  }

  expect(lengths).toEqual([5, 10, 20, 40, 80, 120]);
  expect(clock.now() - began).toBeGreaterThanOrEqual(24 * 60 * MINUTE);
  expect(clock.now() - began).toBeLessThan(27 * 60 * MINUTE);
  expect(await doOpenWork(worker, runId)).toBe('finished');
  expect(await tallyReasons(base.db, runId, 'dropped')).toEqual([{ name: 'smtp_451_4.7.1', count: 30 }]);
  expect(came('else.test')).toBe(3);
}, 90_000);

it('is known to the next run of the same sender: it begins with what is not blocked', async () => {
  refuse('gmail.test', '421 4.7.0 busy');
  const first = await makeSendingRun(worker, { name: 'first', domains: { 'gmail.test': 5 } });
  await driveLanes([worker, worker], first.runId);
  const before = asked('gmail.test');

  const next = await makeSendingRun(worker, { name: 'next', domains: { 'gmail.test': 100, 'else.test': 10 } });
  await driveLanes([worker, worker], next.runId);

  expect(asked('gmail.test')).toBe(before);
  expect(came('else.test')).toBe(10);
});

it('that puts off one mailbox (450 4.2.0) defers that mail alone, and it is dropped after its last wait', async () => {
  server.judge((to) => (to.startsWith('full-0001@') ? '450 4.2.0 mailbox busy' : undefined));
  const own = {
    ...worker,
    settings: { ...worker.settings, mail: { ...worker.settings.mail, retryAfterSeconds: [60, 60] } },
  };
  const { runId } = await makeSendingRun(own, { name: 'full', domains: { 'gmail.test': 20 } });
  for (let round = 0; round < 3; round++) {
    await driveLanes([own, own], runId);
    // The settings would have it again sooner than the answer lets it.
    clock.advanceTo(clock.now() + 4 * MINUTE);
    await driveLanes([own, own], runId);
    expect(asked('gmail.test')).toBe(20 + round);
    clock.advanceTo(clock.now() + MINUTE);
  }

  expect(came('gmail.test')).toBe(19);
  expect(asked('gmail.test')).toBe(19 + 3);
  expect(await tallyReasons(base.db, runId, 'dropped')).toEqual([{ name: 'smtp_450_4.2.0', count: 1 }]);
});

it('with a rate of its own gets no more than that, while the others go on at the full rate', async () => {
  const { runId } = await makeSendingRun(worker, {
    name: 'rated',
    send: '{ perDomain: { gmail.test: 10/s, "*": 50/s } }',
    domains: { 'gmail.test': 50, 'a.test': 60, 'b.test': 60 },
  });

  await driveLanes([worker, worker], runId);

  const times = (domain: string) => server.arrivals.filter(({ to }) => to.endsWith(domain)).map(({ at }) => at);
  const gmail = times('gmail.test');
  const spanMs = Math.max(...gmail) - Math.min(...gmail);
  expect(gmail).toHaveLength(50);
  expect(spanMs).toBeGreaterThanOrEqual(4500);
  expect(spanMs).toBeLessThan(9000);
  for (const from of gmail) expect(gmail.filter((at) => at >= from && at < from + 1000).length).toBeLessThanOrEqual(20);
  // A hundred and twenty others needed no more than about two seconds, and none had to wait for gmail.test.
  expect(Math.max(...times('a.test'), ...times('b.test')) - Math.min(...gmail)).toBeLessThan(4000);
});

describe('a sender', () => {
  it('that is throttled (454) slows down as a whole, loses nothing, and uses up no attempt', async () => {
    let answers = 0;
    server.judge(() => {
      answers += 1;
      return answers > 10 && answers <= 20 ? '454 4.3.2 throttling failure: maximum sending rate exceeded' : undefined;
    });
    const { runId } = await makeSendingRun(worker, { name: 'throttled', domains: { 'a.test': 30, 'b.test': 30 } });

    await driveLanes([worker, worker], runId);
    const { blocked_until: until, blocked_at: since } = await blockOf('*');
    expect(until - since).toBeGreaterThanOrEqual(5000);
    expect(until - since).toBeLessThan(8000);
    const rows = (await readLedger(base, runId)).filter((row) => row.state !== 'accepted');
    expect(rows.length).toBeGreaterThan(0);
    expect(rows.every((row) => row.attempt === 0)).toBe(true);
    answers = 100;
    clock.advanceTo(until + 20_000);
    await driveLanes([worker, worker], runId);

    expect(server.arrivals).toHaveLength(60);
    expect((await countDeliveries(base.db, runId)).accepted).toBe(60);
  });

  it('whose quota of the day is used up pauses the run, exit 6, and says so; let go on, it sends the rest', async () => {
    let answers = 0;
    server.judge((to) => {
      answers += 1;
      return answers > 12 ? `454 4.7.0 daily message quota exceeded for ${to}` : undefined;
    });
    const { runId } = await makeSendingRun(worker, { name: 'quota', domains: { 'a.test': 200 } });

    await driveLanes([worker, worker], runId);

    const run = await findRun(base.db, runId);
    expect(run).toMatchObject({ state: 'paused', pausedReason: 'quota', resumeState: 'sending' });
    expect(run?.error).toMatchObject({ code: 'E_MAIL_QUOTA', message: expect.stringContaining('daily message quota') });
    expect(JSON.stringify(run?.error)).not.toContain('quota-0');
    expect(server.asked.length).toBeLessThanOrEqual(12 + 2 * worker.settings.mail.connections);
    const counts = await countDeliveries(base.db, runId);
    expect(counts.accepted + counts.planned + counts.deferred).toBe(200);
  });
});
