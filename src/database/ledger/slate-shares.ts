/** Queries on the slates of a run as a whole, before any of them is sent. */
import { sql } from 'kysely';
import type { Database } from '../connecting/connection';

export interface SlateShares {
  /** Recipients with a slate who are still to get a mail. */
  readonly slates: number;
  /** Of these, those whose slate is the fallback. */
  readonly fallback: number;
}

/** Counts the slates of a run that are to be sent. */
export async function countSlates(db: Database, runId: string): Promise<SlateShares> {
  const found = await sql<SlateShares>`
    SELECT count(*) AS slates, count(*) FILTER (WHERE fallback) AS fallback FROM delivery
    WHERE run_id = ${runId} AND state IN ('planned', 'deferred') AND slate IS NOT NULL
  `.execute(db);
  return found.rows[0] ?? { slates: 0, fallback: 0 };
}

/** Finds the item that stands in most slates among the first `shown`; undefined where there are no slates. */
export async function findMostShown(
  db: Database,
  runId: string,
  shown: number,
): Promise<{ readonly itemId: string; readonly count: number } | undefined> {
  const found = await sql<{ item_id: string; count: number }>`
    SELECT item_id, count(*) AS count FROM delivery
      CROSS JOIN LATERAL jsonb_array_elements_text(slate) WITH ORDINALITY AS shown(item_id, place)
    WHERE run_id = ${runId} AND state IN ('planned', 'deferred') AND slate IS NOT NULL AND place <= ${shown}
    GROUP BY item_id ORDER BY count DESC, item_id LIMIT 1
  `.execute(db);
  const row = found.rows[0];
  return row === undefined ? undefined : { itemId: row.item_id, count: row.count };
}
