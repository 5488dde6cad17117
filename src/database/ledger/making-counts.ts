/** Counts what came up when e-mails were made; one that is made again, after a 4xx answer say, counts again. */
import { sql } from 'kysely';
import { promptly } from '../connecting/bounded-client';
import type { Database } from '../connecting/connection';
import type { AnswerTally } from './answer-counts';

/** What was made or excluded, an item from the fallback, or the reason why a recommended one was passed over → how often. */
export type MakingCounts = ReadonlyMap<string, number>;

/** Adds to the counts of a lane. */
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
