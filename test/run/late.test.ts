/** Late slots and runs: told once, however many workers look and whoever was away. */
import type { OpenEngines } from '../../src/cli/open-engines';
import { decideUntil, pauseJob } from '../../src/database/runs/job-schedules';
import { moveRun } from '../../src/database/runs/runs';
import { createLook } from '../../src/run/schedules/keep-schedules';
import { startRun } from '../../src/run/start-run';
import { createLateWatcher } from '../../src/run/told/late';
import { makeTestFolder } from '../support/nightjar';
import { scheduleFiles } from './support/schedule-files';
import { prepareSmallShop } from './support/small-shop';
import { tellDue } from './support/tell-due';
import { startWebhookServer, type WebhookServer } from './support/webhook-server';
import { emailSource, openWorld } from './support/world';

const HOUR = 3_600_000;
const EVENING = Date.parse('2026-03-01T20:00Z');
const MORNING = Date.parse('2026-03-02T06:00Z');
const folder = makeTestFolder('nightjar-late');
let shop: OpenEngines;
let server: WebhookServer;

beforeAll(async () => {
  shop = await openWorld(folder);
  await prepareSmallShop(shop);
  server = await startWebhookServer();
}, 60_000);
beforeEach(() => server.forget());
afterAll(async () => {
  await server.close();
  await shop.close();
});

const nightly = (rule = '{ by: "06:00" }') =>
  `schedule: { cron: "0 2 * * *", timezone: UTC, missed: skip }\nnotify: { to: [chat], late: ${rule} }`;

/** A worker at a clock that the test sets; it looks at the schedules, then tells. */
function makeWorker(starts: Record<string, string>, at = EVENING) {
  const clock = { at };
  const notify = { ...shop.settings.notify, targets: { chat: { slack: `${server.url}/chat` } } };
  const engines = { ...shop, settings: { ...shop.settings, notify }, now: () => clock.at };
  const look = createLook(engines, scheduleFiles(starts));
  const goTo = async (time: number) => {
    clock.at = time;
    await look();
    await tellDue(engines);
  };
  return { engines, goTo };
}

const told = () => server.calls.map(({ body }) => JSON.parse(body).text.replace('[nightjar demo] ', ''));
const start = (worker: ReturnType<typeof makeWorker>, job: string, lines: string, slot = '2026-03-02') => {
  const made = emailSource(job);
  return startRun(worker.engines, { source: { ...made, text: `${made.text}${lines}\n` }, slot, again: false });
};

it('a slot whose run is not finished by its time is told once by two workers, one that is finished is not', async () => {
  const starts = { slow: nightly(), done: nightly() };
  const workers = [makeWorker(starts), makeWorker(starts)];
  for (const at of [EVENING, Date.parse('2026-03-02T02:00Z')])
    await Promise.all(workers.map((worker) => worker.goTo(at)));
  await moveRun(shop.db, 'done.2026-03-02', { from: 'planned', to: 'finished', now: MORNING - HOUR });
  await Promise.all(workers.map((worker) => worker.goTo(MORNING - 1)));
  expect(told()).toEqual([]);
  await Promise.all(workers.map((worker) => worker.goTo(MORNING)));
  await Promise.all(workers.map((worker) => worker.goTo(MORNING + HOUR)));
  expect(told()).toEqual(['slow.2026-03-02 is late: not finished by 2026-03-02 06:00 UTC, it is planned']);
});

it('slots that nobody started are told when a worker is back, the newest by name', async () => {
  const starts = { missed: nightly(), often: nightly('{ within: 30m }').replace('0 2 *', '0 */2 *') };
  const worker = makeWorker(starts);
  await worker.goTo(EVENING);
  await worker.goTo(MORNING + HOUR);
  await worker.goTo(MORNING + 2 * HOUR - 1);
  expect(told().sort()).toEqual([
    'missed.2026-03-02 is late: not started by 2026-03-02 06:00 UTC',
    'often.2026-03-02T0600 is late: not started by 2026-03-02 06:30 UTC, and so are 4 slots before it',
  ]);
});

