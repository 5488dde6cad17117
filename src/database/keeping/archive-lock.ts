/** Lets one process at a time archive; the others go on with their own work. */
import { sql } from 'kysely';
import type { Database } from '../connecting/connection';

/** Runs `action` while holding the lock; undefined where another process holds it. A process that dies has let go. */
export async function withArchiveLock<T>(db: Database, action: () => Promise<T>): Promise<T | undefined> {
  return db.connection().execute(async (connection) => {
    const taken = await sql<{ taken: boolean }>`
      SELECT pg_try_advisory_lock(hashtextextended('archive', 0)) AS taken
    `.execute(connection);
    if (taken.rows[0]?.taken !== true) return undefined;
    try {
      return await action();
    } finally {
      await sql`SELECT pg_advisory_unlock(hashtextextended('archive', 0))`.execute(connection);
    }
  });
}
