/** Alarms in every world: each rings at its time for one worker, and whoever sets them at the same time does no harm. */
import { setTimeout as wait } from 'node:timers/promises';
import { isAlarm } from '../../src/queue/alarms';
import type { RunningWorker, Work } from '../../src/queue/work-queue';
import { type Engines, type OpenedQueue, openWorldQueue, startEngines, WORLDS, type World } from './support/worlds';

let engines: Engines;
beforeAll(async () => {
  engines = await startEngines();
}, 60_000);
afterAll(() => engines.stop());

/** Seconds first, which job files don't have, so that the test takes seconds. */
const EVERY_SECOND = { job: 'often', cron: '* * * * * *', timezone: 'Europe/Berlin' };
const YEARLY = { job: 'rare', cron: '0 2 1 1 *', timezone: 'Asia/Tokyo' };

describe.each(WORLDS)('%s', (_name, open) => {
  let world: World;
  let queues: OpenedQueue[];
  const running: RunningWorker[] = [];
  const rung: { work: Work; at: number }[] = [];

  beforeEach(async () => {
    world = await open(engines);
    queues = await Promise.all([openWorldQueue(world.queue), openWorldQueue(world.queue)]);
    rung.length = 0;
    for (const { queue } of queues) {
      const processor = async (work: Work) => {
        rung.push({ work, at: Date.now() });
        return { kind: 'done' } as const;
      };
      running.push(queue.start(processor, { concurrency: 2, onError: () => undefined }));
    }
  });
  afterEach(async () => {
    await Promise.all(running.splice(0).map((worker) => worker.close({ force: true })));
    await Promise.all(queues.map((one) => one.close()));
  });

  const setAll = (alarms: readonly (typeof YEARLY)[], keep: readonly string[] = []) =>
    Promise.all(queues.map(({ queue }) => queue.setAlarms(alarms, { keep })));

  it('rings once each time for two workers, ends when its job is gone, and can be set again', async () => {
    await setAll([EVERY_SECOND, YEARLY]);
    await setAll([EVERY_SECOND, YEARLY]);
    while (rung.length < 3) await wait(20);
    expect(rung.every(({ work }) => isAlarm(work) && work.runId === 'often')).toBe(true);
    const seconds = rung.map(({ at }) => Math.round(at / 1000));
    expect(new Set(seconds).size).toBe(seconds.length);

    await setAll([YEARLY]);
    await wait(300);
    const before = rung.length;
    await wait(1500);
    expect(rung.length).toBe(before);

    await setAll([EVERY_SECOND, YEARLY], []);
    while (rung.length < before + 1) await wait(20);
    await setAll([], ['often']);
    const kept = rung.length;
    while (rung.length < kept + 1) await wait(20);
  }, 30_000);
});