it('neither a cancelled slot nor one of a paused job is late, and a new rule begins with its next deadline', async () => {
  const starts: Record<string, string> = { stopped: nightly(), held: nightly(), added: '' };
  const worker = makeWorker(starts);
  await worker.goTo(EVENING);
  await pauseJob(shop.db, 'held', EVENING);
  const { runId } = await start(worker, 'stopped', nightly());
  await moveRun(shop.db, runId, { from: 'planned', to: 'cancelled', now: EVENING });
  starts.added = nightly('{ by: "05:59" }');
  await worker.goTo(MORNING);
  expect(told()).toEqual([]);
});

it('a job whose file has become wrong is late all the same, also for a worker that never read it right', async () => {
  const starts: Record<string, string> = { broken: nightly() };
  await makeWorker(starts).goTo(EVENING);
  starts.broken = nightly('{ by: 6 }');
  await makeWorker(starts).goTo(MORNING);
  expect(told()).toEqual(['broken.2026-03-02 is late: not started by 2026-03-02 06:00 UTC']);
});

it('a run of a job without a schedule is late by its own start', async () => {
  const worker = makeWorker({});
  const lines = 'notify: { to: [chat], late: { within: 2h } }';
  const quick = await start(worker, 'by-hand', lines, '2026-03-03');
  await start(worker, 'by-hand', lines, '2026-03-04');
  await moveRun(shop.db, quick.runId, { from: 'planned', to: 'finished', now: EVENING });
  await worker.goTo(EVENING + 2 * HOUR - 1);
  expect(told()).toEqual([]);
  await worker.goTo(EVENING + 2 * HOUR);
  await worker.goTo(EVENING + 3 * HOUR);
  expect(told()).toEqual(['by-hand.2026-03-04 is late: not finished by 2026-03-01 22:00 UTC, it is planned']);
});

it('a schedule or a rule that is changed begins with its next deadline, and what had passed is told by the old one', async () => {
  const starts: Record<string, string> = { denser: nightly('{ within: 30m }') };
  const worker = makeWorker(starts);
  await worker.goTo(EVENING);
  await worker.goTo(MORNING);
  expect(told()).toEqual(['denser.2026-03-02 is late: not started by 2026-03-02 02:30 UTC']);
  server.forget();
  starts.denser = nightly('{ within: 30m }').replace('0 2 *', '*/10 * *');
  await makeWorker(starts).goTo(MORNING + HOUR);
  await worker.goTo(MORNING + HOUR);
  expect(told()).toEqual([]);

  starts.moved = nightly('{ within: 30m }').replace('0 2 *', '0 8 *');
  await makeWorker(starts).goTo(MORNING + HOUR);
  server.forget();
  starts.moved = nightly('{ within: 90m }').replace('0 2 *', '0 9 *');
  await makeWorker({ moved: starts.moved }).goTo(MORNING + 3 * HOUR);
  expect(told()).toEqual(['moved.2026-03-02 is late: not started by 2026-03-02 08:30 UTC']);
});

it('a deadline that passes while others are judged is judged by the next look', async () => {
  const worker = makeWorker({ hourly: nightly('{ within: 3h }').replace('0 2 *', '0 2,3 *') });
  await worker.goTo(EVENING);
  // Each time that the clock is asked, half an hour has gone by.
  let at = MORNING - 1.5 * HOUR;
  const now = () => {
    at += HOUR / 2;
    return at;
  };
  await createLateWatcher({ ...worker.engines, now }).judgeUnread('hourly');
  await worker.goTo(MORNING + HOUR);
  expect(told()).toEqual([
    'hourly.2026-03-02T0200 is late: not started by 2026-03-02 05:00 UTC',
    'hourly.2026-03-02T0300 is late: not started by 2026-03-02 06:00 UTC',
  ]);
});

it('a trial that is finished does not make its slot so, but where it has reached everybody', async () => {
  const starts = { tried: nightly(), reached: nightly() };
  const worker = makeWorker(starts);
  await worker.goTo(EVENING);
  const trial = async (job: string) => {
    const made = emailSource(job);
    const source = { ...made, text: `${made.text}${nightly()}\n` };
    const { runId } = await startRun(worker.engines, { source, slot: '2026-03-02', again: false, limit: 1 });
    await moveRun(shop.db, runId, { from: 'planned', to: 'finished', now: EVENING });
  };
  await trial('tried');
  await trial('reached');
  await decideUntil(shop.db, 'reached', MORNING - 4 * HOUR);
  await worker.goTo(MORNING);
  expect(told()).toEqual(['tried.2026-03-02 is late: not started by 2026-03-02 06:00 UTC']);
});
