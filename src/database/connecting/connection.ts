/** Opens the database: one pool, one schema, the migrations, and the instance check. */
import { Kysely, type Migration, Migrator, PostgresDialect, sql } from 'kysely';
import type { Pool, PoolConfig } from 'pg';
import { NightjarError } from '../../errors';
import { MIGRATIONS } from '../migrations/all';
import type { Tables } from '../schema';
import { patiently } from './bounded-client';
import { checkVersion, explainDatabase } from './connection-problem';
import { limitLocks } from './lock';
import { createPool } from './pool';

export { createPool, limitConnection, type PoolLimits } from './pool';

/** The database handle that every query function takes; a transaction is one too. */
export type Database = Kysely<Tables>;

export interface OpenDatabase {
  readonly db: Database;
  readonly pool: Pool;
  close(): Promise<void>;
}

const DEFAULT_SIZE = 12;
/** A worker keeps one for its lanes, and keeping holds one while it archives. */
const HELD_CONNECTIONS = 2;

/**
 * Opens the database and brings its schema up to date; simultaneous openers wait for each other.
 * @throws E_ENGINE_DATABASE with what is wrong: refused, password, certificate, no such database, too old; E_CONFIG_FIELD where the URL is
 */
export async function openDatabase(config: PoolConfig): Promise<OpenDatabase> {
  const pool = createPool({ max: DEFAULT_SIZE, ...config }, 'nightjar');
  const db = new Kysely<Tables>({ dialect: new PostgresDialect({ pool }) });
  limitLocks(db, Math.max(1, Math.floor(((config.max ?? DEFAULT_SIZE) - HELD_CONNECTIONS) / 2)));
  try {
    checkVersion(await readVersion(db), config);
    await migrate(db);
  } catch (error) {
    await db.destroy();
    throw explainDatabase(error, config);
  }
  return { db, pool, close: () => db.destroy() };
}

async function readVersion(db: Database): Promise<number> {
  const result = await sql<{ version: number }>`SELECT current_setting('server_version_num')::int AS version`.execute(
    db,
  );
  return result.rows[0]?.version ?? 0;
}

async function migrate(db: Database): Promise<void> {
  await createSchema(db);
  const migrator = new Migrator({
    db,
    provider: { getMigrations: async () => unlimited(MIGRATIONS) },
    migrationTableSchema: 'nightjar',
  });
  const { error } = await migrator.migrateToLatest();
  if (error !== undefined) throw error;
}

/** A migration of many rows takes the time that it takes. */
function unlimited(migrations: Readonly<Record<string, Migration>>): Record<string, Migration> {
  const entries = Object.entries(migrations).map(([name, migration]): [string, Migration] => [
    name,
    {
      up: (db) =>
        patiently(async () => {
          await sql`SET LOCAL statement_timeout = 0`.execute(db);
          await migration.up(db);
        }),
    },
  ]);
  return Object.fromEntries(entries);
}

/** CREATE SCHEMA IF NOT EXISTS may still collide between simultaneous openers: the loser's error means that it is there. */
async function createSchema(db: Database): Promise<void> {
  try {
    await sql`CREATE SCHEMA IF NOT EXISTS nightjar`.execute(db);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && (error.code === '23505' || error.code === '42P06'))) throw error;
  }
}

/**
 * Checks that the database belongs to this instance; an unclaimed one is claimed.
 * @throws E_ENGINE_INSTANCE where it carries another name: a restored or borrowed database must send nothing
 */
export async function claimInstance(db: Database, options: { instance: string; now: number }): Promise<void> {
  const { instance, now } = options;
  const found = await db.transaction().execute(async (trx) => {
    await sql`LOCK TABLE instance`.execute(trx);
    const row = await trx.selectFrom('instance').select('name').executeTakeFirst();
    if (row !== undefined) return row.name;
    await trx
      .insertInto('instance')
      .values({ name: instance, created_at: new Date(now) })
      .execute();
    return instance;
  });
  if (found === instance) return;
  throw new NightjarError(
    'E_ENGINE_INSTANCE',
    `the database belongs to the instance "${found}", the settings say "${instance}"`,
    {
      fix: `set NIGHTJAR_INSTANCE=${found} if this is that instance; else give this instance a database of its own`,
    },
  );
}
