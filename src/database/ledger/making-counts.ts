/** Counts what came up when e-mails were made, each recipient once. */
import { sql } from 'kysely';
import { promptly } from '../connecting/bounded-client';
import type { Database } from '../connecting/connection';
import type { AnswerTally } from './answer-counts';

/** What was made or excluded, an item from the fallback, or the reason why a recommended one was passed over → how often. */
export type MakingCounts = ReadonlyMap<string, number>;

/** Adds to the counts of a lane; one may fall below 0 where another lane has counted what this one takes back. */
export async function countMaking(
  db: Database,
  runId: string,
  { since, shard, counts }: AnswerTally & { readonly counts: MakingCounts },
): Promise<void> {
  if (counts.size === 0) return;
  const counting = sql`
    INSERT INTO run_making (run_id, since, shard, name, count)
    SELECT ${runId}, ${new Date(since)}::timestamptz, ${shard}::integer, c.name, c.count
    FROM unnest(${[...counts.keys()]}::text[], ${[...counts.values()]}::bigint[]) AS c(name, count)
    ON CONFLICT (run_id, since, shard, name) DO UPDATE SET count = run_making.count + excluded.count
  `;
  await promptly(() => counting.execute(db));
}

/** Sums up what all lanes have counted: since a person last let the run go on, or over the whole run where `since` is left out. */
export async function readMakingCounts(db: Database, runId: string, since?: number): Promise<MakingCounts> {
  const only = since === undefined ? sql`` : sql`AND since = ${new Date(since)}`;
  const found = await sql<{ name: string; count: number }>`
    SELECT name, sum(count)::bigint AS count FROM run_making WHERE run_id = ${runId} ${only} GROUP BY name
  `.execute(db);
  return new Map(found.rows.map(({ name, count }) => [name, count]));
}

/** Counts the recipients of a run for whom e-mails are made, not beyond `most`. */
export async function countToMake(db: Database, runId: string, most: number): Promise<number> {
  const found = await sql<{ count: number }>`
    SELECT count(*) AS count FROM (SELECT FROM delivery WHERE run_id = ${runId} AND slate IS NOT NULL LIMIT ${most}) AS looked_at
  `.execute(db);
  return found.rows[0]?.count ?? 0;
}
