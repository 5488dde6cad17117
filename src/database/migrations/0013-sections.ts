/** Keeps what e-mails of several sections show, and what recipients have bought last. */
import { type Kysely, sql } from 'kysely';

const STATEMENTS = [
  // The thing bought last, for which related items are bought; null where none is wanted or there is none.
  `ALTER TABLE delivery ADD COLUMN seed text COLLATE "C"`,
  // Section → {items, theme}; the e-mail's own items are in slate, and their theme is in the section of an empty name.
  `ALTER TABLE delivery ADD COLUMN sections jsonb`,
  // Which sections the output is for, an empty name for the e-mail's own items; null where it is for them alone.
  `ALTER TABLE run_batch_job ADD COLUMN sections text[]`,
  // Related items by the thing they go with, until each recipient has those of the own one.
  `CREATE TABLE seed_slate (
     run_id text NOT NULL REFERENCES run ON DELETE CASCADE, section text NOT NULL, item_id text COLLATE "C" NOT NULL,
     slate jsonb NOT NULL, theme text, PRIMARY KEY (run_id, section, item_id))`,
];

/** Applies the migration; Kysely runs it in one transaction. */
export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of STATEMENTS) await sql.raw(statement).execute(db);
}
