/** Adds what the one who starts a run may ask of it: values of the job's params, fewer recipients. */
import { type Kysely, sql } from 'kysely';

const STATEMENTS = [
  // params holds the value of every param of the job, given or default; null where the job has none. recipient_limit is
  // the number of recipients that the run plans at most. only_to holds address patterns. requested_by names who asked.
  `ALTER TABLE run ADD COLUMN params jsonb, ADD COLUMN only_to text[], ADD COLUMN recipient_limit integer,
     ADD COLUMN requested_by text`,
];

/** Applies the migration; Kysely runs it in one transaction. */
export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of STATEMENTS) await sql.raw(statement).execute(db);
}
