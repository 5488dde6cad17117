/** Queries on shards: which parts of a stage are open, and what the done ones found. */
import { sql } from 'kysely';
import type { Database } from './connection';

export interface ShardRow {
  readonly shard: number;
  readonly spec: unknown;
  readonly result: unknown;
  readonly done: boolean;
}

/** Adds the shards of a stage, numbered from 0; those that exist stay as they are. */
export async function addShards(
  db: Database,
  runId: string,
  shards: { readonly stage: string; readonly specs: readonly unknown[] },
): Promise<void> {
  const { stage, specs } = shards;
  if (specs.length === 0) return;
  await sql`
    INSERT INTO shard (run_id, stage, shard, spec, attempt)
    SELECT ${runId}, ${stage}, (n - 1)::integer, spec, 0 FROM jsonb_array_elements(${JSON.stringify(specs)}::jsonb) WITH ORDINALITY AS r(spec, n)
    ON CONFLICT DO NOTHING
  `.execute(db);
}

/** Lists the shards of a stage in order. */
export async function listShards(db: Database, runId: string, stage: string): Promise<readonly ShardRow[]> {
  const rows = await db
    .selectFrom('shard')
    .selectAll()
    .where('run_id', '=', runId)
    .where('stage', '=', stage)
    .orderBy('shard')
    .execute();
  return rows.map((row) => ({
    shard: row.shard,
    spec: row.spec,
    result: row.result ?? undefined,
    done: row.done_at !== null,
  }));
}

/** Stores what a shard found and marks it done; doing so twice is harmless. */
export async function finishShard(
  db: Database,
  runId: string,
  shard: { readonly stage: string; readonly shard: number; readonly result: unknown; readonly now: number },
): Promise<void> {
  await db
    .updateTable('shard')
    .set({ result: JSON.stringify(shard.result), done_at: new Date(shard.now) })
    .where('run_id', '=', runId)
    .where('stage', '=', shard.stage)
    .where('shard', '=', shard.shard)
    .execute();
}

/**
 * Counts one more attempt at a piece of work and answers the number.
 * The queue's own counter is lost with the queue, so the database holds it.
 */
export async function countAttempt(
  db: Database,
  runId: string,
  work: { readonly stage: string; readonly shard: number },
): Promise<number> {
  const row = await sql<{ attempt: number }>`
    INSERT INTO shard (run_id, stage, shard, spec, attempt) VALUES (${runId}, ${`attempt:${work.stage}`}, ${work.shard}, '{}', 1)
    ON CONFLICT (run_id, stage, shard) DO UPDATE SET attempt = shard.attempt + 1 RETURNING attempt
  `.execute(db);
  return row.rows[0]?.attempt ?? 1;
}

/** Forgets the attempts at a piece of work that has gone well: only tries in a row count. */
export async function clearAttempt(
  db: Database,
  runId: string,
  work: { readonly stage: string; readonly shard: number },
): Promise<void> {
  const query = db.deleteFrom('shard').where('run_id', '=', runId).where('stage', '=', `attempt:${work.stage}`);
  await query.where('shard', '=', work.shard).execute();
}

/** Forgets the attempts of a run, when a person lets it go on. */
export async function clearAttempts(db: Database, runId: string): Promise<void> {
  await db.deleteFrom('shard').where('run_id', '=', runId).where('stage', 'like', 'attempt:%').execute();
}
