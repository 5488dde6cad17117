/** Counts how far the ids of interactions are those of contacts and items: what does not match is trained on in vain. */
import { sql } from 'kysely';
import { z } from 'zod';
import type { Database } from '../connecting/connection';

/** Ids of the interactions that are known, and examples of those that are not. */
export interface SharedIds {
  /** Different ids in the interactions. */
  readonly ids: number;
  /** How many of them are known. */
  readonly shared: number;
  /** Up to three that are not, the first by id. */
  readonly strangers: readonly string[];
  /** Up to three known ids, to compare. */
  readonly known: readonly string[];
}

export interface IdOverlap {
  readonly users: SharedIds;
  readonly items: SharedIds;
}

const EXAMPLES = 3;
const countSchema = z.object({ ids: z.number(), shared: z.number() });
const idSchema = z.object({ id: z.string() });

const CONTACTS = sql`SELECT user_id AS id FROM contact`;
const ITEMS = sql`
  SELECT item_id AS id FROM (SELECT DISTINCT ON (item_id) item_id, removed FROM item ORDER BY item_id, version DESC) AS newest
  WHERE NOT removed`;

/** Compares all interactions with all contacts and with the newest catalogue. */
export async function readIdOverlap(db: Database): Promise<IdOverlap> {
  return {
    users: await compare(db, { used: sql`SELECT DISTINCT user_id AS id FROM interaction`, known: CONTACTS }),
    items: await compare(db, { used: sql`SELECT DISTINCT item_id AS id FROM interaction`, known: ITEMS }),
  };
}

type Ids = typeof CONTACTS;

async function compare(db: Database, { used, known }: { used: Ids; known: Ids }): Promise<SharedIds> {
  const counted = await sql`
    SELECT count(*) AS ids, count(k.id) AS shared FROM (${used}) AS u LEFT JOIN (${known}) AS k ON k.id = u.id
  `.execute(db);
  const { ids, shared } = countSchema.parse(counted.rows[0]);
  const strangers =
    ids === shared
      ? []
      : await readIds(
          db,
          sql`SELECT u.id FROM (${used}) AS u WHERE NOT EXISTS (SELECT FROM (${known}) AS k WHERE k.id = u.id)
              ORDER BY u.id LIMIT ${sql.lit(EXAMPLES)}`,
        );
  const examples = await readIds(db, sql`SELECT id FROM (${known}) AS k ORDER BY id LIMIT ${sql.lit(EXAMPLES)}`);
  return { ids, shared, strangers, known: examples };
}

async function readIds(db: Database, query: Ids): Promise<readonly string[]> {
  const { rows } = await query.execute(db);
  return rows.map((row) => idSchema.parse(row).id);
}
