/** The queue's contract, the same in every world: work is held once, called again, given back, and may be lost. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as wait } from 'node:timers/promises';
import type { Processor, RunningWorker } from '../../src/queue/work-queue';
import { collect, hold, work } from '../queue/support/processors';
import {
  type Engines,
  type OpenedQueue,
  openWorldQueue,
  startEngines,
  TIMING,
  WORLDS,
  type World,
} from './support/worlds';

let engines: Engines;
beforeAll(async () => {
  engines = await startEngines();
}, 60_000);
afterAll(() => engines.stop());

describe.each(WORLDS)('%s', (_name, open) => {
  let world: World;
  let opened: OpenedQueue;
  const running: RunningWorker[] = [];
  const children: ReturnType<typeof spawn>[] = [];

  beforeEach(async () => {
    world = await open(engines);
    opened = await openWorldQueue(world.queue);
  });
  afterEach(async () => {
    for (const child of children.splice(0)) child.kill('SIGKILL');
    await Promise.all(running.splice(0).map((worker) => worker.close({ force: true })));
    await opened.close();
  });

  const start = (processor: Processor, queue = opened.queue) => {
    const worker = queue.start(processor, { concurrency: 2, onError: () => undefined });
    running.push(worker);
    return worker;
  };

  /** Starts a worker process that keeps what it takes, and answers when it has taken `count`. */
  const startProcess = async (count: number): Promise<ReturnType<typeof spawn>> => {
    const register = join(__dirname, '../support/register.js');
    const script = join(__dirname, 'support/worker-process.ts');
    const child = spawn(process.execPath, ['-r', register, script, JSON.stringify(world.queue)], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    children.push(child);
    let taken = 0;
    for await (const _line of createInterface({ input: child.stdout })) {
      taken += 1;
      if (taken === count) break;
    }
    if (taken < count) throw new Error(`the worker process ended after ${taken}`);
    return child;
  };

  it('two processes that add the same work hold it once: waiting, in hand, and until it is called again', async () => {
    const other = await openWorldQueue(world.queue);
    const addTwice = () =>
      Promise.all([opened.queue, other.queue].map((queue) => queue.add([work('r.2026-03-02'), work('r.2026-03-02')])));
    const first = hold();
    const { processor, whenTaken, taken } = collect();
    let again = 0;
    let calledAt = 0;
    const both: Processor = async (one, signal) => {
      await processor(one, signal);
      if (one.runId !== 'r.2026-03-02' || taken.length > 1) {
        calledAt ||= Date.now();
        return { kind: 'done' };
      }
      await first.processor(one, signal);
      again = Date.now() + 1000;
      return { kind: 'again', at: again };
    };
    await addTwice();
    start(both);
    const otherWorker = start(both, other.queue);
    await first.begun;
    await addTwice();
    first.release();
    await wait(200);
    await addTwice();
    await whenTaken(2);
    await opened.queue.add([work('last.2026-03-02')]);
    await whenTaken(3);

    expect(taken.map((one) => one.runId)).toEqual(['r.2026-03-02', 'r.2026-03-02', 'last.2026-03-02']);
    expect(calledAt).toBeGreaterThanOrEqual(again);
    expect(calledAt).toBeLessThan(again + 1500);
    await otherWorker.close();
    await other.close();
  });

  it('work of a worker process that is killed is done by another within a few locks, once', async () => {
    await opened.queue.add([work('r.2026-03-02', 0), work('r.2026-03-02', 1)]);
    const child = await startProcess(2);
    const began = Date.now();
    child.kill('SIGKILL');
    await once(child, 'exit');

    const { processor, whenTaken, taken } = collect();
    const worker = start(processor);
    await opened.queue.add([work('r.2026-03-02', 0), work('r.2026-03-02', 1)]);
    await whenTaken(2);
    expect(Date.now() - began).toBeLessThan(TIMING.lockMs * 5 + 1500);
    await opened.queue.add([work('last.2026-03-02')]);
    await whenTaken(3);
    await worker.close();

    expect(taken.map((one) => `${one.runId} ${one.shard}`).sort()).toEqual([
      'last.2026-03-02 0',
      'r.2026-03-02 0',
      'r.2026-03-02 1',
    ]);
  });

  it('what was lost, waiting or in hand, is added again and done', async () => {
    const first = hold();
    const { processor, whenTaken } = collect();
    let calls = 0;
    start((one, signal) => {
      calls += 1;
      return (calls === 1 ? first.processor : processor)(one, signal);
    });
    await opened.queue.add([work('r.2026-03-02', 0)]);
    await first.begun;
    await world.loseQueue();
    first.release();
    await opened.queue.add([work('r.2026-03-02', 0), work('r.2026-03-02', 1)]);

    expect((await whenTaken(2)).map((one) => one.shard).sort()).toEqual([0, 1]);
  });
});
