/** Lets audience runs go on that were writing when each query was written by itself: their queries are collected first now. */
import { type Kysely, sql } from 'kysely';

const STATEMENTS = [
  `CREATE TEMPORARY TABLE writing_queries ON COMMIT DROP AS
     SELECT run_id FROM run WHERE kind = 'audience' AND state NOT IN ('finished', 'cancelled') AND archive_began_at IS NULL
       AND EXISTS (SELECT FROM shard WHERE shard.run_id = run.run_id AND stage = 'write' AND spec->>'query' IS NOT NULL)`,
  // Sizes were measured in shards of this name, where a guard asked for them.
  `DELETE FROM shard USING writing_queries AS w WHERE shard.run_id = w.run_id AND stage = 'collect'`,
  // Member files that are there are used again; the other files are written anew under the same names.
  `UPDATE shard SET stage = 'collect', result = NULL, done_at = NULL FROM writing_queries AS w
     WHERE shard.run_id = w.run_id AND stage = 'write'`,
  `UPDATE run SET state = 'collecting' FROM writing_queries AS w WHERE run.run_id = w.run_id AND state = 'writing'`,
  `UPDATE run SET resume_state = 'collecting' FROM writing_queries AS w WHERE run.run_id = w.run_id AND resume_state = 'writing'`,
];

/** Applies the migration; Kysely runs it in one transaction. */
export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of STATEMENTS) await sql.raw(statement).execute(db);
}
