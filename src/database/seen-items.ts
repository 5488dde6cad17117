/** Queries on what recipients have bought and been shown lately, many at a time. */
import { sql } from 'kysely';
import { z } from 'zod';
import type { Database } from './connection';

/** User id → item ids; who has none is missing. */
export type ItemsOfUsers = ReadonlyMap<string, ReadonlySet<string>>;

const rowSchema = z.object({ user_id: z.string(), item_ids: z.array(z.string()) });

/**
 * Finds what users have bought since a time (epoch ms).
 * @param events  event types that are a purchase; compared without case
 */
export async function findBought(
  db: Database,
  wish: { readonly userIds: readonly string[]; readonly since: number; readonly events: readonly string[] },
): Promise<ItemsOfUsers> {
  const found = await sql`
    SELECT i.user_id, jsonb_agg(DISTINCT i.item_id) AS item_ids
    FROM unnest(${[...wish.userIds]}::text[]) AS wanted(user_id) JOIN interaction i ON i.user_id = wanted.user_id
    WHERE i.at >= ${new Date(wish.since)} AND lower(i.event_type) = ANY (${wish.events.map((name) => name.toLowerCase())}::text[])
    GROUP BY i.user_id`.execute(db);
  return toMap(found.rows);
}

/** Finds what the accepted mails of a job have shown users since a time (epoch ms), in whichever slot. */
export async function findShown(
  db: Database,
  wish: { readonly job: string; readonly userIds: readonly string[]; readonly since: number },
): Promise<ItemsOfUsers> {
  // By the primary key of each slot that can have one: a run's mails are answered after it was created.
  const found = await sql`
    SELECT d.user_id, jsonb_agg(DISTINCT item_id) AS item_ids
    FROM (SELECT DISTINCT slot FROM run WHERE job = ${wish.job} AND updated_at >= ${new Date(wish.since)}) AS s
    CROSS JOIN unnest(${[...wish.userIds]}::text[]) AS wanted(user_id)
    JOIN delivery d ON d.job = ${wish.job} AND d.slot = s.slot AND d.user_id = wanted.user_id
    CROSS JOIN LATERAL jsonb_array_elements_text(d.shown) AS shown(item_id)
    WHERE d.state = 'accepted' AND d.answered_at >= ${new Date(wish.since)}
    GROUP BY d.user_id`.execute(db);
  return toMap(found.rows);
}

function toMap(rows: readonly unknown[]): ItemsOfUsers {
  return new Map(rows.map((row) => rowSchema.parse(row)).map((row) => [row.user_id, new Set(row.item_ids)]));
}
