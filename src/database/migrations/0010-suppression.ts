/** Lets suppressions name users and domains beside addresses, and a topic. */
import { type Kysely, sql } from 'kysely';

const STATEMENTS = [
  // subject is address:<hash>, user:<id> or domain:<A-label>; the topic '' is every job.
  `ALTER TABLE suppression DROP CONSTRAINT suppression_pkey`,
  `ALTER TABLE suppression RENAME COLUMN address_hash TO subject`,
  `ALTER TABLE suppression ALTER COLUMN subject TYPE text COLLATE "C" USING 'address:' || subject`,
  `ALTER TABLE suppression ADD COLUMN topic text COLLATE "C" NOT NULL DEFAULT ''`,
  `ALTER TABLE suppression ALTER COLUMN topic DROP DEFAULT`,
  `ALTER TABLE suppression ADD PRIMARY KEY (subject, topic)`,
  // The domain of a usable address, as A-label; those that are there already are ASCII but for a few, which the next import mends.
  `ALTER TABLE contact ADD COLUMN address_domain text`,
  `UPDATE contact SET address_domain = lower(split_part(trim(email), '@', 2)) WHERE address_hash IS NOT NULL`,
];

/** Applies the migration; Kysely runs it in one transaction. */
export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of STATEMENTS) await sql.raw(statement).execute(db);
}
