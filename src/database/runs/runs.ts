/** Queries on runs: their states, which move forward only, and the events that time the stages. */
import { sql } from 'kysely';
import type { NotifyRules } from '../../job/notify';
import type { ParamValues } from '../../job/params';
import type { Database } from '../connecting/connection';
import { refuseArchivedSlot } from '../keeping/archive';
import { noteMove } from './notices';
import { IDLE_STATES, type RunRow, type RunState, readRun } from './run-row';

export { RUN_STATES, type RunRow, type RunState } from './run-row';

export interface NewRun {
  readonly runId: string;
  readonly job: string;
  readonly slot: string;
  readonly n: number;
  readonly kind: 'email' | 'audience';
  readonly bundleUri: string;
  readonly catalogueVersion: number;
  readonly params?: ParamValues | undefined;
  readonly onlyTo?: readonly string[] | undefined;
  readonly limit?: number | undefined;
  readonly requestedBy?: string | undefined;
  /** Whom its job tells of what. */
  readonly notify?: NotifyRules | undefined;
  /** When it is late, epoch ms; of a job with a schedule its slots are. */
  readonly lateAt?: number | undefined;
}

/**
 * Creates a run in the state `planned`; false where it exists already.
 * @throws E_RUN_ARCHIVED where a run of the slot is archived
 */
export async function createRun(db: Database, run: NewRun, now: number): Promise<boolean> {
  const save = (trx: Database) => saveNewRun(trx, run, now);
  return db.isTransaction ? save(db) : db.transaction().execute(save);
}

async function saveNewRun(trx: Database, run: NewRun, now: number): Promise<boolean> {
  await refuseArchivedSlot(trx, run);
  const created = await trx
    .insertInto('run')
    .values({
      run_id: run.runId,
      job: run.job,
      slot: run.slot,
      n: run.n,
      kind: run.kind,
      state: 'planned',
      bundle_uri: run.bundleUri,
      catalogue_version: run.catalogueVersion,
      params: run.params === undefined ? null : JSON.stringify(run.params),
      only_to: run.onlyTo === undefined ? null : [...run.onlyTo],
      recipient_limit: run.limit ?? null,
      requested_by: run.requestedBy ?? null,
      notify: run.notify === undefined ? null : JSON.stringify(run.notify),
      late_at: run.lateAt === undefined ? null : new Date(run.lateAt),
      created_at: new Date(now),
      updated_at: new Date(now),
    })
    .onConflict((conflict) => conflict.doNothing())
    .executeTakeFirst();
  if (created.numInsertedOrUpdatedRows !== 1n) return false;
  await addEvent(trx, run.runId, { state: 'planned', now });
  return true;
}

/** Finds a run by its id. */
export async function findRun(db: Database, runId: string): Promise<RunRow | undefined> {
  const row = await db.selectFrom('run').selectAll().where('run_id', '=', runId).executeTakeFirst();
  return row === undefined ? undefined : readRun(row);
}

export interface RunMove {
  readonly from: RunState;
  readonly to: RunState;
  readonly now: number;
  readonly pausedReason?: string;
  readonly error?: unknown;
  /** From when on refusals count towards the job's stopAfterErrors; a person who lets a run go on sets it. */
  readonly errorsSince?: number;
}

/** Moves a run on if it still is in the state `from`; false where another worker was first. The state it came from is kept for a resume. */
export async function moveRun(db: Database, runId: string, move: RunMove): Promise<boolean> {
  const save = (trx: Database) => saveMove(trx, runId, move);
  return db.isTransaction ? save(db) : db.transaction().execute(save);
}

async function saveMove(trx: Database, runId: string, move: RunMove): Promise<boolean> {
  const { from, to, now } = move;
  const moved = await trx
    .updateTable('run')
    .set({
      state: to,
      updated_at: new Date(now),
      paused_reason: move.pausedReason ?? null,
      error: move.error === undefined ? null : JSON.stringify(move.error),
      resume_state: IDLE_STATES.includes(to) ? from : null,
      finished_at: to === 'finished' ? new Date(now) : null,
      ...(move.errorsSince === undefined ? {} : { errors_since: new Date(move.errorsSince) }),
    })
    .where('run_id', '=', runId)
    .where('state', '=', from)
    // What is archived has ended for good.
    .where('archive_began_at', 'is', null)
    .executeTakeFirst();
  if (moved.numUpdatedRows !== 1n) return false;
  await addEvent(trx, runId, { state: to, now, reason: move.pausedReason, error: move.error });
  return true;
}

