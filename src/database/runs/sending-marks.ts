/** Queries on what a run has told S3: the number that grows while it sends, and its report. A shard's row holds each. */
import { sql } from 'kysely';
import type { Database } from '../connecting/connection';

const STAGE = 'sending-mark';
const REPORT_STAGE = 'report-mark';

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

/** Notes that a report is about to be written to S3: no delivery is open. */
export async function noteReporting(db: Database, runId: string): Promise<void> {
  await sql`
    INSERT INTO shard (run_id, stage, shard, spec, attempt) VALUES (${runId}, ${REPORT_STAGE}, 0, '{}', 1)
    ON CONFLICT (run_id, stage, shard) DO NOTHING
  `.execute(db);
}

/** Tells whether this database knows of a report, written or under way. */
export async function isReporting(db: Database, runId: string): Promise<boolean> {
  const query = db.selectFrom('shard').select('attempt').where('run_id', '=', runId).where('stage', '=', REPORT_STAGE);
  return (await query.executeTakeFirst()) !== undefined;
}
