/** Finds what people were recommended in the newest run of a job that has their slates. */
import { sql } from 'kysely';
import { z } from 'zod';
import type { Database } from '../connecting/connection';
import { type FurtherSlates, furtherSchema, readFurther } from './section-slates';

export interface LastSlate extends FurtherSlates {
  readonly runId: string;
  /** `YYYY-MM-DD` or `YYYY-MM-DDTHHmm`. */
  readonly slot: string;
  /** Item ids, the best first. */
  readonly slate: readonly string[];
}

const rowSchema = furtherSchema.extend({
  user_id: z.string(),
  run_id: z.string(),
  slot: z.string(),
  slate: z.array(z.string()),
});

/** Finds the newest slate of each of these users; who has none is left out. */
export async function findLastSlates(
  db: Database,
  job: string,
  userIds: readonly string[],
): Promise<ReadonlyMap<string, LastSlate>> {
  const found = await sql`
    SELECT DISTINCT ON (user_id) user_id, run_id, slot, slate, seed, sections FROM delivery
    JOIN unnest(${[...userIds]}::text[]) AS wanted (id) ON user_id = wanted.id
    WHERE job = ${job} AND slate IS NOT NULL AND NOT fallback ORDER BY user_id, slot DESC
  `.execute(db);
  const rows = found.rows.map((row) => rowSchema.parse(row));
  return new Map(
    rows.map((row) => [row.user_id, { runId: row.run_id, slot: row.slot, slate: row.slate, ...readFurther(row) }]),
  );
}

/** Names users who have a slate in the newest slot of a job that has any, in the order of user_id. */
export async function listLastSlated(db: Database, job: string, limit: number): Promise<readonly string[]> {
  const found = await sql`
    SELECT user_id, run_id, slot, slate FROM delivery
    WHERE job = ${job} AND slate IS NOT NULL AND NOT fallback
      AND slot = (SELECT max(slot) FROM delivery WHERE job = ${job} AND slate IS NOT NULL AND NOT fallback)
    ORDER BY user_id LIMIT ${sql.lit(limit)}
  `.execute(db);
  return found.rows.map((row) => rowSchema.parse(row).user_id);
}
