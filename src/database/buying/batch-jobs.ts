/** Queries on batch jobs: the intent is written before anything is bought. */
import type { Money } from '../../units';
import type { Database } from '../connecting/connection';
import { findOverspending, type MonthBudget, type MonthSpending } from './budget';

/** `intended` means that the create call may or may not have happened. */
export const BATCH_JOB_STATES = ['intended', 'created', 'running', 'done', 'failed'] as const;
export type BatchJobState = (typeof BATCH_JOB_STATES)[number];

/** The states that each one follows on; a late worker never moves a batch job back. */
const BEFORE: Readonly<Record<BatchJobState, readonly BatchJobState[]>> = {
  intended: [],
  created: ['intended'],
  running: ['intended', 'created'],
  done: ['intended', 'created', 'running'],
  failed: ['intended', 'created', 'running'],
};

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
  /** When it was first seen to be done or failed. */
  readonly doneAt: number | undefined;
  /** Its time of keeping is over: it can't be used again. */
  readonly isOutputDeleted: boolean;
}

export interface BatchJobOfRun extends BatchJobRow {
  /** An equal one had been bought by an earlier run. */
  readonly reused: boolean;
  /** The sections of the e-mail that its output is for; undefined where it is for the e-mail's own items alone. */
  readonly sections?: readonly string[];
}

export type BatchJobIntent = Pick<
  BatchJobRow,
  'name' | 'fingerprint' | 'part' | 'attempt' | 'kind' | 'request' | 'lines' | 'inputUri' | 'outputUri'
> & {
  /** What it is expected to cost. */
  readonly cost: Money;
};

/** A batch job that a run goes by: a new intent, or the name of one that is there. */
export type Purchase = (
  | { readonly how: 'new'; readonly intent: BatchJobIntent }
  | { readonly how: 'reused'; readonly name: string }
) & { readonly sections?: readonly string[] | undefined };

/** What a run buys, in place of what; `now` is epoch ms. */
export interface PurchaseChange {
  readonly purchases: readonly Purchase[];
  /** Names of failed ones that are no longer the run's. */
  readonly dropped: readonly string[];
  /** Whether these are all batch jobs that the run is to have. */
  readonly isWhole: boolean;
  /** What the purchases cost in all, and the budget that they have to fit into; undefined where there is none. */
  readonly within?: { readonly budget: MonthBudget; readonly cost: Money } | undefined;
  readonly now: number;
}

/**
 * Writes what a run buys, all parts in one transaction: a run that is interrupted has decided on all of them or on none.
 * Writes nothing where another worker has decided meanwhile: the one that lost its lock must not add to it.
 * @returns what the month has been spent on, where its budget has no room for the purchases; then nothing is written
 */
export async function savePurchases(
  db: Database,
  runId: string,
  change: PurchaseChange,
): Promise<MonthSpending | undefined> {
  return db.transaction().execute(async (trx) => {
    await trx.selectFrom('run').select('run_id').where('run_id', '=', runId).forUpdate().execute();
    if (!(await isAsDecidedOn(trx, runId, change))) return undefined;
    const { within } = change;
    const overspending = within && (await findOverspending(trx, within.budget, within.cost));
    if (overspending !== undefined) return overspending;
    if (change.dropped.length > 0) {
      await trx.deleteFrom('run_batch_job').where('run_id', '=', runId).where('name', 'in', change.dropped).execute();
    }
    for (const purchase of change.purchases) {
      if (purchase.how === 'new') await insertIntent(trx, purchase.intent, change.now);
      const name = purchase.how === 'new' ? purchase.intent.name : purchase.name;
      await trx
        .insertInto('run_batch_job')
        .values({
          run_id: runId,
          name,
          reused: purchase.how === 'reused',
          ...(purchase.sections === undefined ? {} : { sections: [...purchase.sections] }),
        })
        .onConflict((conflict) => conflict.doNothing())
        .execute();
    }
    return undefined;
  });
}

/** Tells whether the run still has the batch jobs that the decision replaces, and, of a whole one, no others. */
async function isAsDecidedOn(trx: Database, runId: string, change: PurchaseChange): Promise<boolean> {
  const rows = await trx.selectFrom('run_batch_job').select('name').where('run_id', '=', runId).execute();
  const names = new Set(rows.map((row) => row.name));
  return change.dropped.every((name) => names.has(name)) && (!change.isWhole || names.size === change.dropped.length);
}

async function insertIntent(db: Database, intent: BatchJobIntent, now: number): Promise<void> {
  await db
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
      cost: intent.cost.amount ?? null,
      cost_currency: intent.cost.currency,
      intended_at: new Date(now),
    })
    .onConflict((conflict) => conflict.column('name').doNothing())
    .execute();
}

/** Lists the batch jobs of a run by part, those of the e-mail's own items before those of sections. */
export async function batchJobsOf(db: Database, runId: string): Promise<readonly BatchJobOfRun[]> {
  const rows = await db
    .selectFrom('batch_job')
    .innerJoin('run_batch_job', 'run_batch_job.name', 'batch_job.name')
    .selectAll('batch_job')
    .select(['run_batch_job.reused', 'run_batch_job.sections'])
    .where('run_batch_job.run_id', '=', runId)
    .orderBy('run_batch_job.sections', (order) => order.asc().nullsFirst())
    .orderBy('batch_job.part')
    .execute();
  return rows.map(({ sections, ...row }) => ({
    ...readBatchJob(row),
    reused: row.reused,
    ...(sections === null ? {} : { sections }),
  }));
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

/** Records what became of a batch job; false where it is further on already, and nothing was changed. */
export async function saveBatchJobState(
  db: Database,
  name: string,
  change: { readonly state: BatchJobState; readonly arn?: string; readonly reason?: string; readonly now: number },
): Promise<boolean> {
  const at = new Date(change.now);
  const saved = await db
    .updateTable('batch_job')
    .set({
      state: change.state,
      ...(change.arn === undefined ? {} : { arn: change.arn }),
      ...(change.reason === undefined ? {} : { reason: change.reason }),
      ...(change.state === 'created' ? { created_at: at } : {}),
      ...(change.state === 'done' || change.state === 'failed' ? { done_at: at } : {}),
    })
    .where('name', '=', name)
    .where('state', 'in', BEFORE[change.state])
    .executeTakeFirst();
  return saved.numUpdatedRows === 1n;
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
  done_at: number | null;
  output_deleted_at: number | null;
}

/** Reads a row of the table `batch_job`. */
export function readBatchJob(row: SelectedBatchJob): BatchJobRow {
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
    doneAt: row.done_at ?? undefined,
    isOutputDeleted: row.output_deleted_at !== null,
  };
}
