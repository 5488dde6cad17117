/** Adds what schedules need: which fire times of a job have been decided, and which jobs are paused. */
import { type Kysely, sql } from 'kysely';

const STATEMENTS = [
  // Fire times up to decided_until have been decided. since is when workers first saw the job: it follows only what was
  // finished later.
  `CREATE TABLE job_schedule (
     job text PRIMARY KEY, since timestamptz NOT NULL, decided_until timestamptz NOT NULL, paused_at timestamptz)`,
  `CREATE INDEX run_finished ON run (job, finished_at) WHERE state = 'finished'`,
];

/** Applies the migration; Kysely runs it in one transaction. */
export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of STATEMENTS) await sql.raw(statement).execute(db);
}
