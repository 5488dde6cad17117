/** The queue on a real PostgreSQL and a real Redis: one copy of each piece of work, given back when a worker dies, and no answer held while it waits. */
import { createPool } from '../../src/database/connecting/connection';
import { openQueue, type Processor, type RunningWorker, type WorkQueue } from '../../src/queue/work-queue';
import { startTestPostgres, type TestPostgres } from '../support/database';
import { type RedisServer, startRedisServer } from '../support/redis-server';
import { collect, hold, work } from './support/processors';

const TIMING = { lockMs: 1000, stalledMs: 300 };
let postgres: TestPostgres;
let redis: RedisServer;

beforeAll(async () => {
  [postgres, redis] = await Promise.all([startTestPostgres(), startRedisServer()]);
}, 60_000);
afterAll(() => Promise.all([postgres.stop(), redis.stop()]));

interface Opened {
  readonly queue: WorkQueue;
  close(): Promise<void>;
}

const BACKENDS: readonly (readonly [string, () => Promise<Opened>])[] = [
  [
    'PostgreSQL',
    async () => {
      const pool = createPool({ ...(await postgres.createDatabase()), max: 6 }, 'bullmq');
      const queue = await openQueue({ kind: 'postgres', pool }, TIMING);
      return { queue, close: async () => void (await queue.close().then(() => pool.end())) };
    },
  ],
  [
    'Redis',
    async () => {
      await redis.flush();
      const queue = await openQueue({ kind: 'redis', url: redis.url }, TIMING);
      return { queue, close: () => queue.close() };
    },
  ],
];

