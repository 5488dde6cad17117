/** Queries on the number that grows while a run sends; a shard's row holds it, as it holds all that a stage must not forget. */
import { sql } from 'kysely';
import type { Database } from './connection';

const STAGE = 'sending-mark';

/** Adds one and answers the number. */
export async function advanceMark(db: Database, runId: string): Promise<number> {
  const row = await sql<{ attempt: number }>`
    INSERT INTO shard (run_id, stage, shard, spec, attempt) VALUES (${runId}, ${STAGE}, 0, '{}', 1)
    ON CONFLICT (run_id, stage, shard) DO UPDATE SET attempt = shard.attempt + 1 RETURNING attempt
  `.execute(db);
  return row.rows[0]?.attempt ?? 1;
}

/** Answers the number, 0 before the first mail. */
export async function readMark(db: Database, runId: string): Promise<number> {
  const query = db.selectFrom('shard').select('attempt').where('run_id', '=', runId).where('stage', '=', STAGE);
  return (await query.executeTakeFirst())?.attempt ?? 0;
}
