/** Keeps what came up when the e-mails of a run were made: how many, how many nobody could be shown enough in, and which items were passed over. */
import { type Kysely, sql } from 'kysely';

const STATEMENTS = [
  // Counted in a row of its own by each lane. since as in run_answers: what was made before counts no more for a guard.
  `CREATE TABLE run_making (
     run_id text NOT NULL REFERENCES run ON DELETE CASCADE, since timestamptz NOT NULL, shard integer NOT NULL,
     name text NOT NULL, count bigint NOT NULL, PRIMARY KEY (run_id, since, shard, name))`,
];

/** Applies the migration; Kysely runs it in one transaction. */
export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of STATEMENTS) await sql.raw(statement).execute(db);
}
