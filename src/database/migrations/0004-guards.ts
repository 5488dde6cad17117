/** Adds what guards and the monthly budget need. */
import { type Kysely, sql } from 'kysely';

const STATEMENTS = [
  // What a batch job was expected to cost when it was decided on; null where no price was known, without a currency
  // where it was decided on before costs were noted.
  `ALTER TABLE batch_job ADD COLUMN cost double precision, ADD COLUMN cost_currency text`,
  `CREATE INDEX batch_job_month ON batch_job (intended_at)`,
  // What a person has let pass. measure is how far it was: anything worse trips the guard again.
  `CREATE TABLE guard_approval (
     run_id text NOT NULL REFERENCES run ON DELETE CASCADE, guard text NOT NULL, measure double precision NOT NULL,
     figure text NOT NULL, limited text NOT NULL, approved_by text NOT NULL, approved_at timestamptz NOT NULL,
     PRIMARY KEY (run_id, guard, approved_at))`,
];

/** Applies the migration; Kysely runs it in one transaction. */
export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of STATEMENTS) await sql.raw(statement).execute(db);
}
