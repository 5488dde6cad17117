/** What the mail server has said is known to one worker alone until it is in the ledger: nothing but the end of that worker may lose it. */
import { randomBytes } from 'node:crypto';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { OpenEngines } from '../../src/cli/open-engines';
import { limitConnection, type OpenDatabase, openDatabase } from '../../src/database/connecting/connection';
import { type EmbeddedPostgres, startEmbeddedPostgres } from '../../src/database/embedded/postgres';
import { countDeliveries } from '../../src/database/ledger/deliveries';
import { findRun } from '../../src/database/runs/runs';
import { openJournal, readJournals } from '../../src/mail/journal';
import { loadBundle } from '../../src/run/bundle';
import type { Engines } from '../../src/run/engines';
import { processWork } from '../../src/run/process-work';
import { createAnswerWriter, writeAnswers } from '../../src/run/sending/answers';
import { type Lane, openLane } from '../../src/run/sending/lane';
import { takeNextStep } from '../../src/run/sending/next-claim';
import { journalKey } from '../../src/run/sending/recover';
import { makeTestFolder } from '../support/nightjar';
import { startTcpProxy, type TcpProxy } from '../support/tcp-proxy';
import { type RecordingServer, startRecordingServer } from './support/recording-server';
import { doOpenWork, makeSendingRun, readLedger, stockShop, workerOn } from './support/sending-run';
import { makeClock, openWorld } from './support/world';

const PEOPLE = 20;
const HOUR = 3_600_000;
const folder = makeTestFolder('nightjar-late-answers');
let base: OpenEngines;
let server: RecordingServer;
let postgres: EmbeddedPostgres;
const closers: (() => unknown)[] = [];

beforeAll(async () => {
  base = await openWorld(folder);
  postgres = await startEmbeddedPostgres({ stateDir: folder });
  await stockShop(base);
}, 60_000);
beforeEach(async () => {
  server = await startRecordingServer();
});
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
  await server.close();
});
afterAll(async () => {
  await postgres.release();
  await base.close();
});

/** A worker of this machine with a journal of its own. */
function openWorker(parts: Partial<Engines> = {}): Engines {
  const token = randomBytes(8).toString('hex');
  const journal = openJournal({ dir: base.journalDir, token, bootId: base.bootId });
  const worker = workerOn(base, server.url, { token, journal, ...parts });
  closers.push(() => journal.close(), worker.close);
  return worker;
}

/** A way to the database of its own. */
async function openWay(): Promise<{ way: TcpProxy; database: OpenDatabase }> {
  const { host, port, user, database } = postgres.connection;
  const way = await startTcpProxy(path.join(host, `.s.PGSQL.${port}`));
  const limits = { poolSize: 6, statementTimeoutSeconds: 300, connectTimeoutSeconds: 2 };
  const opened = await openDatabase(limitConnection({ host: '127.0.0.1', port: way.port, user, database }, limits));
  closers.push(
    () => way.close(),
    () => opened.close(),
  );
  return { way, database: opened };
}

async function until(happened: () => boolean): Promise<void> {
  while (!happened()) await sleep(10);
}

describe('a worker that is cut off from the database while mails are under way', () => {
  // Longer than any number of quick tries; the lease is over for the other worker.
  const AWAY_MS = 10_000;

  it.each([
    ['by resets', 'cut'],
    ['by silence', 'swallow'],
  ] as const)(
    '%s, keeps their answers and writes them when it is back; others wait for them, also where they may resend',
    async (_how, stroke) => {
      const { way, database } = await openWay();
      const clock = makeClock();
      const cutOff = openWorker({ db: database.db });
      const other = openWorker({ now: clock.now });
      const { runId } = await makeSendingRun(base, {
        name: stroke,
        send: '{ unknown: resend }',
        domains: { 'a.test': PEOPLE },
      });
      server.slowDown(2500);
      const sending = processWork(cutOff, { runId, stage: 'send', shard: 0 }, new AbortController().signal);
      await until(() => server.arrivals.length >= 8);

      way[stroke]();
      clock.advanceTo(clock.now() + 20_000);
      const healsAt = Date.now() + AWAY_MS;
      while (Date.now() < healsAt) {
        await doOpenWork(other, runId);
        await sleep(100);
      }
      const before = await readLedger(base, runId);
      way.heal();
      const outcome = await sending;

      expect(before.filter(({ state, reason }) => state === 'unknown' && reason === 'worker_died')).toHaveLength(8);
      expect(outcome.kind).toBe('again');
      expect((await countDeliveries(base.db, runId)).accepted).toBe(PEOPLE);
      expect(await doOpenWork(other, runId)).toBe('finished');
      expect(server.arrivals.map(({ to }) => to).sort()).toEqual(
        [...new Set(server.arrivals.map(({ to }) => to))].sort(),
      );
      expect(server.arrivals).toHaveLength(PEOPLE);
    },
    60_000,
  );
});

