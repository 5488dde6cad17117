/** Adds what pacing by destination, ramps, shared quotas, resumes and keeping need. */
import { type Kysely, sql } from 'kysely';

const STATEMENTS = [
  // The recipient's domain, lower case: what a destination's rate and back-off go by.
  `ALTER TABLE delivery ADD COLUMN domain text`,
  `CREATE TABLE destination (
     sender text NOT NULL, domain text NOT NULL, next_at timestamptz NOT NULL, blocked_until timestamptz NOT NULL,
     step integer NOT NULL, PRIMARY KEY (sender, domain))`,
  // A day of a sender that is warming up: how many mails may leave, and how many have.
  `CREATE TABLE ramp_day (
     sender text NOT NULL, day date NOT NULL, allowed integer NOT NULL, used integer NOT NULL, PRIMARY KEY (sender, day))`,
  // From when on refusals count towards stopAfterErrors: a person who lets a run go on starts anew.
  `ALTER TABLE run ADD COLUMN errors_since timestamptz`,
  `ALTER TABLE run ADD COLUMN archived_at timestamptz`,
  `DROP INDEX run_created`,
  `CREATE INDEX run_created ON run (created_at DESC, run_id DESC)`,
  `CREATE INDEX run_open ON run (created_at) WHERE state NOT IN ('paused', 'finished', 'failed', 'cancelled')`,
  `CREATE INDEX batch_job_open ON batch_job (kind, intended_at) WHERE state IN ('intended', 'created', 'running')`,
];

/** Applies the migration; Kysely runs it in one transaction. */
export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of STATEMENTS) await sql.raw(statement).execute(db);
}
