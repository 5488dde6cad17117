/** Queries on batch jobs: the intent is written before anything is bought. */
import type { Database } from './connection';

/** `intended` means that the create call may or may not have happened. */
export const BATCH_JOB_STATES = ['intended', 'created', 'running', 'done', 'failed'] as const;
export type BatchJobState = (typeof BATCH_JOB_STATES)[number];

export interface BatchJobRow {
  readonly name: string;
  readonly fingerprint: string;
  readonly part: number;
  readonly attempt: number;
  readonly kind: 'inference' | 'segment';
  readonly arn: string | undefined;
  readonly state: BatchJobState;
  readonly reason: string | undefined;
  /** What the create call says, as `run/buy.ts` wrote it. */
  readonly request: unknown;
  readonly lines: number;
  readonly inputUri: string;
  readonly outputUri: string;
  readonly createdAt: number | undefined;
}

export interface BatchJobOfRun extends BatchJobRow {
  /** An equal one had been bought by an earlier run. */
  readonly reused: boolean;
}

export type BatchJobIntent = Pick<
  BatchJobRow,
  'name' | 'fingerprint' | 'part' | 'attempt' | 'kind' | 'request' | 'lines' | 'inputUri' | 'outputUri'
>;

/** Writes the intent to buy, and that the run uses it; what is there already stays. */
export async function intendBatchJob(
  db: Database,
  runId: string,
  intent: BatchJobIntent & { readonly now: number },
): Promise<void> {
  await db.transaction().execute(async (trx) => {
    await trx
      .insertInto('batch_job')
      .values({
        name: intent.name,
        fingerprint: intent.fingerprint,
        part: intent.part,
        attempt: intent.attempt,
        kind: intent.kind,
        state: 'intended',
        request: JSON.stringify(intent.request),
        lines: intent.lines,
        input_uri: intent.inputUri,
        output_uri: intent.outputUri,
        intended_at: new Date(intent.now),
      })
      .onConflict((conflict) => conflict.column('name').doNothing())
      .execute();
    await useBatchJob(trx, runId, { name: intent.name, reused: false });
  });
}

/** Notes that a run goes by a batch job. */
export async function useBatchJob(
  db: Database,
  runId: string,
  use: { readonly name: string; readonly reused: boolean },
): Promise<void> {
  await db
    .insertInto('run_batch_job')
    .values({ run_id: runId, name: use.name, reused: use.reused })
    .onConflict((conflict) => conflict.doNothing())
    .execute();
}

/** Takes a failed batch job out of a run, so that a new attempt can stand in its place. */
export async function dropBatchJob(db: Database, runId: string, name: string): Promise<void> {
  await db.deleteFrom('run_batch_job').where('run_id', '=', runId).where('name', '=', name).execute();
}

/** Lists the batch jobs of a run by part. */
export async function batchJobsOf(db: Database, runId: string): Promise<readonly BatchJobOfRun[]> {
  const rows = await db
    .selectFrom('batch_job')
    .innerJoin('run_batch_job', 'run_batch_job.name', 'batch_job.name')
    .selectAll('batch_job')
    .select('run_batch_job.reused')
    .where('run_batch_job.run_id', '=', runId)
    .orderBy('batch_job.part')
    .execute();
  return rows.map((row) => ({ ...readBatchJob(row), reused: row.reused }));
}

/** Finds what was bought or intended for a fingerprint, the newest attempt first. */
export async function findByFingerprint(db: Database, fingerprint: string): Promise<readonly BatchJobRow[]> {
  const rows = await db
    .selectFrom('batch_job')
    .selectAll()
    .where('fingerprint', '=', fingerprint)
    .orderBy('attempt', 'desc')
    .execute();
  return rows.map(readBatchJob);
}

/** Records what became of a batch job. */
export async function saveBatchJobState(
  db: Database,
  name: string,
  change: { readonly state: BatchJobState; readonly arn?: string; readonly reason?: string; readonly now: number },
): Promise<void> {
  const at = new Date(change.now);
  await db
    .updateTable('batch_job')
    .set({
      state: change.state,
      ...(change.arn === undefined ? {} : { arn: change.arn }),
      ...(change.reason === undefined ? {} : { reason: change.reason }),
      ...(change.state === 'created' ? { created_at: at } : {}),
      ...(change.state === 'done' || change.state === 'failed' ? { done_at: at } : {}),
    })
    .where('name', '=', name)
    .execute();
}

interface SelectedBatchJob {
  name: string;
  fingerprint: string;
  part: number;
  attempt: number;
  kind: string;
  arn: string | null;
  state: string;
  reason: string | null;
  request: unknown;
  lines: number;
  input_uri: string;
  output_uri: string;
  created_at: number | null;
}

function readBatchJob(row: SelectedBatchJob): BatchJobRow {
  return {
    name: row.name,
    fingerprint: row.fingerprint,
    part: row.part,
    attempt: row.attempt,
    kind: row.kind === 'segment' ? 'segment' : 'inference',
    arn: row.arn ?? undefined,
    state: BATCH_JOB_STATES.find((state) => state === row.state) ?? 'intended',
    reason: row.reason ?? undefined,
    request: row.request,
    lines: row.lines,
    inputUri: row.input_uri,
    outputUri: row.output_uri,
    createdAt: row.created_at ?? undefined,
  };
}
