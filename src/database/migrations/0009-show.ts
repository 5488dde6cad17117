/** Keeps what each e-mail has shown. */
import { type Kysely, sql } from 'kysely';

/** Applies the migration; Kysely runs it in one transaction. */
export async function up(db: Kysely<unknown>): Promise<void> {
  // The item ids of the mail that was handed to a server, in order; null where none was, and for older rows.
  await sql`ALTER TABLE delivery ADD COLUMN shown jsonb`.execute(db);
}
