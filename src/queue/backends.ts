/** Opens BullMQ's queue and workers on one of the two backends, with the connections that each wants. */
import {
  createPostgresBackend,
  createRedisBackend,
  type PgPool,
  type Processor,
  Queue,
  type QueueOptions,
  type RedisClient,
  type RedisQueueBackend,
  runMigrations,
  Worker,
  type WorkerOptions,
} from 'bullmq';
import type { Pool } from 'pg';
import { NightjarError } from '../errors';
import type { AlarmQueue } from './alarms';
import { bounded } from './bounded';
import { probeRedis, type RedisFacts } from './redis-probe';
import { explainRedis } from './redis-problem';
import { parseRedisUrl, type RedisTarget } from './redis-target';

/** Where the queue lives: a pool whose search_path is the schema `bullmq`, or a Redis URL. */
export type QueueConnection =
  | { readonly kind: 'postgres'; readonly pool: Pool }
  | { readonly kind: 'redis'; readonly url: string };

/** The part of BullMQ's Queue that we use, the same on both backends. */
export type Adder = AlarmQueue &
  Pick<Queue, 'addBulk' | 'close'> & {
    on(event: 'error', listener: (error: Error) => void): unknown;
  };

/** The part of BullMQ's Worker that we use. */
export type BullWorker = Pick<Worker, 'close' | 'pause' | 'waitUntilReady'> & {
  on(event: 'error', listener: (error: Error) => void): unknown;
};

/** One of the two. */
export interface Backend {
  readonly queue: Adder;
  /** What a person should change, although all works. */
  readonly warning: string | undefined;
  explain(error: unknown): NightjarError;
  startWorker(run: Processor, options: Omit<WorkerOptions, 'connection'>): BullWorker;
  /** Ends whatever connections are left of a queue or a worker that was closed, or that does not close by itself. */
  cut(opened: Adder | BullWorker): void;
}

const QUEUE_NAME = 'nightjar';
/** Nobody reads BullMQ's event stream; its default of 10,000 would be the most of what Redis holds. */
const OPTIONS: Omit<QueueOptions, 'connection'> = { prefix: 'nightjar', streams: { events: { maxLen: 100 } } };

/** Opens the queue. @throws E_QUEUE where the engine can't be reached, E_CONFIG_FIELD where the URL is wrong */
export function openBackend(connection: QueueConnection, connectMs: number): Promise<Backend> {
  return connection.kind === 'redis' ? openRedis(connection.url, connectMs) : openPostgres(connection.pool);
}

async function openPostgres(pool: Pool): Promise<Backend> {
  const connection = asPgPool(pool);
  try {
    await migrateQueue(pool);
    const queue = new Queue(QUEUE_NAME, { ...OPTIONS, connection }, createPostgresBackend);
    await queue.waitUntilReady();
    const cuts = new Map<Adder | BullWorker, () => Promise<void>>([[queue, () => queue.getBackend().close(true)]]);
    return {
      queue,
      warning: undefined,
      explain: explainPostgres,
      startWorker: (run, options) => {
        const worker = new Worker(QUEUE_NAME, run, { ...options, ...OPTIONS, connection }, createPostgresBackend);
        cuts.set(worker, () => worker.getBackend().close(true));
        return worker;
      },
      cut: (opened) =>
        void cuts
          .get(opened)?.()
          .catch(() => undefined),
    };
  } catch (error) {
    throw explainPostgres(error);
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

function explainPostgres(error: unknown): NightjarError {
  const message = error instanceof Error ? error.message : String(error);
  return new NightjarError('E_QUEUE', `the queue in the database fails: ${message}`, {
    fix: 'check DATABASE_URL, or set REDIS_URL to keep the queue in Redis',
    cause: error,
  });
}

/** Bridges the two packages' types: BullMQ says that any `pg.Pool` is one of its own, and the overloads of @types/pg hide it from the compiler. */
function asPgPool(pool: Pool): PgPool {
  return pool as unknown as PgPool;
}

async function openRedis(url: string, connectMs: number): Promise<Backend> {
  const target = parseRedisUrl(url);
  const facts = await probeRedis(target, connectMs);
  const shared = listOptions(target, connectMs);
  const queue = new Queue(
    QUEUE_NAME,
    { ...OPTIONS, connection: { ...shared, enableOfflineQueue: false, maxRetriesPerRequest: 1 } },
    createRedisBackend,
  );
  queue.on('error', () => undefined);
  try {
    await bounded(queue.waitUntilReady(), connectMs, () => new Error('it did not answer'));
  } catch (error) {
    void queue.getBackend().close(true);
    throw explainRedis(error, target);
  }
  tellCapabilities(queue.getBackend(), facts);
  const cuts = new Map<Adder | BullWorker, RedisQueueBackend>([[queue, queue.getBackend()]]);
  return {
    queue,
    warning: facts.warning,
    explain: (error) => explainRedis(error, target),
    startWorker: (run, options) => {
      const connection = { ...shared, maxRetriesPerRequest: null };
      const worker = new Worker(QUEUE_NAME, run, { ...options, ...OPTIONS, connection }, createRedisBackend);
      cuts.set(worker, worker.getBackend());
      worker.waitUntilReady().then(
        () => tellCapabilities(worker.getBackend(), facts),
        () => undefined,
      );
      return worker;
    },
    cut: (opened) => cutRedis(cuts.get(opened)),
  };
}

const RECONNECT_FIRST_MS = 50;
const RECONNECT_MOST_MS = 2000;
/** Longer than a blocking read, so that only a server that is gone without a word is given up. */
const SILENCE_MS = 30_000;

/** A connection that comes back by itself, soon and for ever; also to another master after a failover. */
function listOptions(target: RedisTarget, connectMs: number): object {
  const retryStrategy = (times: number) => Math.min(RECONNECT_MOST_MS, RECONNECT_FIRST_MS * 2 ** (times - 1));
  return {
    ...target.options,
    // BullMQ reads replies in the shapes of RESP2, and Redis before 6 knows nothing else.
    protocol: 2,
    // Version and policy were looked at once, by us: BullMQ would print to the console for each connection.
    skipVersionCheck: true,
    connectTimeout: connectMs,
    socketTimeout: SILENCE_MS,
    keepAlive: 10_000,
    retryStrategy,
    sentinelRetryStrategy: retryStrategy,
    // A master that was made a replica keeps its connections; 2 means to connect anew and send the command again.
    reconnectOnError: (error: Error) => (error.message.startsWith('READONLY') ? 2 : false),
  };
}

/** Without its own version check BullMQ takes the server for the oldest, whose blocking reads wait for whole seconds. */
function tellCapabilities(backend: RedisQueueBackend, facts: RedisFacts): void {
  for (const connection of [backend.connection, backend.blockingConnection]) {
    if (connection !== undefined) {
      connection.capabilities = { canDoubleTimeout: true, canBlockFor1Ms: facts.hasShortBlock };
    }
  }
}

/**
 * BullMQ leaves a connection that it could not close in good order reconnecting for ever. One that never was ready only
 * its own forced close ends.
 */
function cutRedis(backend: RedisQueueBackend | undefined): void {
  for (const connection of [backend?.blockingConnection, backend?.connection]) {
    if (connection === undefined) continue;
    connection.client.then(endClient, () => undefined);
    connection.close(true).catch(() => undefined);
  }
}

/** The listener, because ioredis prints errors that nobody listens to. */
function endClient(client: RedisClient): void {
  client.on('error', () => undefined);
  client.disconnect();
}
