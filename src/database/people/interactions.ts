/** Queries on interactions. */
import { sql } from 'kysely';
import { z } from 'zod';
import type { Interaction } from '../../job/people';
import type { Database } from '../connecting/connection';

/** Appends interactions; duplicates (same user, item, time and type) are dropped. Tells how many are new. */
export async function saveInteractions(db: Database, rows: readonly Interaction[]): Promise<number> {
  const saved = await sql`
    INSERT INTO interaction (user_id, item_id, at, event_type, event_value)
    SELECT user_id, item_id, to_timestamp(at), event_type, event_value
    FROM unnest(${rows.map((row) => row.userId)}::text[], ${rows.map((row) => row.itemId)}::text[],
                ${rows.map((row) => row.timestamp)}::double precision[], ${rows.map((row) => row.eventType ?? '')}::text[],
                ${rows.map((row) => row.eventValue ?? null)}::double precision[])
      AS r(user_id, item_id, at, event_type, event_value)
    ON CONFLICT DO NOTHING
  `.execute(db);
  return Number(saved.numAffectedRows ?? 0n);
}

/** Counts the interactions. */
export async function countInteractions(db: Database): Promise<number> {
  const row = await db.selectFrom('interaction').select(sql<number>`count(*)`.as('count')).executeTakeFirstOrThrow();
  return row.count;
}

/** Lists the item ids with the most interactions since a time (epoch ms), the most used first, ties by id. */
export async function popularItems(
  db: Database,
  options: { since: number; limit: number },
): Promise<readonly string[]> {
  const rows = await sql<{ item_id: string }>`
    SELECT item_id FROM interaction WHERE at >= ${new Date(options.since)}
    GROUP BY item_id ORDER BY count(*) DESC, item_id LIMIT ${options.limit}
  `.execute(db);
  return rows.rows.map((row) => row.item_id);
}

const groupSchema = z.object({ value: z.string(), item_ids: z.array(z.string()) });

/** The columns of contacts that group them as they are; `locale` groups by language, any other name is an attribute. */
const GROUPING = new Set(['country', 'time_zone']);

/**
 * Lists the items with the most interactions since a time (epoch ms) by what their users share: value → item ids, the most
 * used first, ties by id; of the most frequent `groups` values.
 */
export async function popularAmong(
  db: Database,
  wish: { readonly attribute: string; readonly since: number; readonly limit: number; readonly groups: number },
): Promise<Record<string, string[]>> {
  const value =
    wish.attribute === 'locale'
      ? sql`split_part(replace(lower(c.locale), '_', '-'), '-', 1)`
      : GROUPING.has(wish.attribute)
        ? sql`c.${sql.ref(wish.attribute)}`
        : sql`c.attributes ->> ${wish.attribute}`;
  const found = await sql`
    WITH used AS (
      SELECT ${value} AS value, i.item_id, count(*) AS n FROM interaction i JOIN contact c ON c.user_id = i.user_id
      WHERE i.at >= ${new Date(wish.since)} GROUP BY 1, 2),
    ranked AS (
      SELECT value, item_id, n, row_number() OVER (PARTITION BY value ORDER BY n DESC, item_id) AS place FROM used
      WHERE value <> '')
    SELECT value, jsonb_agg(item_id ORDER BY place) AS item_ids FROM ranked WHERE place <= ${wish.limit}
    GROUP BY value ORDER BY sum(n) DESC, value LIMIT ${wish.groups}`.execute(db);
  return Object.fromEntries(found.rows.map((row) => groupSchema.parse(row)).map((row) => [row.value, row.item_ids]));
}

const rowSchema = z.object({
  user_id: z.string(),
  item_id: z.string(),
  at: z.number(),
  at_key: z.string(),
  event_type: z.string(),
  event_value: z.number().nullable(),
});
const PAGE_ROWS = 10_000;

/** Streams all interactions in the order of their key, a page at a time; an empty event type is left out. */
export async function* streamInteractions(db: Database): AsyncGenerator<Interaction> {
  let last: z.infer<typeof rowSchema> | undefined;
  while (true) {
    const after =
      last === undefined
        ? sql``
        : sql`WHERE (user_id, item_id, at, event_type)
                  > (${last.user_id}, ${last.item_id}, ${last.at_key}::timestamptz, ${last.event_type})`;
    const page = await sql`
      SELECT user_id, item_id, extract(epoch FROM at)::double precision AS at, at::text AS at_key, event_type, event_value
      FROM interaction ${after} ORDER BY user_id, item_id, at, event_type LIMIT ${sql.lit(PAGE_ROWS)}
    `.execute(db);
    const rows = page.rows.map((row) => rowSchema.parse(row));
    for (const row of rows) {
      yield {
        userId: row.user_id,
        itemId: row.item_id,
        timestamp: row.at,
        ...(row.event_type === '' ? {} : { eventType: row.event_type }),
        ...(row.event_value === null ? {} : { eventValue: row.event_value }),
      };
    }
    last = rows.at(-1);
    if (rows.length < PAGE_ROWS) return;
  }
}

/** Lists the event types, the most frequent first, ties by name; the empty one is among them. */
export async function listEventTypes(db: Database): Promise<readonly string[]> {
  const { rows } = await sql<{ event_type: string }>`
    SELECT event_type FROM interaction GROUP BY event_type ORDER BY count(*) DESC, event_type
  `.execute(db);
  return rows.map((row) => row.event_type);
}

/** How much there is to learn from. */
export interface Activity {
  readonly interactions: number;
  readonly users: number;
  /** Users with two interactions or more. */
  readonly returning: number;
}

const activitySchema = z.object({ interactions: z.number(), users: z.number(), returning: z.number() });

/** Counts interactions and their users. */
export async function readActivity(db: Database): Promise<Activity> {
  const { rows } = await sql`
    SELECT coalesce(sum(n), 0)::bigint AS interactions, count(*) AS users, count(*) FILTER (WHERE n >= 2) AS returning
    FROM (SELECT count(*) AS n FROM interaction GROUP BY user_id) AS of_user
  `.execute(db);
  return activitySchema.parse(rows[0]);
}

/** Lists users by how much they did, the most active first, ties by id. */
export async function activeUsers(db: Database, limit: number): Promise<readonly string[]> {
  const { rows } = await sql<{ user_id: string }>`
    SELECT user_id FROM interaction GROUP BY user_id ORDER BY count(*) DESC, user_id LIMIT ${limit}
  `.execute(db);
  return rows.map((row) => row.user_id);
}
