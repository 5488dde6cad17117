/** What becomes of mails of which nobody can tell whether they were taken: evidence first, then the job's policy, then a person. */
import type { OpenEngines } from '../../src/cli/open-engines';
import { messageIdOf } from '../../src/content/links';
import { countDeliveries, tallyReasons } from '../../src/database/ledger/deliveries';
import { findRun } from '../../src/database/runs/runs';
import type { Engines } from '../../src/run/engines';
import { exitCodeOf } from '../../src/run/follow-run';
import { readSummary } from '../../src/run/stored-summary';
import { listFiles, makeTestFolder } from '../support/nightjar';
import { type FaultySmtpServer, startSmtpServer } from '../support/smtp-server';
import { doOpenWork, makeSendingRun, readLedger, stockShop, workerOn } from './support/sending-run';
import { makeClock, openWorld } from './support/world';

const PEOPLE = 20;
const folder = makeTestFolder('nightjar-unknown-policy');
let base: OpenEngines;
const closers: (() => Promise<void>)[] = [];

beforeAll(async () => {
  base = await openWorld(folder);
  await stockShop(base);
}, 60_000);
afterEach(async () => {
  for (const close of closers.splice(0)) await close();
});
afterAll(() => base.close());

/** A server that takes mails and says nothing after the first `silent` ones. */
async function serve(silent: number): Promise<{ server: FaultySmtpServer; worker: Engines }> {
  const server = await startSmtpServer({ faults: { body: (nth) => (nth <= silent ? { drop: 'reset' } : undefined) } });
  const worker = workerOn(base, server.url);
  closers.push(worker.close, () => server.close());
  return { server, worker };
}

const timesSent = (server: FaultySmtpServer) => {
  const times = new Map<string, number>();
  for (const { to } of server.received) times.set(to[0] ?? '', (times.get(to[0] ?? '') ?? 0) + 1);
  return [...times.values()].sort();
};

it('ask: pauses, sends nothing again', async () => {
  const { server, worker } = await serve(3);
  const { runId } = await makeSendingRun(base, { name: 'ask', domains: { 'a.test': PEOPLE } });

  expect(await doOpenWork(worker, runId)).toBe('paused');

  const run = await findRun(base.db, runId);
  expect(run).toMatchObject({ pausedReason: 'unknown', resumeState: 'sending' });
  expect(run !== undefined && exitCodeOf(run, undefined)).toBe(6);
  expect(await countDeliveries(base.db, runId)).toMatchObject({ accepted: PEOPLE - 3, unknown: 3 });
  expect(timesSent(server)).toEqual(Array(PEOPLE).fill(1));
});

it('drop: gives them up, counted as dropped(unknown), exit 4', async () => {
  const { server, worker } = await serve(3);
  const { runId } = await makeSendingRun(base, {
    name: 'drop',
    send: '{ unknown: drop }',
    domains: { 'a.test': PEOPLE },
  });

  expect(await doOpenWork(worker, runId)).toBe('finished');

  const run = await findRun(base.db, runId);
  expect(run !== undefined && exitCodeOf(run, readSummary(run))).toBe(4);
  expect(await tallyReasons(base.db, runId, 'dropped')).toEqual([{ name: 'unknown', count: 3 }]);
  expect(timesSent(server)).toEqual(Array(PEOPLE).fill(1));
});

it('resend: sends those again, and nobody else', async () => {
  const { server, worker } = await serve(3);
  const { runId } = await makeSendingRun(base, {
    name: 'resend',
    send: '{ unknown: resend }',
    domains: { 'a.test': PEOPLE },
  });

  expect(await doOpenWork(worker, runId)).toBe('finished');

  expect((await countDeliveries(base.db, runId)).accepted).toBe(PEOPLE);
  expect(timesSent(server)).toEqual([...Array(PEOPLE - 3).fill(1), 2, 2, 2]);
  expect((await readLedger(base, runId)).map(({ resends }) => resends).sort()).toEqual([
    ...Array(PEOPLE - 3).fill(0),
    1,
    1,
    1,
  ]);
});

it('resend: once each at most; a mail that is unknown again waits for a person', async () => {
  const { server, worker } = await serve(1000);
  const { runId } = await makeSendingRun(base, {
    name: 'never',
    send: '{ unknown: resend }',
    domains: { 'a.test': PEOPLE },
  });

  expect(await doOpenWork(worker, runId)).toBe('paused');

  expect((await findRun(base.db, runId))?.pausedReason).toBe('unknown');
  expect((await countDeliveries(base.db, runId)).unknown).toBe(PEOPLE);
  expect(timesSent(server)).toEqual(Array(PEOPLE).fill(2));
});

