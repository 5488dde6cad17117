/** Opens the database alone: verbs that need no more start in a moment. */
import type { PoolConfig } from 'pg';
import type { Settings } from '../config/settings';
import { claimInstance, type Database, limitConnection, openDatabase } from '../database/connecting/connection';
import { startEmbeddedPostgres } from '../database/embedded/postgres';
import { openStateFolder, type StateFolder } from '../database/embedded/state-folder';
import type { Log } from '../run/engines';
import { createReleases, type Releases } from './releases';

export interface OpenOptions {
  readonly settings: Settings;
  readonly stateDir: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly log: Log;
  /** How long the local AWS lets a job take at least, in seconds. */
  readonly jobSeconds: number;
}

export interface OpenStore {
  readonly db: Database;
  readonly state: StateFolder;
  readonly connection: PoolConfig;
  readonly releases: Releases;
}

/** Opens the database alone, which is all that listing and importing need. */
export async function openStore(options: OpenOptions): Promise<OpenStore> {
  const releases = createReleases();
  try {
    const state = await openStateFolder(options.stateDir);
    const connection = await connectDatabase(options, releases);
    const database = await openDatabase(connection);
    releases.add('database', () => database.close());
    await claimInstance(database.db, { instance: options.settings.instance, now: Date.now() });
    return { db: database.db, state, connection, releases };
  } catch (error) {
    await releases.run();
    throw error;
  }
}

/** Finds where the database is; the embedded one is started. */
export async function connectDatabase({ settings, stateDir }: OpenOptions, releases: Releases): Promise<PoolConfig> {
  const { database } = settings;
  if (database.url !== 'embedded') return limitConnection({ connectionString: database.url }, database);
  const postgres = await startEmbeddedPostgres({ stateDir });
  releases.add('embedded PostgreSQL', () => postgres.release());
  return limitConnection(postgres.connection, database);
}