describe.each(BACKENDS)('on %s', (_name, open) => {
  let opened: Opened;
  let queue: WorkQueue;
  const running: RunningWorker[] = [];

  beforeEach(async () => {
    opened = await open();
    queue = opened.queue;
  });
  afterEach(async () => {
    for (const worker of running.splice(0)) await worker.close({ force: true });
    await opened.close();
  });

  function start(processor: Processor, concurrency = 2): RunningWorker {
    const worker = queue.start(processor, { concurrency, onError: () => undefined });
    running.push(worker);
    return worker;
  }

  it('holds each piece of work once, however often it is added', async () => {
    await queue.add([work('r.2026-03-02', 0), work('r.2026-03-02', 1)]);
    await queue.add([work('r.2026-03-02', 0), work('r.2026-03-02', 0)]);
    await queue.add([work('last.2026-03-02')]);
    const { processor, whenTaken } = collect();

    start(processor, 1);

    expect((await whenTaken(3)).map((one) => `${one.runId} ${one.shard}`)).toEqual([
      'r.2026-03-02 0',
      'r.2026-03-02 1',
      'last.2026-03-02 0',
    ]);
  });

  it('takes done work again, which a completed job of the same id would swallow', async () => {
    const first = collect();
    const worker = start(first.processor);
    await queue.add([work('r.2026-03-02')]);
    await first.whenTaken(1);
    await worker.close();

    const second = collect();
    start(second.processor);
    await queue.add([work('r.2026-03-02')]);

    expect(await second.whenTaken(1)).toEqual([work('r.2026-03-02')]);
  });

  it('takes work again that has failed', async () => {
    let failed: () => void = () => undefined;
    const failing = new Promise<void>((resolve) => {
      failed = resolve;
    });
    const worker = start(async () => {
      failed();
      throw new Error('a defect');
    });
    await queue.add([work('r.2026-03-02')]);
    await failing;
    await worker.close();

    const { processor, whenTaken } = collect();
    start(processor);
    await queue.add([work('r.2026-03-02')]);

    expect(await whenTaken(1)).toEqual([work('r.2026-03-02')]);
  });

  it('calls again at the time that was asked for, and works on other things meanwhile', async () => {
    const calls: { runId: string; at: number }[] = [];
    let again = 0;
    let finish: () => void = () => undefined;
    const ended = new Promise<void>((resolve) => {
      finish = resolve;
    });
    start(async (one) => {
      calls.push({ runId: one.runId, at: Date.now() });
      if (one.runId === 'waits.2026-03-02' && again === 0) {
        again = Date.now() + 400;
        return { kind: 'again', at: again };
      }
      if (one.runId === 'waits.2026-03-02') finish();
      return { kind: 'done' };
    }, 1);

    await queue.add([work('waits.2026-03-02'), work('other.2026-03-02')]);
    await ended;

    expect(calls.map((call) => call.runId)).toEqual(['waits.2026-03-02', 'other.2026-03-02', 'waits.2026-03-02']);
    expect(calls[2]?.at).toBeGreaterThanOrEqual(again);
    expect(calls[2]?.at).toBeLessThan(again + 600);
  });

  it('gives the work of a worker that was cut off to another, once', async () => {
    const dead = hold();
    const cutOff = queue.start(dead.processor, { concurrency: 1, onError: () => undefined });
    await queue.add([work('r.2026-03-02')]);
    await dead.begun;
    await cutOff.close({ force: true });

    await queue.add([work('r.2026-03-02')]);
    const { processor, whenTaken, taken } = collect();
    const worker = start(processor);
    await whenTaken(1);
    dead.release();
    await queue.add([work('last.2026-03-02')]);
    await whenTaken(2);
    await worker.close();

    expect(taken).toEqual([work('r.2026-03-02'), work('last.2026-03-02')]);
  });

  it('tells its processor when the worker shuts down, and waits for it', async () => {
    let begin: () => void = () => undefined;
    const begun = new Promise<void>((resolve) => {
      begin = resolve;
    });
    let ended = false;
    const worker = start(async (_one, signal) => {
      begin();
      await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
      ended = true;
      return { kind: 'again', at: Date.now() };
    });
    await queue.add([work('r.2026-03-02')]);
    await begun;

    await worker.close();

    expect(ended).toBe(true);
    const { processor, whenTaken } = collect();
    start(processor);
    expect(await whenTaken(1)).toEqual([work('r.2026-03-02')]);
  });

  it('waits no longer than it may for work that does not stop, and leaves it to be found stalled', async () => {
    const stuck = hold();
    const worker = start(stuck.processor);
    await queue.add([work('r.2026-03-02')]);
    await stuck.begun;

    const began = Date.now();
    await worker.close({ drainMs: 200 });

    expect(Date.now() - began).toBeGreaterThanOrEqual(200);
    expect(Date.now() - began).toBeLessThan(4500);
    stuck.release();
  });

  it('adds a thousand pieces of work at once, not one by one', async () => {
    const many = Array.from({ length: 1000 }, (_, shard) => work('r.2026-03-02', shard));
    const began = Date.now();
    await queue.add(many);
    expect(Date.now() - began).toBeLessThan(2500);
  });
});

it('keeps nothing in Redis of what is done', async () => {
  await redis.flush();
  const queue = await openQueue({ kind: 'redis', url: redis.url }, TIMING);
  const { processor, whenTaken } = collect();
  const worker = queue.start(processor, { concurrency: 20, onError: () => undefined });
  const look = redis.connect();
  try {
    await queue.add(Array.from({ length: 1000 }, (_, shard) => work('r.2026-03-02', shard)));
    await whenTaken(1000);
    await worker.close();

    expect((await look.keys('*:r.2026-03-02*')).length).toBe(0);
    expect(await look.xlen('nightjar:nightjar:events')).toBeLessThan(500);
    expect(await look.dbsize()).toBeLessThan(10);
  } finally {
    look.disconnect();
    await queue.close();
  }
});

it('that can not be reached is E_QUEUE, worth another try', async () => {
  const nowhere = createPool({ host: '127.0.0.1', port: 1, user: 'nobody', database: 'nowhere' }, 'bullmq');

  await expect(openQueue({ kind: 'postgres', pool: nowhere }, TIMING)).rejects.toMatchObject({
    code: 'E_QUEUE',
    exitCode: 5,
    retry: 'later',
  });
  await nowhere.end();
});