describe('a worker that went silent', () => {
  const LEASE_MS = 15_000;
  type Silent = Awaited<ReturnType<typeof silentRun>>;

  // Time passes by the clock of the workers and by what the process counts; everything else takes the time that it takes.
  beforeEach(() => {
    const timers = [
      'setTimeout',
      'clearTimeout',
      'setInterval',
      'clearInterval',
      'setImmediate',
      'clearImmediate',
    ] as const;
    jest.useFakeTimers({ doNotFake: [...timers, 'nextTick', 'queueMicrotask', 'hrtime', 'Date'] });
  });
  afterEach(() => void jest.useRealTimers());

  function pass({ clock }: Silent, ms: number): void {
    clock.advanceTo(clock.now() + ms);
    jest.advanceTimersByTime(ms);
  }

  /** Does the open work for so many leases, or until nothing is left. */
  async function workFor(silent: Silent, leases: number): Promise<string> {
    let state = await doOpenWork(silent.worker, silent.run.runId);
    for (let third = 0; third < 3 * leases && state === 'sending'; third++) {
      pass(silent, LEASE_MS / 3);
      state = await doOpenWork(silent.worker, silent.run.runId);
    }
    return state;
  }

  /** A worker of another machine has claimed everything, and nothing is heard of it. */
  async function silentRun(name: string, send: string) {
    const { server, worker } = await serve(0);
    const clock = makeClock();
    const run = await makeSendingRun(base, { name, send, domains: { 'a.test': PEOPLE } });
    await base.db
      .updateTable('delivery')
      .set({
        state: 'claimed',
        token: 'elsewhere.1',
        attempt: 1,
        claimed_at: new Date(clock.now() - 2 * LEASE_MS),
        lease_until: new Date(clock.now() - LEASE_MS),
      })
      .where('run_id', '=', run.runId)
      .execute();
    return { server, clock, run, worker: { ...worker, now: clock.now } };
  }

  it('leaves its rows unknown: by the policy to ask none is ever sent again by itself', async () => {
    const silent = await silentRun('silent-ask', '{ unknown: ask }');
    const { server, run } = silent;

    expect(await workFor(silent, 7)).toBe('paused');

    expect((await readLedger(base, run.runId)).map(({ state, reason }) => `${state} ${reason}`)).toEqual(
      Array(PEOPLE).fill('unknown worker_died'),
    );
    expect(server.received).toEqual([]);
  });

  it('is waited for before the policy holds, six leases long: its late answer is better than a second mail', async () => {
    const silent = await silentRun('silent-late', '{ unknown: resend }');
    const { server, run } = silent;
    expect(await workFor(silent, 5)).toBe('sending');
    expect((await countDeliveries(base.db, run.runId)).unknown).toBe(PEOPLE);
    expect(server.received).toEqual([]);

    await base.db
      .updateTable('delivery')
      .set({ state: 'accepted' })
      .where('run_id', '=', run.runId)
      .where('user_id', '<=', 'silent-late-0015')
      .execute();
    expect(await workFor(silent, 2)).toBe('finished');

    expect(server.received).toHaveLength(5);
  });
});

/** Does the open work until nothing is left, in real time. */
async function untilIdle(worker: Engines, runId: string): Promise<string> {
  for (;;) {
    const state = await doOpenWork(worker, runId);
    if (state !== 'sending') return state;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

it('the embedded inbox is evidence by the hash of the Message-ID alone: the sender’s domain may have changed since', async () => {
  const clock = makeClock();
  const queue = {
    add: async () => undefined,
    setAlarms: async () => undefined,
    ping: async () => undefined,
    start: () => ({ close: async () => undefined }),
    close: async () => undefined,
  };
  const worker = { ...base, queue, now: clock.now };
  const run = await makeSendingRun(base, { name: 'inbox', domains: { 'a.test': 4 } });
  expect(await doOpenWork(worker, run.runId)).toBe('finished');
  const before = listFiles(base.state.inbox, '.eml').length;
  await base.db
    .updateTable('delivery')
    .set({ state: 'unknown', reason: 'no_answer', token: 'gone.1', answered_at: new Date(clock.now() - 10_000) })
    .where('run_id', '=', run.runId)
    .execute();
  await base.db.updateTable('run').set({ state: 'sending' }).where('run_id', '=', run.runId).execute();
  const moved = { ...worker.settings, mail: { ...worker.settings.mail, from: 'Shop <news@another.example>' } };
  const ours = messageIdOf({ run: run.runId, userId: 'inbox-0001', domain: 'another.example' });

  expect(await untilIdle({ ...worker, settings: moved }, run.runId)).toBe('finished');

  expect((await readLedger(base, run.runId)).map(({ reason }) => reason)).toEqual(Array(4).fill('found_in_inbox'));
  expect(listFiles(base.state.inbox, '.eml')).toHaveLength(before);
  expect(ours).toContain('@another.example');
});
