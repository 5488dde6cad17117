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

/** Columns of texts that say how people are grouped, not who they are. */
export const GROUPING_COLUMNS: readonly string[] = ['locale', 'country', 'time_zone', 'consent_source'];

/**
 * Lists different values that contacts have of a grouping column or an attribute, in byte order.
 * @param contacts  how many contacts are looked at; all where left out
 * @param most  of the values
 */
export async function listValues(
  db: Database,
  name: string,
  { contacts, most }: { readonly contacts?: number; readonly most: number },
): Promise<readonly string[]> {
  const value = GROUPING_COLUMNS.includes(name) ? sql`${sql.ref(name)}` : sql`attributes ->> ${name}`;
  const limit = contacts === undefined ? sql`` : sql`LIMIT ${sql.lit(contacts)}`;
  const found = await sql<{ value: string }>`
    SELECT value FROM (SELECT DISTINCT value FROM (SELECT ${value} AS value FROM contact ${limit}) looked_at
      WHERE value <> '' LIMIT ${sql.lit(most)}) known ORDER BY value COLLATE "C"`.execute(db);
  return found.rows.map((row) => row.value);
}

/** Counts those of some users who are contacts. */
export async function countContactsAmong(db: Database, userIds: readonly string[]): Promise<number> {
  const query = db.selectFrom('contact').select('user_id').where(sql<boolean>`user_id = ANY (${userIds}::text[])`);
  return (await query.execute()).length;
}

/** Tells whether there are any contacts. */
export async function hasContacts(db: Database): Promise<boolean> {
  return (await db.selectFrom('contact').select('user_id').limit(1).execute()).length > 0;
}

/** Lists the names of attributes that some of the contacts have, in byte order. */
export async function sampleAttributeNames(db: Database): Promise<readonly string[]> {
  const found = await sql<{ name: string }>`
    SELECT DISTINCT key COLLATE "C" AS name FROM (SELECT attributes FROM contact LIMIT ${sql.lit(SAMPLED_CONTACTS)}) sampled,
      LATERAL jsonb_object_keys(sampled.attributes) AS key ORDER BY name`.execute(db);
  return found.rows.map(({ name }) => name);
}
