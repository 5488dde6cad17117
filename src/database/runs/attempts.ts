/** Queries on failed attempts at pieces of work. The queue's own counter is lost with the queue, so the database holds it. */
import { sql } from 'kysely';
import type { Database } from '../connecting/connection';

/** A piece of work that failed in a row and will be tried again. */
export interface FailedAttempts {
  readonly stage: string;
  readonly shard: number;
  readonly attempts: number;
  /** What `countAttempt` was given last. */
  readonly failure: unknown;
}

interface WorkKey {
  readonly stage: string;
  readonly shard: number;
}

/** Counts one more failed attempt at a piece of work, keeps why, and answers the number. */
export async function countAttempt(db: Database, runId: string, work: WorkKey, failure?: object): Promise<number> {
  const why = JSON.stringify(failure ?? {});
  const row = await sql<{ attempt: number }>`
    INSERT INTO shard (run_id, stage, shard, spec, attempt) VALUES (${runId}, ${`attempt:${work.stage}`}, ${work.shard}, ${why}::jsonb, 1)
    ON CONFLICT (run_id, stage, shard) DO UPDATE SET attempt = shard.attempt + 1, spec = excluded.spec RETURNING attempt
  `.execute(db);
  return row.rows[0]?.attempt ?? 1;
}

/** Forgets the attempts at a piece of work that has gone well, and answers whether there were any: only tries in a row count. */
export async function clearAttempt(db: Database, runId: string, work: WorkKey): Promise<boolean> {
  const query = db.deleteFrom('shard').where('run_id', '=', runId).where('stage', '=', `attempt:${work.stage}`);
  return (await query.where('shard', '=', work.shard).executeTakeFirst()).numDeletedRows > 0n;
}

/** Forgets the attempts of a run, when a person lets it go on. */
export async function clearAttempts(db: Database, runId: string): Promise<void> {
  await db.deleteFrom('shard').where('run_id', '=', runId).where('stage', 'like', 'attempt:%').execute();
}

/** Lists what of a run fails at present and is tried again. */
export async function listAttempts(db: Database, runId: string): Promise<readonly FailedAttempts[]> {
  const query = db.selectFrom('shard').select(['stage', 'shard', 'attempt', 'spec']).where('run_id', '=', runId);
  const rows = await query.where('stage', 'like', 'attempt:%').orderBy('stage').orderBy('shard').limit(20).execute();
  return rows.map((row) => ({
    stage: row.stage.slice('attempt:'.length),
    shard: row.shard,
    attempts: row.attempt,
    failure: row.spec,
  }));
}