describe('rows of a killed worker', () => {
  it.each([
    ['beside a mail that waits for hours', {}],
    ['while the run waits for the next day', { hold_until: new Date(Date.now() + 9 * HOUR) }],
  ])('%s, are looked at when their lease is over', async (_when, held) => {
    const name = Object.keys(held).length === 0 ? 'beside' : 'held';
    const worker = openWorker();
    const { runId } = await makeSendingRun(base, { name, domains: { 'a.test': 2 } });
    const now = worker.now();
    const change = (n: number) => base.db.updateTable('delivery').where('user_id', '=', `${name}-000${n}`);
    const leaseUntil = new Date(now + 10_000);
    await change(1).set({ state: 'claimed', token: 'gone.1', attempt: 1, lease_until: leaseUntil }).execute();
    await change(2)
      .set({ state: 'deferred', due_at: new Date(now + 4 * HOUR) })
      .execute();
    if ('hold_until' in held) await base.db.updateTable('run').set(held).where('run_id', '=', runId).execute();

    const outcome = await processWork(worker, { runId, stage: 'send', shard: 0 }, new AbortController().signal);

    expect(outcome.kind === 'again' && outcome.at - now).toBeLessThan(20_000);
  });
});

describe('an answer that is written twice, or to a row that is no longer ours', () => {
  const RAMP = '{ ramp: { start: 10, growth: 0% } }';

  async function claimTen(
    name: string,
    worker: Engines,
  ): Promise<{ lane: Lane; token: string; users: readonly string[] }> {
    const { runId } = await makeSendingRun(base, { name, send: RAMP, domains: { 'a.test': 14 } });
    await base.db.deleteFrom('ramp_day').execute();
    const run = await findRun(base.db, runId);
    if (run === undefined) throw new Error('there is no run');
    const bundle = await loadBundle(worker, run);
    if (bundle.job.kind !== 'email') throw new Error('it sends no mail');
    const lane = await openLane(
      { engines: worker, run, bundle, shard: 0, signal: new AbortController().signal },
      bundle.job,
    );
    const step = await takeNextStep(lane);
    if (step.kind !== 'claimed') throw new Error('nothing was claimed');
    return { lane, token: step.claim.token, users: step.claim.rows.map(({ userId }) => userId) };
  }

  const placesUsed = async () => (await base.db.selectFrom('ramp_day').select('used').executeTakeFirstOrThrow()).used;

  it('gives its place in the ramp back once', async () => {
    const worker = openWorker();
    const { lane, token, users } = await claimTen('places', worker);
    expect(await placesUsed()).toBe(10);
    const answers = users.slice(0, 3).map((userId) => ({ userId, state: 'planned' as const }));

    expect((await writeAnswers(lane, { token, claimedAt: worker.now(), answers })).size).toBe(3);
    expect((await writeAnswers(lane, { token, claimedAt: worker.now(), answers })).size).toBe(0);

    expect(await placesUsed()).toBe(7);
  });

  it('leaves the journal line of an attempt that another lane has in flight', async () => {
    const worker = openWorker();
    const { lane, token, users } = await claimTen('lines', worker);
    const [ours = '', lost = ''] = users;
    await base.db.updateTable('delivery').set({ token: 'another.1' }).where('user_id', '=', lost).execute();
    const keyOf = (userId: string) => journalKey('lines.2026-03-02', { userId, attempt: 1 });
    for (const userId of [ours, lost]) worker.journal.begin(keyOf(userId));
    const settle = jest.spyOn(worker.journal, 'settle');

    const writer = createAnswerWriter(lane, { token, claimedAt: worker.now(), onWritten: async () => undefined });
    writer.add(1, { userId: ours, state: 'accepted' });
    writer.add(1, { userId: lost, state: 'planned' });
    await writer.flushAll();

    expect(settle.mock.calls.map(([keys]) => [...keys])).toEqual([[keyOf(ours)]]);
    expect(await placesUsed()).toBe(10);
    expect((await readJournals(worker.journalDir, worker.bootId)).some(({ begun }) => begun.has(keyOf(lost)))).toBe(
      true,
    );
  });
});
