/** Adds what pacing by destination, ramps, shared quotas, resumes and keeping need. */
import { type Kysely, sql } from 'kysely';

const STATEMENTS = [
  // The recipient's domain, lower case and as A-label: what a destination's rate and back-off go by. held rows wait for
  // their domain and are claimed by it; waits counts the times that a block put the row back, resends how often it was
  // sent again by policy.
  `ALTER TABLE delivery ADD COLUMN domain text COLLATE "C", ADD COLUMN held boolean NOT NULL DEFAULT false,
     ADD COLUMN waits smallint NOT NULL DEFAULT 0, ADD COLUMN resends smallint NOT NULL DEFAULT 0`,
  `DROP INDEX delivery_due`,
  `CREATE INDEX delivery_due ON delivery (run_id, due_at, user_id) WHERE state IN ('planned', 'deferred') AND NOT held`,
  `CREATE INDEX delivery_held ON delivery (run_id, domain, due_at, user_id) WHERE state IN ('planned', 'deferred') AND held`,
  // What a sender may send to a domain and when; the domain * is the sender as a whole. since begins a row of blocks.
  `CREATE TABLE destination (
     sender text NOT NULL, domain text COLLATE "C" NOT NULL, next_at timestamptz NOT NULL, blocked_at timestamptz NOT NULL,
     blocked_until timestamptz NOT NULL, step integer NOT NULL, since timestamptz NOT NULL, PRIMARY KEY (sender, domain))`,
  `CREATE INDEX destination_blocked ON destination (sender, blocked_until)`,
  // A day of a sender that is warming up: how many mails may leave, and how many have.
  `CREATE TABLE ramp_day (
     sender text NOT NULL, day date NOT NULL, allowed integer NOT NULL, used integer NOT NULL, PRIMARY KEY (sender, day))`,
  // Until when a run sends nothing: its sender's allowance of the day is used up.
  `ALTER TABLE run ADD COLUMN hold_until timestamptz`,
  // What was answered since a person last let the run go on; a row a lane, so that lanes don't wait for each other.
  `CREATE TABLE run_answers (
     run_id text NOT NULL REFERENCES run ON DELETE CASCADE, since timestamptz NOT NULL, shard integer NOT NULL,
     accepted bigint NOT NULL, refused bigint NOT NULL, PRIMARY KEY (run_id, since, shard))`,
  // From when on refusals count towards stopAfterErrors: a person who lets a run go on starts anew.
  `ALTER TABLE run ADD COLUMN errors_since timestamptz`,
  // From `archive_began_at` on nothing of the run changes any more; at `archived_at` its deliveries and objects are gone.
  `ALTER TABLE run ADD COLUMN archive_began_at timestamptz`,
  `ALTER TABLE run ADD COLUMN archived_at timestamptz`,
  // The output is deleted from here on, so no run may use it again; the name stays used up.
  `ALTER TABLE batch_job ADD COLUMN output_deleted_at timestamptz`,
  `ALTER TABLE batch_job ADD COLUMN input_deleted_at timestamptz`,
  `DROP INDEX run_created`,
  `CREATE INDEX run_created ON run (created_at DESC, run_id DESC)`,
  `CREATE INDEX run_open ON run (created_at) WHERE state NOT IN ('paused', 'finished', 'failed', 'cancelled')`,
  `CREATE INDEX batch_job_open ON batch_job (kind, intended_at) WHERE state IN ('intended', 'created', 'running')`,
  // When an intended batch job was given one of the places of the region's quota: its create call may be under way.
  `ALTER TABLE batch_job ADD COLUMN place_at timestamptz`,
  // Until when AWS need not be asked for a place of a kind, after it has answered so many times that there is none.
  `CREATE TABLE batch_quota (kind text PRIMARY KEY, blocked_until timestamptz NOT NULL, refusals integer NOT NULL)`,
];

/** Applies the migration; Kysely runs it in one transaction. */
export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of STATEMENTS) await sql.raw(statement).execute(db);
}
