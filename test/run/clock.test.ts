/** A clock that jumps by hours, forward, back, and to and fro, while mails are sent: nobody gets two, and no row is lost. */
import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { OpenEngines } from '../../src/cli/open-engines';
import { countDeliveries } from '../../src/database/ledger/deliveries';
import { openJournal } from '../../src/mail/journal';
import type { Engines } from '../../src/run/engines';
import { makeTestFolder } from '../support/nightjar';
import { type RecordingServer, startRecordingServer } from './support/recording-server';
import { doOpenWork, driveLane, makeSendingRun, stockShop, workerOn } from './support/sending-run';
import { openWorld } from './support/world';

const HOURS = 3 * 3_600_000;
const PEOPLE = 120;
const folder = makeTestFolder('nightjar-clock');
let base: OpenEngines;
let server: RecordingServer;
let offset = 0;
const closers: (() => Promise<void>)[] = [];

beforeAll(async () => {
  base = await openWorld(folder);
  await stockShop(base);
}, 60_000);
beforeEach(async () => {
  offset = 0;
  server = await startRecordingServer();
});
afterEach(async () => {
  for (const close of closers.splice(0)) await close();
  await server.close();
});
afterAll(() => base.close());

/** A worker of this machine, whose clock jumps with all others'. */
function openWorker(): Engines {
  const token = randomBytes(8).toString('hex');
  const journal = openJournal({ dir: base.journalDir, token, bootId: base.bootId });
  const worker = workerOn(base, server.url, { token, journal, now: () => Date.now() + offset });
  closers.push(worker.close, async () => journal.close());
  return worker;
}

/** Lets lanes begin again and again, as the queue does, while the clock jumps; each begin looks for rows of dead workers. */
async function sendWhile(jump: () => Promise<void>, runId: string, workers: readonly Engines[]): Promise<void> {
  const over = new AbortController();
  const lanes = [0, 1, 2].map(async (n) => {
    const worker = workers[n % workers.length];
    while (!over.signal.aborted && worker !== undefined) {
      const turn = AbortSignal.any([over.signal, AbortSignal.timeout(300 + 100 * n)]);
      await driveLane(worker, runId, { shard: n % 2, patienceMs: 200, signal: turn });
      await sleep(20);
    }
  });
  await jump();
  over.abort();
  await Promise.all(lanes);
}

async function checkEveryoneGotOne(runId: string): Promise<void> {
  const rest = openWorker();
  // What was given back, or found again, while the clock was ahead is due by that clock.
  offset = Math.max(offset, 0) + 2 * HOURS;
  for (let round = 0; round < 200; round++) {
    if ((await doOpenWork(rest, runId)) !== 'sending') break;
    await sleep(100);
  }
  const counts = await countDeliveries(base.db, runId);
  const to = server.arrivals.map((arrival) => arrival.to);
  expect({ sent: to.length, people: new Set(to).size }).toEqual({ sent: PEOPLE, people: PEOPLE });
  expect(counts).toMatchObject({ accepted: PEOPLE, planned: 0, claimed: 0, deferred: 0, unknown: 0 });
}

const RATE = '{ rate: 40/s }';

describe.each([
  ['one worker', 1],
  ['two workers of a machine', 2],
])('with %s, a clock that jumps', (_, count) => {
  const workers = () => Array.from({ length: count }, openWorker);
  const name = (how: string) => `${how}-${count}`;

  it('forward by hours sends nothing twice', async () => {
    const { runId } = await makeSendingRun(base, { name: name('forward'), send: RATE, domains: { 'a.test': PEOPLE } });
    await sendWhile(
      async () => {
        await sleep(700);
        offset += HOURS;
        await sleep(900);
        offset += HOURS;
        await sleep(900);
      },
      runId,
      workers(),
    );
    expect(server.arrivals.length).toBeGreaterThan(20);
    await checkEveryoneGotOne(runId);
  });

  it('back by hours loses nothing', async () => {
    const { runId } = await makeSendingRun(base, { name: name('back'), send: RATE, domains: { 'a.test': PEOPLE } });
    await sendWhile(
      async () => {
        await sleep(700);
        offset -= HOURS;
        await sleep(1500);
      },
      runId,
      workers(),
    );
    await checkEveryoneGotOne(runId);
  });

  it('to and fro sends nothing twice and loses nothing', async () => {
    const { runId } = await makeSendingRun(base, { name: name('flap'), send: RATE, domains: { 'a.test': PEOPLE } });
    await sendWhile(
      async () => {
        for (let jump = 0; jump < 16; jump++) {
          await sleep(150 + 40 * (jump % 3));
          offset = offset === 0 ? HOURS : 0;
        }
        offset = 0;
      },
      runId,
      workers(),
    );
    await checkEveryoneGotOne(runId);
  });
});
