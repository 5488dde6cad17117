/** Queries on interactions. */
import { sql } from 'kysely';
import type { Interaction } from '../job/people';
import type { Database } from './connection';

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
