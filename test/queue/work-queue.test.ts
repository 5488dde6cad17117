/** The queue on a real PostgreSQL: one copy of each piece of work, given back when a worker dies, and no answer held while it waits. */
import type { Pool } from 'pg';
import { createPool } from '../../src/database/connection';
import { openQueue, type Processor, type RunningWorker, type Work, type WorkQueue } from '../../src/queue/work-queue';
import { startTestPostgres, type TestPostgres } from '../support/database';

const TIMING = { lockMs: 1000, stalledMs: 300 };
let postgres: TestPostgres;
let pool: Pool;
let queue: WorkQueue;
const running: RunningWorker[] = [];

beforeAll(async () => {
  postgres = await startTestPostgres();
}, 60_000);
beforeEach(async () => {
  pool = createPool({ ...(await postgres.createDatabase()), max: 6 }, 'bullmq');
  queue = await openQueue({ kind: 'postgres', pool }, TIMING);
});
afterEach(async () => {
  for (const worker of running.splice(0)) await worker.close({ force: true });
  await queue.close();
  await pool.end();
});
afterAll(() => postgres.stop());

const work = (runId: string, shard = 0): Work => ({ runId, stage: 'send', shard });

function start(processor: Processor, concurrency = 2): RunningWorker {
  const worker = queue.start(processor, { concurrency, onError: () => undefined });
  running.push(worker);
  return worker;
}

/** A processor that answers `done`, and a promise of the first `count` works that it was given. */
function collect(count: number): { readonly processor: Processor; readonly works: Promise<readonly Work[]> } {
  const taken: Work[] = [];
  let finish: (works: readonly Work[]) => void = () => undefined;
  const works = new Promise<readonly Work[]>((resolve) => {
    finish = resolve;
  });
  const processor: Processor = async (one) => {
    taken.push(one);
    if (taken.length === count) finish(taken);
    return { kind: 'done' };
  };
  return { processor, works };
}

it('holds each piece of work once, however often it is added', async () => {
  await queue.add([work('r.2026-03-02', 0), work('r.2026-03-02', 1)]);
  await queue.add([work('r.2026-03-02', 0), work('r.2026-03-02', 0)]);
  await queue.add([work('last.2026-03-02')]);
  const { processor, works } = collect(3);

  start(processor, 1);

  expect((await works).map((one) => `${one.runId} ${one.shard}`)).toEqual([
    'r.2026-03-02 0',
    'r.2026-03-02 1',
    'last.2026-03-02 0',
  ]);
});

it('takes done work again, which a completed job of the same id would swallow', async () => {
  const first = collect(1);
  const worker = start(first.processor);
  await queue.add([work('r.2026-03-02')]);
  await first.works;
  await worker.close();

  const second = collect(1);
  start(second.processor);
  await queue.add([work('r.2026-03-02')]);

  expect(await second.works).toEqual([work('r.2026-03-02')]);
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
});

it('gives the work of a worker that was cut off to another', async () => {
  let begin: () => void = () => undefined;
  const begun = new Promise<void>((resolve) => {
    begin = resolve;
  });
  let release: () => void = () => undefined;
  const held = new Promise<void>((resolve) => {
    release = resolve;
  });
  const dead = queue.start(
    async () => {
      begin();
      await held;
      return { kind: 'done' };
    },
    { concurrency: 1, onError: () => undefined },
  );
  await queue.add([work('r.2026-03-02')]);
  await begun;
  await dead.close({ force: true });

  const { processor, works } = collect(1);
  start(processor);

  expect(await works).toEqual([work('r.2026-03-02')]);
  release();
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
  const { processor, works } = collect(1);
  start(processor);
  expect(await works).toEqual([work('r.2026-03-02')]);
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
