/** Adds what the API needs: which run an idempotency key stands for. */
import { type Kysely, sql } from 'kysely';

const STATEMENTS = [
  // Written before the run is started, so that a call that was cut off finds its run again: runs_before is the number of
  // the slot's newest run at that time, 0 for none. run_id is null until the run is known.
  `CREATE TABLE api_call (
     caller text NOT NULL, key text NOT NULL, request_hash text NOT NULL, job text NOT NULL, slot text NOT NULL,
     runs_before integer NOT NULL, run_id text REFERENCES run ON DELETE CASCADE, created_at timestamptz NOT NULL,
     PRIMARY KEY (caller, key))`,
  `CREATE INDEX api_call_created ON api_call (created_at)`,
];

/** Applies the migration; Kysely runs it in one transaction. */
export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of STATEMENTS) await sql.raw(statement).execute(db);
}
