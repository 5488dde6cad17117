/** Queries on what recipients have bought and been shown lately, many at a time. */
import { type RawBuilder, sql } from 'kysely';
import { z } from 'zod';
import type { Database } from '../connecting/connection';
import { ENDED_STATES } from '../keeping/archive';
import { checked } from './ledger-keys';

/** User id → item ids; who has none is missing. */
export type ItemsOfUsers = ReadonlyMap<string, ReadonlySet<string>>;

/** Item ids, or lists of them. */
const rowSchema = z.object({ user_id: z.string(), item_ids: z.array(z.union([z.string(), z.array(z.string())])) });

/**
 * Finds what users have bought since a time (epoch ms).
 * @param events  event types that are a purchase; compared without case
 */
export async function findBought(
  db: Database,
  wish: { readonly userIds: readonly string[]; readonly since: number; readonly events: readonly string[] },
): Promise<ItemsOfUsers> {
  const found = await sql`
    SELECT wanted.user_id, jsonb_agg(DISTINCT i.item_id) AS item_ids
    FROM ${listOf(wish.userIds)} CROSS JOIN LATERAL (
      SELECT i.item_id FROM interaction i
      WHERE i.user_id = wanted.user_id
        AND ${checked(sql`i.at >= ${new Date(wish.since)} AND lower(i.event_type) = ANY (${wish.events.map((name) => name.toLowerCase())}::text[])`)}
      OFFSET 0) i
    GROUP BY wanted.user_id`.execute(db);
  return toMap(found.rows);
}

/** Finds what the accepted mails of a job have shown users since a time (epoch ms), in whichever slot. */
export async function findShown(
  db: Database,
  wish: { readonly job: string; readonly userIds: readonly string[]; readonly since: number },
): Promise<ItemsOfUsers> {
  // By the primary key of each slot that can have one: a run that has ended did so when or after its mails were answered.
  const found = await sql`
    SELECT wanted.user_id, jsonb_agg(d.shown) AS item_ids
    FROM (SELECT DISTINCT slot FROM run
          WHERE job = ${wish.job} AND (updated_at >= ${new Date(wish.since)} OR state NOT IN (${sql.join(ENDED_STATES)}))) AS s
    CROSS JOIN ${listOf(wish.userIds)} CROSS JOIN LATERAL (
      SELECT d.shown FROM delivery d
      WHERE d.job = ${wish.job} AND d.slot = s.slot AND d.user_id = wanted.user_id
        AND ${checked(sql`d.state = 'accepted' AND d.answered_at >= ${new Date(wish.since)} AND d.shown IS NOT NULL`)}
      LIMIT 1) d
    GROUP BY wanted.user_id`.execute(db);
  return toMap(found.rows);
}

/** Each is looked up by its key (LIMIT and OFFSET see to it): a join would read the whole table for each claim of a large run. */
function listOf(userIds: readonly string[]): RawBuilder<unknown> {
  return sql`unnest(${[...userIds]}::text[]) AS wanted(user_id)`;
}

function toMap(rows: readonly unknown[]): ItemsOfUsers {
  return new Map(rows.map((row) => rowSchema.parse(row)).map((row) => [row.user_id, new Set(row.item_ids.flat())]));
}
