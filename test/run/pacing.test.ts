/** The rate of a sender, measured where the mails arrive: shared by lanes and workers, steady, and never in bursts. */
import { randomBytes } from 'node:crypto';
import type { OpenEngines } from '../../src/cli/open-engines';
import { openJournal } from '../../src/mail/journal';
import { makeTestFolder } from '../support/nightjar';
import { type Arrival, type RecordingServer, startRecordingServer } from './support/recording-server';
import { driveLanes, makeSendingRun, stockShop, workerOn } from './support/sending-run';
import { openWorld } from './support/world';

const folder = makeTestFolder('nightjar-pacing');
const LONG = process.env.NIGHTJAR_TEST_LONG !== undefined;
let base: OpenEngines;
let server: RecordingServer;
const closers: (() => Promise<void>)[] = [];

beforeAll(async () => {
  base = await openWorld(folder);
  await stockShop(base);
}, 60_000);
beforeEach(async () => {
  server = await startRecordingServer();
});
afterEach(async () => {
  for (const close of closers.splice(0)) await close();
  await server.close();
});
afterAll(() => base.close());

/** Two workers, each with a token, a journal and connections of its own. */
function twoWorkers() {
  return ['a', 'b'].map(() => {
    const token = randomBytes(8).toString('hex');
    const journal = openJournal({ dir: base.journalDir, token, bootId: base.bootId });
    const worker = workerOn(base, server.url, { token, journal });
    closers.push(worker.close, async () => journal.close());
    return worker;
  });
}

/** The most mails above the rate in any window, in mails: what a token bucket of that size would have let through. */
function mostAbove(arrivals: readonly Arrival[], perSecond: number): number {
  const times = arrivals.map(({ at }) => at).sort((a, b) => a - b);
  let most = 0;
  let level = 0;
  times.forEach((at, index) => {
    const gapMs = index === 0 ? 0 : at - (times[index - 1] ?? at);
    level = Math.max(0, level - (gapMs * perSecond) / 1000) + 1;
    most = Math.max(most, level);
  });
  return most;
}

/** Mails from one moment to another after the first. */
function countBetween(arrivals: readonly Arrival[], fromMs: number, toMs: number): number {
  const start = Math.min(...arrivals.map(({ at }) => at));
  return arrivals.filter(({ at }) => at - start >= fromMs && at - start < toMs).length;
}

it(
  'by two workers is within two per cent of the rate, and never more than a second’s worth above it',
  async () => {
    const seconds = LONG ? 64 : 13;
    const workers = twoWorkers();
    const { runId } = await makeSendingRun(base, {
      name: 'steady',
      send: '{ rate: 40/s }',
      domains: { 'people.example': 40 * seconds },
    });

    await driveLanes(workers, runId);

    expect(server.arrivals).toHaveLength(40 * seconds);
    const measuredMs = LONG ? 60_000 : 12_000;
    const sent = countBetween(server.arrivals, 500, 500 + measuredMs);
    const due = (40 * measuredMs) / 1000;
    // Of a minute two per cent are more than what a late or caught-up mail can move over the edges of the window.
    const edge = LONG ? 0 : 12;
    expect(sent).toBeGreaterThanOrEqual(due * 0.98 - edge);
    expect(sent).toBeLessThanOrEqual(due * 1.02 + edge);
    expect(mostAbove(server.arrivals, 40)).toBeLessThanOrEqual(40);
  },
  LONG ? 120_000 : 60_000,
);

it('after a server that hung does not catch up: what was missed is missed', async () => {
  const workers = twoWorkers();
  const { runId } = await makeSendingRun(base, {
    name: 'hung',
    send: '{ rate: 40/s }',
    domains: { 'people.example': 200 },
  });
  const hanging = setTimeout(() => server.hang(true), 1000);
  const freeing = setTimeout(() => server.hang(false), 3500);

  await driveLanes(workers, runId);

  clearTimeout(hanging);
  clearTimeout(freeing);
  expect(server.arrivals).toHaveLength(200);
  expect(mostAbove(server.arrivals, 40)).toBeLessThanOrEqual(40);
  const start = server.arrivals[0]?.at ?? 0;
  expect((server.arrivals.at(-1)?.at ?? 0) - start).toBeGreaterThan(5800);
});

it('of a server slower than the rate is the server’s own, and no mail is sent twice for it', async () => {
  const workers = twoWorkers();
  server.slowDown(400);
  const { runId } = await makeSendingRun(base, {
    name: 'slow',
    send: '{ rate: 100/s }',
    domains: { 'people.example': 150 },
  });

  await driveLanes(workers, runId);

  expect(new Set(server.arrivals.map(({ to }) => to)).size).toBe(150);
  expect(server.arrivals).toHaveLength(150);
  expect(mostAbove(server.arrivals, 100)).toBeLessThanOrEqual(100);
});

it('at two a second keeps every mail its distance, and holds few rows meanwhile', async () => {
  const workers = twoWorkers();
  const { runId } = await makeSendingRun(base, {
    name: 'trickle',
    send: '{ rate: 2/s }',
    domains: { 'people.example': 8 },
  });
  let mostClaimed = 0;
  const looking = setInterval(() => {
    const query = base.db.selectFrom('delivery').select('user_id').where('run_id', '=', runId);
    void query
      .where('state', '=', 'claimed')
      .execute()
      .then((rows) => {
        mostClaimed = Math.max(mostClaimed, rows.length);
      });
  }, 50);

  await driveLanes(workers, runId);

  clearInterval(looking);
  const times = server.arrivals.map(({ at }) => at).sort((a, b) => a - b);
  const gaps = times.slice(1).map((at, n) => at - (times[n] ?? 0));
  expect(server.arrivals).toHaveLength(8);
  expect(Math.min(...gaps)).toBeGreaterThan(200);
  expect((times.at(-1) ?? 0) - (times[0] ?? 0)).toBeGreaterThan(3000);
  expect(mostClaimed).toBeLessThanOrEqual(2);
});

it('is not used up by people who are excluded when their mail is made', async () => {
  const [worker] = twoWorkers();
  const wish = { name: 'excluded', send: '{ rate: 20/s }', domains: { 'people.example': 60 } };
  const { runId } = await makeSendingRun(base, wish);
  await base.db
    .deleteFrom('contact')
    .where('user_id', 'like', 'excluded-%')
    .where('user_id', '<=', 'excluded-0040')
    .execute();
  const before = performance.now();

  await driveLanes(worker === undefined ? [] : [worker], runId);

  expect(server.arrivals).toHaveLength(20);
  // Sixty mails would take three seconds, twenty take one.
  expect(performance.now() - before).toBeLessThan(2500);
});