/** Stores the plan of a run. */
export async function savePlan(db: Database, runId: string, plan: unknown): Promise<void> {
  await db
    .updateTable('run')
    .set({ plan: JSON.stringify(plan) })
    .where('run_id', '=', runId)
    .execute();
}

/** Stores the bundle and the catalogue version that a failed run is to go by; one that goes on already keeps its own. */
export async function saveBundle(
  db: Database,
  runId: string,
  bundle: {
    uri: string;
    catalogueVersion: number;
    notify: NotifyRules | undefined;
    params: ParamValues | undefined;
  },
): Promise<void> {
  const notify = bundle.notify === undefined ? null : JSON.stringify(bundle.notify);
  const params = bundle.params === undefined ? null : JSON.stringify(bundle.params);
  await db
    .updateTable('run')
    .set({ bundle_uri: bundle.uri, catalogue_version: bundle.catalogueVersion, notify, params })
    .where('run_id', '=', runId)
    .where('state', '=', 'failed')
    .execute();
}

/**
 * Closes a run with the summary that its report was made of, if it still is in the state `from` and no delivery is open:
 * whoever is last closes it, and one that a person has let go on meanwhile stays open.
 */
export async function closeRun(
  db: Database,
  runId: string,
  close: { readonly from: RunState; readonly summary: unknown; readonly now: number },
): Promise<boolean> {
  return db.transaction().execute(async (trx) => {
    // The lock comes first: what is looked at after it is what every earlier move has left.
    await sql`SELECT FROM run WHERE run_id = ${runId} FOR UPDATE`.execute(trx);
    const closed = await trx
      .updateTable('run')
      .set({
        state: 'finished',
        updated_at: new Date(close.now),
        finished_at: new Date(close.now),
        resume_state: close.from,
        summary: JSON.stringify(close.summary),
      })
      .where('run_id', '=', runId)
      .where('state', '=', close.from)
      .where(
        sql<boolean>`NOT EXISTS (SELECT FROM delivery d WHERE d.run_id = ${runId} AND d.state IN ('planned', 'deferred'))
          AND NOT EXISTS (SELECT FROM delivery d WHERE d.run_id = ${runId} AND d.state IN ('claimed', 'unknown'))`,
      )
      .executeTakeFirst();
    if (closed.numUpdatedRows !== 1n) return false;
    await addEvent(trx, runId, { state: 'finished', now: close.now });
    return true;
  });
}

/** Replaces the summary of a run. */
export async function saveSummary(db: Database, runId: string, summary: unknown): Promise<void> {
  await db
    .updateTable('run')
    .set({ summary: JSON.stringify(summary) })
    .where('run_id', '=', runId)
    .execute();
}

/** Lists the states that a run went through, in order, with their times. */
export async function runEvents(db: Database, runId: string): Promise<readonly { state: string; at: number }[]> {
  return db.selectFrom('run_event').select(['state', 'at']).where('run_id', '=', runId).orderBy('seq').execute();
}

interface NewEvent {
  readonly state: RunState;
  readonly now: number;
  readonly reason?: string | undefined;
  readonly error?: unknown;
}

/** People are told by what is written in the same transaction: of no move that is not made, and of each that is. */
async function addEvent(db: Database, runId: string, { state, now, reason, error }: NewEvent): Promise<void> {
  const added = await sql<{ seq: number }>`
    INSERT INTO run_event (run_id, seq, state, at)
    SELECT ${runId}, coalesce(max(seq), 0) + 1, ${state}, ${new Date(now)}::timestamptz FROM run_event WHERE run_id = ${runId}
    RETURNING seq
  `.execute(db);
  const [event] = added.rows;
  if (event !== undefined && IDLE_STATES.includes(state))
    await noteMove(db, { runId, seq: event.seq, kind: state, now, reason, error });
}
