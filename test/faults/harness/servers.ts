/** The servers that the rounds of one process share: each round has a database and an empty Redis of its own. */
import { Client, type ClientConfig } from 'pg';
import { runNightjar } from '../../support/nightjar';
import { type PostgresServer, startPostgresServer } from '../../support/postgres-server';
import { type RedisServer, startRedisServer } from '../../support/redis-server';
import type { Shop } from './shop';

export interface Servers {
  readonly postgres: PostgresServer;
  readonly redis: RedisServer;
  /** Makes a database with the shop in it, and answers its URL. */
  createShopDatabase(): Promise<string>;
  stop(): Promise<void>;
}

const TEMPLATE = 'shop';
let databases = 0;

/** Starts PostgreSQL and Redis and imports the shop. */
export async function startServers(shop: Shop): Promise<Servers> {
  const [postgres, redis] = await Promise.all([
    startPostgresServer({ settings: { max_connections: 120 } }),
    startRedisServer(),
  ]);
  await postgres.query(`CREATE DATABASE ${TEMPLATE}`);
  const env = { DATABASE_URL: postgres.url(TEMPLATE), NIGHTJAR_SECRET: 'x'.repeat(32) };
  const imported = await runNightjar(
    ['import', '--contacts', shop.contacts, '--items', shop.items, '--state', `${shop.state}-import`],
    { env },
  );
  if (imported.code !== 0) throw new Error(`the shop was not imported: ${imported.stderr}`);
  return {
    postgres,
    redis,
    createShopDatabase: async () => {
      databases += 1;
      const name = `round_${databases}`;
      await postgres.query(`CREATE DATABASE ${name} TEMPLATE ${TEMPLATE}`);
      return postgres.url(name);
    },
    stop: async () => {
      await Promise.all([postgres.stop(), redis.stop()]);
    },
  };
}

/** Runs one query in a session of its own. */
export async function query(
  connection: ClientConfig,
  text: string,
  values: readonly unknown[] = [],
): Promise<readonly Record<string, unknown>[]> {
  const client = new Client({ ...connection, connectionTimeoutMillis: 2000, query_timeout: 5000 });
  client.on('error', () => undefined);
  try {
    await client.connect();
    const { rows } = await client.query<Record<string, unknown>>(text, [...values]);
    return rows;
  } finally {
    await client.end().catch(() => undefined);
  }
}
