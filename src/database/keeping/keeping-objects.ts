/** Queries on the S3 objects of runs that are archived: which nobody else uses, and which are deleted. */
import { sql } from 'kysely';
import type { Database } from '../connecting/connection';

export interface DeletableJob {
  readonly name: string;
  /** Ends with `/`. */
  readonly outputUri: string;
  readonly inputUri: string;
}

/**
 * Marks the outputs that only archived runs use as deleted, before they are: from here on no run may go by them.
 * These are of the run's own batch jobs, and of those of its slot that failed and gave way to another attempt.
 * @param namePattern  matches the names of the slot's batch jobs, as a regular expression of PostgreSQL
 */
export async function markOutputsDeleted(
  db: Database,
  run: { readonly runId: string; readonly namePattern: string },
  now: number,
): Promise<readonly DeletableJob[]> {
  const rows = await sql<{ name: string; output_uri: string; input_uri: string }>`
    UPDATE batch_job b SET output_deleted_at = coalesce(b.output_deleted_at, ${new Date(now)})
    WHERE (EXISTS (SELECT FROM run_batch_job used WHERE used.run_id = ${run.runId} AND used.name = b.name) OR b.name ~ ${run.namePattern})
      AND NOT EXISTS (SELECT FROM run_batch_job used JOIN run USING (run_id) WHERE used.name = b.name AND run.archive_began_at IS NULL)
    RETURNING b.name, b.output_uri, b.input_uri
  `.execute(db);
  return rows.rows.map((row) => ({ name: row.name, outputUri: row.output_uri, inputUri: row.input_uri }));
}

/**
 * Tells whether an input may be deleted: inputs are named by their content, so that batch jobs of any run may share one.
 * `wait` where a run is being prepared, which may be about to use it.
 */
export async function checkInput(db: Database, inputUri: string): Promise<'delete' | 'keep' | 'wait'> {
  const found = await sql<{ used: boolean; preparing: boolean }>`
    SELECT EXISTS (SELECT FROM batch_job WHERE input_uri = ${inputUri} AND output_deleted_at IS NULL) AS used,
           EXISTS (SELECT FROM run WHERE state IN ('planned', 'preparing')) AS preparing
  `.execute(db);
  const { used, preparing } = found.rows[0] ?? { used: true, preparing: false };
  return used ? 'keep' : preparing ? 'wait' : 'delete';
}

/** Notes that an input is deleted. */
export async function markInputDeleted(db: Database, inputUri: string, now: number): Promise<void> {
  await db
    .updateTable('batch_job')
    .set({ input_deleted_at: new Date(now) })
    .where('input_uri', '=', inputUri)
    .where('output_deleted_at', 'is not', null)
    .execute();
}

/** Forgets an artefact whose object is deleted; the summary of the run goes on naming it. */
export async function dropArtefact(
  db: Database,
  runId: string,
  artefact: { kind: string; name: string },
): Promise<void> {
  const query = db.deleteFrom('artefact').where('run_id', '=', runId).where('kind', '=', artefact.kind);
  await query.where('name', '=', artefact.name).execute();
}

/** Tells whether another run has an object among what it has made: lists with equal users are one object. */
export async function isUriOfOthers(db: Database, runId: string, uri: string): Promise<boolean> {
  const query = db.selectFrom('artefact').select('run_id').where('uri', '=', uri).where('run_id', '<>', runId);
  return (await query.limit(1).executeTakeFirst()) !== undefined;
}
