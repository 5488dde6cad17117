/** Adds what telling people needs: the outbox of events, and what became of each at each target. */
import { type Kysely, sql } from 'kysely';

const STATEMENTS = [
  // One row an event, written with the move that it tells of. rules are those of the job where there is no run to have
  // them; payload is fixed when it is decided who is told, so that every try and every target gets the same text.
  `CREATE TABLE notice (
     event text PRIMARY KEY, kind text NOT NULL, job text NOT NULL, slot text NOT NULL,
     run_id text REFERENCES run ON DELETE CASCADE, at timestamptz NOT NULL, facts jsonb NOT NULL, rules jsonb,
     payload jsonb, addressed_at timestamptz)`,
  `CREATE INDEX notice_open ON notice (at) WHERE addressed_at IS NULL`,
  `CREATE INDEX notice_run ON notice (run_id)`,
  // state: open, told, given-up. attempts counts claims, and only the last claim may answer.
  `CREATE TABLE told (
     event text NOT NULL REFERENCES notice ON DELETE CASCADE, target text NOT NULL, state text NOT NULL,
     attempts integer NOT NULL, next_at timestamptz NOT NULL, answer text, ended_at timestamptz,
     PRIMARY KEY (event, target))`,
  `CREATE INDEX told_open ON told (next_at) WHERE state = 'open'`,
  // notify are the rules of the job as the run began with them. late_at is when a run without a schedule becomes late.
  `ALTER TABLE run ADD COLUMN notify jsonb, ADD COLUMN late_at timestamptz`,
  `CREATE INDEX run_late ON run (late_at) WHERE late_at IS NOT NULL`,
  // Deadlines up to late_until are judged. watch is what a job's file said last, for when it can't be read.
  `ALTER TABLE job_schedule ADD COLUMN late_until timestamptz, ADD COLUMN watch jsonb`,
];

/** Applies the migration; Kysely runs it in one transaction. */
export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of STATEMENTS) await sql.raw(statement).execute(db);
}
