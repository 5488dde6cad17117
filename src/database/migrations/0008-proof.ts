/** Adds the proofs of runs: e-mails of sample people that go to a seed list before anybody else gets one. */
import { type Kysely, sql } from 'kysely';

const STATEMENTS = [
  // A row a run, once its proof is decided on. hold_until is when the run goes on by itself; passed_by who let it go on.
  `CREATE TABLE proof (
     run_id text PRIMARY KEY REFERENCES run ON DELETE CASCADE, decided_at timestamptz NOT NULL, hold_until timestamptz,
     passed_by text, passed_at timestamptz)`,
  `CREATE INDEX proof_held ON proof (hold_until) WHERE passed_at IS NULL AND hold_until IS NOT NULL`,
  // The mail of a person to an address of the seed list: planned, claimed, accepted, refused or unknown.
  `CREATE TABLE proof_mail (
     run_id text NOT NULL REFERENCES proof ON DELETE CASCADE, nth smallint NOT NULL, user_id text COLLATE "C" NOT NULL,
     address text NOT NULL, state text NOT NULL, due_at timestamptz NOT NULL, attempt smallint NOT NULL, token text,
     smtp_code integer, answer text, claimed_at timestamptz, answered_at timestamptz, PRIMARY KEY (run_id, nth))`,
];

/** Applies the migration; Kysely runs it in one transaction. */
export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of STATEMENTS) await sql.raw(statement).execute(db);
}
