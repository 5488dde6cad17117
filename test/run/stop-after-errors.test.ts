/** Refusals that pause a run: by share and by number, over all lanes, counted anew once a person lets it go on. */
import type { OpenEngines } from '../../src/cli/open-engines';
import { countDeliveries } from '../../src/database/ledger/deliveries';
import { findRun, moveRun } from '../../src/database/runs/runs';
import type { Engines } from '../../src/run/engines';
import { exitCodeOf } from '../../src/run/follow-run';
import { cleanAnswer, isLimitReached } from '../../src/run/sending/stop';
import type { Share } from '../../src/units';
import { makeTestFolder } from '../support/nightjar';
import { type RecordingServer, startRecordingServer } from './support/recording-server';
import { doOpenWork, driveLanes, makeSendingRun, stockShop, workerOn } from './support/sending-run';
import { openWorld } from './support/world';

const folder = makeTestFolder('nightjar-stop-after-errors');
let base: OpenEngines;
let server: RecordingServer;
let worker: Engines & { close(): Promise<void> };

beforeAll(async () => {
  base = await openWorld(folder);
  await stockShop(base);
}, 60_000);
beforeEach(async () => {
  server = await startRecordingServer();
  worker = workerOn(base, server.url);
});
afterEach(async () => {
  await worker.close();
  await server.close();
});
afterAll(() => base.close());

/** Refuses who has one of these numbers. */
const refuse = (reply: string, isBad: (nth: number) => boolean) =>
  server.judge((to) => (isBad(Number(/-(\d+)@/.exec(to)?.[1])) ? `${reply} <${to}>` : undefined));

describe('the limit', () => {
  const share = (value: number) => ({ share: value as Share });
  it.each([
    ['a share that is reached', share(0.05), { accepted: 95, refused: 5 }, true],
    ['a share that is not', share(0.05), { accepted: 96, refused: 4 }, false],
    ['a share of too few answers', share(0.05), { accepted: 50, refused: 49 }, false],
    ['a number that is reached, whatever the share', { count: 3 }, { accepted: 5, refused: 3 }, true],
    ['a number that is not', { count: 3 }, { accepted: 0, refused: 2 }, false],
    ['one of both', { ...share(0.5), count: 3 }, { accepted: 1000, refused: 3 }, true],
    ['no refusal at all', share(0), { accepted: 100, refused: 0 }, false],
  ])('%s', (_, rule, counts, reached) => {
    expect(isLimitReached(rule, counts, 100)).toBe(reached);
  });
});

it('hides addresses that servers repeat', () => {
  expect(cleanAnswer('550 5.1.1 <ken@mail.example>: no such user, try "ann.lee+x@b.example"')).toBe(
    '550 5.1.1 <k…@mail.example>: no such user, try "a…@b.example"',
  );
  // As the ledger keeps it, and as a person has copied it.
  const hidden = '550 5.1.1 <…@mail.example>: no such user, try k…@b.example';
  expect(cleanAnswer(hidden)).toBe(hidden);
});

it('by share pauses the run as paused(errors), exit 6, and names counts and answers; exclusions do not count', async () => {
  refuse('550 5.7.1 policy', (nth) => nth % 10 === 0);
  const { runId } = await makeSendingRun(base, {
    name: 'share',
    send: '{ stopAfterErrors: 8% }',
    domains: { 'a.test': 600, 'b.test': 400 },
  });
  await base.db.deleteFrom('contact').where('user_id', 'in', ['share-0001', 'share-0002', 'share-0003']).execute();

  await driveLanes([worker, worker], runId);

  const run = await findRun(base.db, runId);
  const counts = await countDeliveries(base.db, runId);
  expect(run).toMatchObject({ state: 'paused', pausedReason: 'errors', resumeState: 'sending' });
  expect(run !== undefined && exitCodeOf(run, undefined)).toBe(6);
  expect(run?.error).toMatchObject({
    code: 'E_RUN_ERRORS',
    message: expect.stringMatching(
      /^\d+ of \d+ answered e-mails were refused \(\d+\.\d %\), most often: \d+ × smtp_550_5\.7\.1 "550 5\.7\.1 policy/,
    ),
    fix: expect.stringContaining(`nightjar runs retry ${runId}`),
  });
  expect(JSON.stringify(run?.error)).not.toMatch(/share-\d+@/);
  const answered = counts.accepted + counts.refused;
  expect(answered).toBeGreaterThanOrEqual(100);
  // What was under way has its answer; nothing else was begun, and nothing is claimed any more.
  expect(answered).toBeLessThan(300);
  expect(counts.claimed).toBe(0);
  expect(counts.planned).toBe(1000 - answered - counts.excluded);
  expect(server.asked).toHaveLength(answered);
});

it('by number pauses it too; let go on, only what is answered from then on counts', async () => {
  refuse('550 5.1.1 no such user', (nth) => nth <= 12);
  const { runId } = await makeSendingRun(base, {
    name: 'number',
    send: '{ stopAfterErrors: 10 }',
    domains: { 'a.test': 200 },
  });
  await driveLanes([worker, worker], runId);
  expect((await findRun(base.db, runId))?.pausedReason).toBe('errors');
  const before = await countDeliveries(base.db, runId);
  expect(before.refused).toBeGreaterThanOrEqual(10);

  const now = Date.now();
  await moveRun(base.db, runId, { from: 'paused', to: 'sending', now, errorsSince: now });
  await driveLanes([worker, worker], runId);

  expect(await doOpenWork(worker, runId)).toBe('finished');
  expect(await countDeliveries(base.db, runId)).toMatchObject({ accepted: 188, refused: 12 });
});

it('of a small run by share needs half of its answers', async () => {
  refuse('550 5.1.1 no such user', (nth) => nth <= 2);
  const { runId } = await makeSendingRun(base, {
    name: 'small',
    send: '{ stopAfterErrors: 50% }',
    domains: { 'a.test': 20 },
  });
  await driveLanes([worker, worker], runId);
  expect(await doOpenWork(worker, runId)).toBe('finished');

  refuse('554 5.7.1 spam', () => true);
  const all = await makeSendingRun(base, { name: 'all', send: '{ stopAfterErrors: 50% }', domains: { 'a.test': 150 } });
  await driveLanes([worker, worker], all.runId);
  expect((await findRun(base.db, all.runId))?.pausedReason).toBe('errors');
  expect((await countDeliveries(base.db, all.runId)).refused).toBeGreaterThanOrEqual(75);
});

it('counts each answer once, in a row a lane', async () => {
  refuse('550 5.1.1 no such user', (nth) => nth % 4 === 0);
  const { runId } = await makeSendingRun(base, {
    name: 'counted',
    send: '{ stopAfterErrors: 1000 }',
    domains: { 'a.test': 200 },
  });
  await driveLanes([worker, worker], runId);
  const rows = await base.db.selectFrom('run_answers').selectAll().where('run_id', '=', runId).execute();
  const sum = (pick: (row: (typeof rows)[number]) => number) => rows.reduce((total, row) => total + pick(row), 0);
  expect([sum((row) => row.accepted), sum((row) => row.refused)]).toEqual([150, 50]);
  expect(rows.length).toBeLessThanOrEqual(2);
});
