/** Gives a benchmark a private PostgreSQL server of its own, and takes it away. */
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type OpenDatabase, openDatabase } from '../../src/database/connecting/connection';
import { startEmbeddedPostgres } from '../../src/database/embedded/postgres';

/** Runs `measure` on an empty database with the schema in it, as the embedded default has it. */
export async function withDatabase<T>(measure: (database: OpenDatabase) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'nightjar-bench-'));
  // The server's user must be able to enter, also where the benchmark runs as root.
  await chmod(folder, 0o711);
  const postgres = await startEmbeddedPostgres({ stateDir: folder });
  try {
    const database = await openDatabase(postgres.connection);
    try {
      return await measure(database);
    } finally {
      await database.close();
    }
  } finally {
    await postgres.release();
    await postgres.waitUntilStopped();
    await rm(folder, { recursive: true, force: true });
  }
}
