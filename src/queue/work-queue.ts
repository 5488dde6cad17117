/** The queue of nightjar: BullMQ on PostgreSQL or Redis, chosen by settings alone. It moves pointers, not people. */
import {
  createPostgresBackend,
  DelayedError,
  type Job,
  type PgPool,
  Queue,
  type QueueOptions,
  runMigrations,
  Worker,
  type WorkerOptions,
} from 'bullmq';
import type { Pool } from 'pg';
import { z } from 'zod';
import { NightjarError } from '../errors';

/** A piece of work: a stage's shard of a run. */
export interface Work {
  readonly runId: string;
  readonly stage: string;
  readonly shard: number;
}

const workSchema = z.object({ runId: z.string(), stage: z.string(), shard: z.number().int() });

/** What a processor answers: done, or to be called again at a time (epoch ms) without holding a worker meanwhile. */
export type WorkOutcome = { readonly kind: 'done' } | { readonly kind: 'again'; readonly at: number };
export type Processor = (work: Work, signal: AbortSignal) => Promise<WorkOutcome>;

/** Where the queue lives: a pool whose search_path is the schema `bullmq`, or a Redis URL. */
export type QueueConnection =
  | { readonly kind: 'postgres'; readonly pool: Pool }
  | { readonly kind: 'redis'; readonly url: string };

export interface QueueTiming {
  readonly lockMs: number;
  readonly stalledMs: number;
}

export interface WorkQueue {
  /** Adds work unless the queue holds it already, waiting, delayed or active. */
  add(works: readonly Work[]): Promise<void>;
  /** Starts to process; `concurrency` works at a time. */
  start(processor: Processor, options: { concurrency: number; onError: (error: Error) => void }): RunningWorker;
  close(): Promise<void>;
}

export interface RunningWorker {
  /** Waits for the works in hand; with `force` it leaves them to be found stalled. */
  close(options?: { force: boolean }): Promise<void>;
}

const QUEUE_NAME = 'nightjar';
/** A killed worker's jobs come back this often before BullMQ gives them up; attempts are counted in SQL, so this is high. */
const MAX_STALLED = 1_000_000;

/**
 * Opens the queue; on PostgreSQL it brings BullMQ's schema up to date first.
 * @throws E_QUEUE where the engine can't be reached
 */
export async function openQueue(connection: QueueConnection, timing: QueueTiming): Promise<WorkQueue> {
  const queue = await connect(connection);
  // The queue object emits errors of its connection; without a listener they would end the process, and reconcile repairs what was lost.
  queue.on('error', () => undefined);
  return {
    add: async (works) => {
      if (works.length === 0) return;
      const options = { removeOnComplete: true, removeOnFail: true };
      await queue.addBulk(
        works.map((work) => ({ name: work.stage, data: work, opts: { ...options, jobId: workId(work) } })),
      );
    },
    start: (processor, options) => startWorker(connection, { timing, processor, ...options }),
    close: () => queue.close(),
  };
}

/** Names a piece of work in the queue: no ":" and no pure integer, which BullMQ refuses. */
export function workId(work: Work): string {
  return `${work.runId}~${work.stage}~${work.shard}`;
}

/** The part of BullMQ's Queue that we use, the same on both backends. */
type Adder = Pick<Queue, 'addBulk' | 'close'> & { on(event: 'error', listener: (error: Error) => void): unknown };

async function connect(connection: QueueConnection): Promise<Adder> {
  const options: Pick<QueueOptions, 'prefix'> = { prefix: 'nightjar' };
  try {
    if (connection.kind === 'redis') {
      const queue = new Queue(QUEUE_NAME, {
        ...options,
        connection: { url: connection.url, enableOfflineQueue: false, maxRetriesPerRequest: 1 },
      });
      await queue.waitUntilReady();
      return queue;
    }
    await migrateQueue(connection.pool);
    const queue = new Queue(QUEUE_NAME, { ...options, connection: asPgPool(connection.pool) }, createPostgresBackend);
    await queue.waitUntilReady();
    return queue;
  } catch (error) {
    throw new NightjarError(
      'E_QUEUE',
      `the queue can't be opened: ${error instanceof Error ? error.message : String(error)}`,
      {
        fix: 'check REDIS_URL, or unset it to keep the queue in the database',
        cause: error,
      },
    );
  }
}

async function migrateQueue(pool: Pool): Promise<void> {
  const client = await pool.connect();
  try {
    await runMigrations(client, 'bullmq');
  } finally {
    client.release();
  }
}

interface WorkerParts {
  readonly timing: QueueTiming;
  readonly processor: Processor;
  readonly concurrency: number;
  readonly onError: (error: Error) => void;
}

function startWorker(connection: QueueConnection, parts: WorkerParts): RunningWorker {
  const options: Omit<WorkerOptions, 'connection'> = {
    prefix: 'nightjar',
    concurrency: parts.concurrency,
    lockDuration: parts.timing.lockMs,
    stalledInterval: parts.timing.stalledMs,
    maxStalledCount: MAX_STALLED,
    removeOnComplete: { count: 0 },
    removeOnFail: { count: 0 },
  };
  const stop = new AbortController();
  const run = (job: Job, token?: string) => processJob(job, { token, processor: parts.processor, signal: stop.signal });
  const worker =
    connection.kind === 'redis'
      ? new Worker(QUEUE_NAME, run, { ...options, connection: { url: connection.url, maxRetriesPerRequest: null } })
      : new Worker(QUEUE_NAME, run, { ...options, connection: asPgPool(connection.pool) }, createPostgresBackend);
  worker.on('error', parts.onError);
  return {
    close: async (how = { force: false }) => {
      stop.abort();
      await worker.close(how.force);
    },
  };
}

async function processJob(
  job: Job,
  call: { token: string | undefined; processor: Processor; signal: AbortSignal },
): Promise<void> {
  const outcome = await call.processor(workSchema.parse(job.data), call.signal);
  if (outcome.kind === 'done') return;
  await job.moveToDelayed(outcome.at, call.token);
  throw new DelayedError();
}

/** Bridges the two packages' types: BullMQ says that any `pg.Pool` is one of its own, and the overloads of @types/pg hide it from the compiler. */
function asPgPool(pool: Pool): PgPool {
  return pool as unknown as PgPool;
}
