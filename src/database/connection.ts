/** Opens the database: one pool, one schema, the migrations, and the instance check. */
import { Kysely, Migrator, PostgresDialect, sql } from 'kysely';
import { Pool, type PoolConfig, types } from 'pg';
import { NightjarError } from '../errors';
import { MIGRATIONS } from './migrations/all';
import type { Tables } from './schema';

/** The database handle that every query function takes; a transaction is one too. */
export type Database = Kysely<Tables>;

export interface OpenDatabase {
  readonly db: Database;
  readonly pool: Pool;
  close(): Promise<void>;
}

const INT8 = 20;
const TIMESTAMPTZ = 1184;

/** Reads int8 as a number (all of ours are counts below 2^53) and timestamptz as epoch ms. */
const parsers = {
  getTypeParser: (oid: number, format?: 'text' | 'binary') => {
    if (oid === INT8) return Number;
    if (oid === TIMESTAMPTZ)
      return (text: string) => new Date(text.replace(' ', 'T').replace(/([+-]\d\d)$/, '$1:00')).getTime();
    return format === 'binary' ? types.getTypeParser(oid, 'binary') : types.getTypeParser(oid, 'text');
  },
};

/** Makes a pool of PostgreSQL connections whose unqualified names live in `schema`. */
export function createPool(config: PoolConfig, schema: string): Pool {
  const pool = new Pool({
    ...config,
    types: parsers,
    options: `-c search_path=${schema}`,
    keepAlive: true,
    application_name: 'nightjar',
  });
  // An idle connection that drops is replaced at the next query; without a listener it would end the process.
  pool.on('error', () => undefined);
  // The same for one that drops while in use: its query fails, and that is where it is handled.
  pool.on('connect', (client) => void client.on('error', () => undefined));
  return pool;
}

/**
 * Opens the database and brings its schema up to date; simultaneous openers wait for each other.
 * @throws E_ENGINE_DATABASE where the server can't be reached or a migration fails
 */
export async function openDatabase(config: PoolConfig): Promise<OpenDatabase> {
  const pool = createPool({ max: 12, ...config }, 'nightjar');
  const db = new Kysely<Tables>({ dialect: new PostgresDialect({ pool }) });
  try {
    await migrate(db);
  } catch (error) {
    await db.destroy();
    throw new NightjarError('E_ENGINE_DATABASE', `the database can't be opened: ${messageOf(error)}`, {
      fix: 'check DATABASE_URL, or unset it to use the embedded database',
      cause: error,
    });
  }
  return { db, pool, close: () => db.destroy() };
}

async function migrate(db: Database): Promise<void> {
  await createSchema(db);
  const migrator = new Migrator({
    db,
    provider: { getMigrations: async () => MIGRATIONS },
    migrationTableSchema: 'nightjar',
  });
  const { error } = await migrator.migrateToLatest();
  if (error !== undefined) throw error;
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

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
