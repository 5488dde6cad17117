/** The worlds that nightjar must behave the same in: the embedded default, and production with and without Redis. */
import { Client, type ClientConfig } from 'pg';
import { createPool } from '../../../src/database/connecting/connection';
import { openQueue, type WorkQueue } from '../../../src/queue/work-queue';
import { startTestPostgres, type TestPostgres } from '../../support/database';
import { type PostgresServer, startPostgresServer } from '../../support/postgres-server';
import { type RedisServer, startRedisServer } from '../../support/redis-server';

/** What a process needs to open the queue of a world; it can be written as JSON. */
export type QueueAddress =
  | { readonly kind: 'redis'; readonly url: string }
  | { readonly kind: 'postgres'; readonly connection: ClientConfig };

export interface World {
  readonly database: ClientConfig;
  readonly queue: QueueAddress;
  /** Everything that the queue holds is gone, as after a flush, or a restore that left its schema out. */
  loseQueue(): Promise<void>;
}

export interface Engines {
  readonly postgres: PostgresServer;
  readonly redis: RedisServer;
  readonly embedded: TestPostgres;
  stop(): Promise<void>;
}

export const TIMING = { lockMs: 1000, stalledMs: 300 };

/** Starts the engines of all worlds. */
export async function startEngines(): Promise<Engines> {
  const [postgres, redis, embedded] = await Promise.all([
    startPostgresServer(),
    startRedisServer({ password: 'not/just@letters' }),
    startTestPostgres(),
  ]);
  const stop = async () => void (await Promise.all([postgres.stop(), redis.stop(), embedded.stop()]));
  return { postgres, redis, embedded, stop };
}

/** Name, and what opens a world that nobody has used. */
export const WORLDS: readonly (readonly [string, (engines: Engines) => Promise<World>])[] = [
  ['embedded PostgreSQL 18 with the queue on it', async ({ embedded }) => onPostgres(await embedded.createDatabase())],
  [
    'PostgreSQL 15 and Redis',
    async ({ postgres, redis }) => {
      await redis.flush();
      const database = { connectionString: await postgres.createDatabase() };
      return { database, queue: { kind: 'redis', url: redis.url }, loseQueue: () => redis.flush() };
    },
  ],
  [
    'PostgreSQL 15 with the queue on it',
    async ({ postgres }) => onPostgres({ connectionString: await postgres.createDatabase() }),
  ],
];

function onPostgres(database: ClientConfig): World {
  return {
    database,
    queue: { kind: 'postgres', connection: database },
    loseQueue: async () => {
      const client = new Client(database);
      await client.connect();
      await client.query('TRUNCATE bullmq.job CASCADE');
      await client.end();
    },
  };
}

export interface OpenedQueue {
  readonly queue: WorkQueue;
  close(): Promise<void>;
}

/** Opens the queue as a process does. */
export async function openWorldQueue(address: QueueAddress): Promise<OpenedQueue> {
  if (address.kind === 'redis') {
    const queue = await openQueue(address, TIMING);
    return { queue, close: () => queue.close() };
  }
  const pool = createPool({ ...address.connection, max: 6 }, 'bullmq');
  const queue = await openQueue({ kind: 'postgres', pool }, TIMING);
  const close = async () => {
    await queue.close();
    await pool.end();
  };
  return { queue, close };
}
