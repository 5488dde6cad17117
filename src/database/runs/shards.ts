/** Queries on shards: which parts of a stage are open, and what the done ones found. */
import { sql } from 'kysely';
import type { Database } from '../connecting/connection';

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
  return rows.map(readShard);
}

function readShard(row: { shard: number; spec: unknown; result: unknown; done_at: number | null }): ShardRow {
  return { shard: row.shard, spec: row.spec, result: row.result ?? undefined, done: row.done_at !== null };
}

/** Finds one shard of a stage. */
export async function findShard(
  db: Database,
  runId: string,
  key: { readonly stage: string; readonly shard: number },
): Promise<ShardRow | undefined> {
  const query = db.selectFrom('shard').selectAll().where('run_id', '=', runId).where('stage', '=', key.stage);
  const row = await query.where('shard', '=', key.shard).executeTakeFirst();
  return row === undefined ? undefined : readShard(row);
}

/** Lists the numbers of the first `limit` open shards of a stage. */
export async function listOpenShards(
  db: Database,
  runId: string,
  open: { readonly stage: string; readonly limit: number },
): Promise<readonly number[]> {
  const query = db.selectFrom('shard').select('shard').where('run_id', '=', runId).where('stage', '=', open.stage);
  const rows = await query.where('done_at', 'is', null).orderBy('shard').limit(open.limit).execute();
  return rows.map((row) => row.shard);
}

/**
 * Tells whether a stage has a shard that is not done.
 * Workers begin at the lowest, so it is looked for from the highest on: it is found at once until the end is near.
 */
export async function hasOpenShard(db: Database, runId: string, stage: string): Promise<boolean> {
  const query = db.selectFrom('shard').select('shard').where('run_id', '=', runId).where('stage', '=', stage);
  const row = await query.where('done_at', 'is', null).orderBy('shard', 'desc').limit(1).executeTakeFirst();
  return row !== undefined;
}

/** Lists what the done shards of a stage found that found something of this name, in order. */
export async function listFound(
  db: Database,
  runId: string,
  found: { readonly stage: string; readonly name: string },
): Promise<readonly unknown[]> {
  const rows = await sql<{ result: unknown }>`
    SELECT result FROM shard WHERE run_id = ${runId} AND stage = ${found.stage} AND done_at IS NOT NULL
      AND result -> ${found.name}::text IS NOT NULL ORDER BY shard`.execute(db);
  return rows.rows.map(({ result }) => result);
}

/** Opens the shards of a stage again that are done and found something of this name. */
export async function reopenShards(
  db: Database,
  runId: string,
  found: { readonly stage: string; readonly name: string },
): Promise<void> {
  await sql`
    UPDATE shard SET done_at = NULL, result = NULL
    WHERE run_id = ${runId} AND stage = ${found.stage} AND done_at IS NOT NULL AND result -> ${found.name}::text IS NOT NULL
  `.execute(db);
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
