/** Counts clicks on the links of e-mails. */
import { type Kysely, sql } from 'kysely';

const STATEMENTS = [
  // One row a link, whatever follows it how often. Clicks of programs that look at mails are counted apart.
  `CREATE TABLE click (
     run_id text NOT NULL REFERENCES run ON DELETE CASCADE, user_id text COLLATE "C" NOT NULL, item_id text COLLATE "C" NOT NULL,
     people integer NOT NULL, programs integer NOT NULL, first_at timestamptz NOT NULL, last_at timestamptz NOT NULL,
     PRIMARY KEY (run_id, user_id, item_id))`,
];

/** Applies the migration; Kysely runs it in one transaction. */
export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of STATEMENTS) await sql.raw(statement).execute(db);
}
