/** Keeps the versions of audiences, the rows that were delivered of them, and what was delivered where. */
import { type Kysely, sql } from 'kysely';

const STATEMENTS = [
  // part is '' where the audience is not split. gained and lost are against the members of base_run_id, null where there is none.
  `CREATE TABLE audience_version (
     run_id text NOT NULL REFERENCES run ON DELETE CASCADE, audience text NOT NULL, part text NOT NULL, job text NOT NULL,
     slot text NOT NULL, members integer NOT NULL, uri text NOT NULL, base_run_id text, gained integer, lost integer,
     made_at timestamptz NOT NULL, delivery_began_at timestamptz, delivered_at timestamptz, deleted_at timestamptz,
     PRIMARY KEY (run_id, audience, part))`,
  `CREATE INDEX audience_version_delivered ON audience_version (job, audience, part, delivered_at)`,
  // What a format's files said. uri is the row file, null where the job writes whole files only.
  `CREATE TABLE audience_rows (
     run_id text NOT NULL, audience text NOT NULL, part text NOT NULL, format text NOT NULL, version integer NOT NULL,
     columns text NOT NULL, uri text, row_count integer NOT NULL, since_full integer NOT NULL,
     PRIMARY KEY (run_id, audience, part, format),
     FOREIGN KEY (run_id, audience, part) REFERENCES audience_version ON DELETE CASCADE)`,
  `CREATE TABLE audience_delivery (
     run_id text NOT NULL, audience text NOT NULL, part text NOT NULL, destination text NOT NULL, delivered_at timestamptz NOT NULL,
     PRIMARY KEY (run_id, audience, part, destination),
     FOREIGN KEY (run_id, audience, part) REFERENCES audience_version ON DELETE CASCADE)`,
];

/** Applies the migration; Kysely runs it in one transaction. */
export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of STATEMENTS) await sql.raw(statement).execute(db);
}
