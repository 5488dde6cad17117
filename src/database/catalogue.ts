/** Queries on the catalogue: versioned items, so that one run shows one price on all workers. */
import { sql } from 'kysely';
import { z } from 'zod';
import type { Item } from '../job/people';
import type { Database } from './connecting/connection';

const itemSchema = z.object({
  itemId: z.string(),
  title: z.string(),
  url: z.string().optional(),
  image: z.string().optional(),
  price: z.number().optional(),
  currency: z.string().optional(),
  categories: z.array(z.string()),
  stock: z.number().optional(),
  createdAt: z.string().optional(),
  attributes: z.record(z.string(), z.string()),
});

/** Tells the newest catalogue version, 0 before the first import. */
export async function currentCatalogueVersion(db: Database): Promise<number> {
  const row = await db
    .selectFrom('catalogue_version')
    .select(sql<number>`coalesce(max(version), 0)`.as('version'))
    .executeTakeFirstOrThrow();
  return row.version;
}

/** Reads the catalogue as it stood at a version; item id → item, removed items left out. */
export async function readCatalogue(db: Database, version: number): Promise<ReadonlyMap<string, Item>> {
  const rows = await sql<{ data: unknown }>`
    SELECT data FROM (
      SELECT DISTINCT ON (item_id) item_id, data, removed FROM item WHERE version <= ${version} ORDER BY item_id, version DESC
    ) AS newest WHERE NOT removed
  `.execute(db);
  return new Map(rows.rows.map((row) => readItem(row.data)).map((item) => [item.itemId, item]));
}

export interface CatalogueChange {
  readonly version: number;
  readonly changed: number;
  readonly removed: number;
}

interface SaveOptions {
  readonly replace: boolean;
  readonly deleted?: ReadonlySet<string>;
  readonly now: number;
}

/**
 * Saves items: a new version holds each item that is new or differs; without a difference there is no new version.
 * Call it within a transaction: versions are made one at a time.
 * @param items each id once
 * @param options.replace also removes the items that are absent
 * @param options.deleted ids of items to remove, where they are there
 */
export async function saveItems(db: Database, items: readonly Item[], options: SaveOptions): Promise<CatalogueChange> {
  const save = (trx: Database) => saveInTransaction(trx, items, options);
  return db.isTransaction ? save(db) : db.transaction().execute(save);
}

async function saveInTransaction(
  trx: Database,
  items: readonly Item[],
  options: SaveOptions,
): Promise<CatalogueChange> {
  await sql`LOCK TABLE catalogue_version IN EXCLUSIVE MODE`.execute(trx);
  const before = await currentCatalogueVersion(trx);
  const known = await readCatalogue(trx, before);
  const changed = items.filter((item) => !isSame(known.get(item.itemId), item));
  const present = new Set(items.map((item) => item.itemId));
  const isGone = ({ itemId }: Item) =>
    options.deleted?.has(itemId) === true || (options.replace && !present.has(itemId));
  const removed = [...known.values()].filter(isGone);
  if (changed.length + removed.length === 0) return { version: before, changed: 0, removed: 0 };
  const version = before + 1;
  await trx
    .insertInto('catalogue_version')
    .values({ version, created_at: new Date(options.now) })
    .execute();
  const rows = [
    ...changed.map((item) => ({ item, removed: false })),
    ...removed.map((item) => ({ item, removed: true })),
  ];
  for (let from = 0; from < rows.length; from += INSERT_ROWS) {
    await insertVersion(trx, rows.slice(from, from + INSERT_ROWS), version);
  }
  return { version, changed: changed.length, removed: removed.length };
}

/** One statement's worth: jsonb ends at 256 MB. */
const INSERT_ROWS = 5000;

async function insertVersion(
  db: Database,
  rows: readonly { item: Item; removed: boolean }[],
  version: number,
): Promise<void> {
  const values = rows.map(({ item, removed }) => ({ item_id: item.itemId, data: item, removed }));
  await sql`
    INSERT INTO item (item_id, version, data, removed)
    SELECT item_id, ${version}, data, removed
    FROM jsonb_to_recordset(${JSON.stringify(values)}::jsonb) AS r(item_id text, data jsonb, removed boolean)
  `.execute(db);
}

function isSame(before: Item | undefined, after: Item): boolean {
  return before !== undefined && JSON.stringify(sorted(before)) === JSON.stringify(sorted(after));
}

/** jsonb doesn't keep the order of keys, so both sides are put in one order. */
function sorted(item: Item): unknown {
  const byKey = (record: object) => Object.fromEntries(Object.entries(record).sort(([a], [b]) => (a < b ? -1 : 1)));
  return byKey({ ...item, attributes: byKey(item.attributes) });
}

function readItem(data: unknown): Item {
  const { url, image, price, currency, stock, createdAt, ...rest } = itemSchema.parse(data);
  return {
    ...rest,
    ...(url === undefined ? {} : { url }),
    ...(image === undefined ? {} : { image }),
    ...(price === undefined ? {} : { price }),
    ...(currency === undefined ? {} : { currency }),
    ...(stock === undefined ? {} : { stock }),
    ...(createdAt === undefined ? {} : { createdAt }),
  };
}
