/** Gives a test file a PostgreSQL server of its own, and as many databases on it as it wants. */
import { randomBytes } from 'node:crypto';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from 'pg';
import { type EmbeddedConnection, startEmbeddedPostgres } from '../../src/database/embedded/postgres';
import { prepareCluster } from './prepared-cluster';

/** A server in a temporary state folder; `stop` waits until it is gone and removes the folder. */
export interface TestPostgres {
  readonly stateDir: string;
  readonly connection: EmbeddedConnection;
  /** Makes a database of a random name in about 50 ms: empty, or a copy of `template`, to which nobody may be connected. */
  createDatabase(template?: string): Promise<EmbeddedConnection>;
  stop(): Promise<void>;
}

/** Starts a server: call it in beforeAll, and `stop` in afterAll. */
export async function startTestPostgres(): Promise<TestPostgres> {
  const stateDir = await makeTestFolder();
  await prepareCluster(stateDir);
  const postgres = await startEmbeddedPostgres({ stateDir });
  const { connection } = postgres;
  return {
    stateDir,
    connection,
    async createDatabase(template = 'template1') {
      const database = `test_${randomBytes(6).toString('hex')}`;
      await runSql(connection, `CREATE DATABASE ${database} TEMPLATE "${template}"`);
      return { ...connection, database };
    },
    async stop() {
      await postgres.release();
      await postgres.waitUntilStopped();
      await rm(stateDir, { recursive: true, force: true, maxRetries: 10 });
    },
  };
}

/** Makes a temporary folder that the server's user can enter, also when the tests run as root. */
export async function makeTestFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'nightjar-test-'));
  await chmod(folder, 0o711);
  return folder;
}

/** Runs statements in a session of their own and returns the rows of the last. */
export async function runSql(connection: EmbeddedConnection, text: string): Promise<readonly unknown[]> {
  const client = new Client(connection);
  // A server that is killed on purpose must not end the test by an error that nobody waits for.
  client.on('error', () => undefined);
  await client.connect();
  try {
    return (await client.query(text)).rows;
  } finally {
    await client.end();
  }
}
