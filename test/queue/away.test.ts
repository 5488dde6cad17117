/** The queue whose engine dies, hangs, or is emptied: adding fails soon, closing never hangs, workers go on by themselves. */
import { setTimeout as wait } from 'node:timers/promises';
import { createPool } from '../../src/database/connecting/connection';
import { openQueue, type Processor, type RunningWorker, type Work, type WorkQueue } from '../../src/queue/work-queue';
import { startPostgresServer } from '../support/postgres-server';
import { startRedisServer } from '../support/redis-server';
import { collect, hold, work } from './support/processors';

const TIMING = { lockMs: 1000, stalledMs: 300 };

interface Engine {
  readonly queue: WorkQueue;
  kill(): Promise<void>;
  restart(): Promise<void>;
  stop(): Promise<void>;
}

async function openOnPostgres(): Promise<Engine> {
  const server = await startPostgresServer();
  const pool = createPool({ connectionString: server.url(), max: 6, connectionTimeoutMillis: 2000 }, 'bullmq');
  const queue = await openQueue({ kind: 'postgres', pool }, TIMING);
  const stop = async () => {
    await queue.close();
    await pool.end();
    await server.stop();
  };
  return { queue, kill: server.kill, restart: server.restart, stop };
}

async function openOnRedis(): Promise<Engine> {
  const server = await startRedisServer({ password: 'a/b@c' });
  const queue = await openQueue({ kind: 'redis', url: server.url }, TIMING);
  const stop = async () => {
    await queue.close();
    await server.stop();
  };
  return { queue, kill: server.kill, restart: server.restart, stop };
}

describe.each([
  ['PostgreSQL', openOnPostgres],
  ['Redis', openOnRedis],
])('%s that dies', (_name, open) => {
  let engine: Engine;
  const running: RunningWorker[] = [];
  const errors: Error[] = [];

  beforeEach(async () => {
    engine = await open();
    errors.length = 0;
  });
  afterEach(async () => {
    for (const worker of running.splice(0)) await worker.close({ force: true });
    await engine.stop();
  });

  function start(processor: Processor): RunningWorker {
    const worker = engine.queue.start(processor, { concurrency: 2, onError: (error) => errors.push(error) });
    running.push(worker);
    return worker;
  }

  it('keeps what was added, lets adding fail soon, and is worked on again when it is back', async () => {
    const { processor, whenTaken } = collect();
    start(processor);
    await engine.queue.add([work('before.2026-03-02')]);
    await whenTaken(1);

    await engine.kill();
    const began = Date.now();
    await expect(engine.queue.add([work('lost.2026-03-02')])).rejects.toMatchObject({
      code: 'E_QUEUE',
      retry: 'later',
    });
    expect(Date.now() - began).toBeLessThan(5500);
    await engine.restart();
    await addUntilItWorks(engine.queue, [work('after.2026-03-02')]);

    expect(await whenTaken(2)).toEqual([work('before.2026-03-02'), work('after.2026-03-02')]);
    // Told, and not once for each of the many attempts to connect.
    expect(errors.length).toBeGreaterThan(0);
    expect(errors.length).toBeLessThan(10);
    expect(errors.map((error) => error.message).join()).not.toContain('a/b@c');
  });

  it('keeps no copy of work that was in hand meanwhile, which would swallow it for ever', async () => {
    const first = hold();
    const { processor, whenTaken } = collect();
    let calls = 0;
    start((one, signal) => {
      calls += 1;
      return (calls === 1 ? first.processor : processor)(one, signal);
    });
    await engine.queue.add([work('r.2026-03-02')]);
    await first.begun;
    await engine.kill();
    first.release();
    await engine.restart();

    const again = whenTaken(1);
    const taken = await addUntil(engine.queue, [work('r.2026-03-02')], again);

    expect(taken).toEqual([work('r.2026-03-02')]);
  });

  it('is not waited for when a worker and the queue close', async () => {
    const { processor } = collect();
    const worker = start(processor);
    await engine.kill();

    const began = Date.now();
    await worker.close();
    await engine.queue.close();

    expect(Date.now() - began).toBeLessThan(6000);
  });

  it('may be away when a worker starts', async () => {
    await engine.kill();
    const { processor, whenTaken } = collect();
    start(processor);
    await wait(300);
    await engine.restart();
    await addUntilItWorks(engine.queue, [work('r.2026-03-02')]);

    expect(await whenTaken(1)).toEqual([work('r.2026-03-02')]);
  });
});

/** As reconcile does, only faster. */
async function addUntilItWorks(queue: WorkQueue, works: readonly Work[]): Promise<void> {
  for (let attempt = 0; attempt < 200; attempt++) {
    try {
      await queue.add(works);
      return;
    } catch {
      await wait(50);
    }
  }
  throw new Error('the queue did not come back');
}

async function addUntil<T>(queue: WorkQueue, works: readonly Work[], happened: Promise<T>): Promise<T> {
  let result: { readonly value: T } | undefined;
  void happened.then((value) => {
    result = { value };
  });
  while (result === undefined) {
    await addUntilItWorks(queue, works);
    await Promise.race([happened, wait(100)]);
  }
  return result.value;
}
