/** Looks for items, and attributes of items, by name; the catalogue is not read as a whole. */
import { sql } from 'kysely';
import type { Database } from './connecting/connection';

/** Items whose attributes are looked at for names. */
const SAMPLED_ITEMS = 1000;

/** Finds those of some item ids that the newest catalogue does not have, in the order given. */
export async function findMissingItems(db: Database, itemIds: readonly string[]): Promise<readonly string[]> {
  const found = await sql<{ item_id: string }>`
    SELECT item_id FROM (
      SELECT DISTINCT ON (item_id) item_id, removed FROM item WHERE item_id = ANY (${itemIds}::text[])
      ORDER BY item_id, version DESC
    ) AS newest WHERE NOT removed`.execute(db);
  const there = new Set(found.rows.map((row) => row.item_id));
  return itemIds.filter((itemId) => !there.has(itemId));
}

/** Tells whether any item has, or had, an attribute that is not empty. */
export async function isItemAttributeThere(db: Database, name: string): Promise<boolean> {
  const found = await sql`SELECT 1 FROM item WHERE data -> 'attributes' ->> ${name} <> '' LIMIT 1`.execute(db);
  return found.rows.length > 0;
}

/** Lists the names of attributes that some of the items have, in byte order. */
export async function sampleItemAttributes(db: Database): Promise<readonly string[]> {
  const found = await sql<{ name: string }>`
    SELECT DISTINCT key COLLATE "C" AS name FROM (SELECT data FROM item LIMIT ${sql.lit(SAMPLED_ITEMS)}) sampled,
      LATERAL jsonb_object_keys(sampled.data -> 'attributes') AS key ORDER BY name`.execute(db);
  return found.rows.map(({ name }) => name);
}
