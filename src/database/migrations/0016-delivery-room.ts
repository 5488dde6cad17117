/** Leaves room in the pages of the ledger, so that its rows need not move when they grow. */
import { type Kysely, sql } from 'kysely';

/**
 * Applies the migration; it changes no page that is there. A row is planned without its slate, and has several times the size when
 * it is answered. With room beside it the slate changes no index (PostgreSQL's heap-only tuples), and what later versions leave
 * behind is used again in the same page.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`ALTER TABLE delivery SET (fillfactor = 25)`.execute(db);
}
