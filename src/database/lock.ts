/** Lets one process at a time do what must not be done twice. */
import { sql } from 'kysely';
import type { Database } from './connection';

/** Runs `action` while holding an advisory lock of the database; others wait. A process that dies has let go. */
export async function withLock<T>(db: Database, name: string, action: () => Promise<T>): Promise<T> {
  return db.connection().execute(async (connection) => {
    await sql`SELECT pg_advisory_lock(hashtextextended(${name}, 0))`.execute(connection);
    try {
      return await action();
    } finally {
      await sql`SELECT pg_advisory_unlock(hashtextextended(${name}, 0))`.execute(connection);
    }
  });
}
