/** Looks for attributes among the contacts. */
import { sql } from 'kysely';
import type { Database } from '../connecting/connection';

/** Contacts whose attributes are looked at for names. */
const SAMPLED_CONTACTS = 1000;

/** Tells whether any contact has an attribute that is not empty. */
export async function isAttributeThere(db: Database, name: string): Promise<boolean> {
  const found = await sql`SELECT 1 FROM contact WHERE attributes ->> ${name} <> '' LIMIT 1`.execute(db);
  return found.rows.length > 0;
}

/** Lists the names of attributes that some of the contacts have, in byte order. */
export async function sampleAttributeNames(db: Database): Promise<readonly string[]> {
  const found = await sql<{ name: string }>`
    SELECT DISTINCT key COLLATE "C" AS name FROM (SELECT attributes FROM contact LIMIT ${sql.lit(SAMPLED_CONTACTS)}) sampled,
      LATERAL jsonb_object_keys(sampled.attributes) AS key ORDER BY name`.execute(db);
  return found.rows.map(({ name }) => name);
}
