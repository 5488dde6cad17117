/** Queries on runs: their states, which move forward only, and the events that time the stages. */
import { sql } from 'kysely';
import type { Database } from './connection';

/** The states of a run; the four last are not worked on. */
export const RUN_STATES = [
  'planned',
  'preparing',
  'waiting',
  'collecting',
  'sending',
  'writing',
  'paused',
  'finished',
  'failed',
  'cancelled',
] as const;
export type RunState = (typeof RUN_STATES)[number];

const IDLE: readonly RunState[] = ['paused', 'finished', 'failed', 'cancelled'];

export interface RunRow {
  readonly runId: string;
  readonly job: string;
  readonly slot: string;
  readonly n: number;
  readonly kind: 'email' | 'audience';
  readonly state: RunState;
  readonly pausedReason: string | undefined;
  readonly resumeState: RunState | undefined;
  /** `{code, message, fix}` of what stopped it. */
  readonly error: unknown;
  readonly plan: unknown;
  readonly bundleUri: string;
  readonly catalogueVersion: number;
  readonly createdAt: number;
  readonly updatedAt: number;
  readonly finishedAt: number | undefined;
  readonly summary: unknown;
}

export interface NewRun {
  readonly runId: string;
  readonly job: string;
  readonly slot: string;
  readonly n: number;
  readonly kind: 'email' | 'audience';
  readonly bundleUri: string;
  readonly catalogueVersion: number;
}

/** Creates a run in the state `planned`; false where it exists already. */
export async function createRun(db: Database, run: NewRun, now: number): Promise<boolean> {
  return db.transaction().execute(async (trx) => {
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
        created_at: new Date(now),
        updated_at: new Date(now),
      })
      .onConflict((conflict) => conflict.doNothing())
      .executeTakeFirst();
    if (created.numInsertedOrUpdatedRows !== 1n) return false;
    await addEvent(trx, run.runId, 'planned', now);
    return true;
  });
}

/** Finds a run by its id. */
export async function findRun(db: Database, runId: string): Promise<RunRow | undefined> {
  const row = await db.selectFrom('run').selectAll().where('run_id', '=', runId).executeTakeFirst();
  return row === undefined ? undefined : readRun(row);
}

/** Finds the newest run of a job's slot. */
export async function findLatestRun(db: Database, job: string, slot: string): Promise<RunRow | undefined> {
  const query = db.selectFrom('run').selectAll().where('job', '=', job).where('slot', '=', slot);
  const row = await query.orderBy('n', 'desc').limit(1).executeTakeFirst();
  return row === undefined ? undefined : readRun(row);
}

/** Lists runs, the newest first, from the one after `before` on (keyset: no page costs more than the first). */
export async function listRuns(
  db: Database,
  options: { readonly limit: number; readonly before?: { readonly createdAt: number; readonly runId: string } },
): Promise<readonly RunRow[]> {
  const { before, limit } = options;
  const query = db.selectFrom('run').selectAll().orderBy('created_at', 'desc').orderBy('run_id').limit(limit);
  const page =
    before === undefined
      ? query
      : query.where(sql<boolean>`(created_at, run_id) < (${new Date(before.createdAt)}, ${before.runId})`);
  return (await page.execute()).map(readRun);
}

/** Lists the runs that workers have to go on with. */
export async function openRuns(db: Database): Promise<readonly RunRow[]> {
  const rows = await db
    .selectFrom('run')
    .selectAll()
    .where('state', 'not in', [...IDLE])
    .orderBy('created_at')
    .execute();
  return rows.map(readRun);
}

export interface RunMove {
  readonly from: RunState;
  readonly to: RunState;
  readonly now: number;
  readonly pausedReason?: string;
  readonly error?: unknown;
}

/** Moves a run on if it still is in the state `from`; false where another worker was first. The state it came from is kept for a resume. */
export async function moveRun(db: Database, runId: string, move: RunMove): Promise<boolean> {
  const { from, to, now } = move;
  return db.transaction().execute(async (trx) => {
    const moved = await trx
      .updateTable('run')
      .set({
        state: to,
        updated_at: new Date(now),
        paused_reason: move.pausedReason ?? null,
        error: move.error === undefined ? null : JSON.stringify(move.error),
        resume_state: IDLE.includes(to) ? from : null,
        finished_at: to === 'finished' ? new Date(now) : null,
      })
      .where('run_id', '=', runId)
      .where('state', '=', from)
      .executeTakeFirst();
    if (moved.numUpdatedRows !== 1n) return false;
    await addEvent(trx, runId, to, now);
    return true;
  });
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
  bundle: { uri: string; catalogueVersion: number },
): Promise<void> {
  await db
    .updateTable('run')
    .set({ bundle_uri: bundle.uri, catalogue_version: bundle.catalogueVersion })
    .where('run_id', '=', runId)
    .where('state', '=', 'failed')
    .execute();
}

/** Stores the summary that the report was made of. */
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

async function addEvent(db: Database, runId: string, state: string, now: number): Promise<void> {
  await sql`
    INSERT INTO run_event (run_id, seq, state, at)
    SELECT ${runId}, coalesce(max(seq), 0) + 1, ${state}, ${new Date(now)}::timestamptz FROM run_event WHERE run_id = ${runId}
  `.execute(db);
}

interface SelectedRun {
  run_id: string;
  job: string;
  slot: string;
  n: number;
  kind: string;
  state: string;
  paused_reason: string | null;
  resume_state: string | null;
  error: unknown;
  plan: unknown;
  bundle_uri: string;
  catalogue_version: number;
  created_at: number;
  updated_at: number;
  finished_at: number | null;
  summary: unknown;
}

function readRun(row: SelectedRun): RunRow {
  return {
    runId: row.run_id,
    job: row.job,
    slot: row.slot,
    n: row.n,
    kind: row.kind === 'email' ? 'email' : 'audience',
    state: readState(row.state) ?? 'failed',
    pausedReason: row.paused_reason ?? undefined,
    resumeState: readState(row.resume_state),
    error: row.error ?? undefined,
    plan: row.plan ?? undefined,
    bundleUri: row.bundle_uri,
    catalogueVersion: row.catalogue_version,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
    finishedAt: row.finished_at ?? undefined,
    summary: row.summary ?? undefined,
  };
}

function readState(text: string | null): RunState | undefined {
  return RUN_STATES.find((state) => state === text);
}
