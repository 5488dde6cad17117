/** Queries on what is late: slots of schedules by their deadlines, and runs of jobs without one. */
import { sql } from 'kysely';
import type { Database } from '../connecting/connection';
import { lateEvent } from './notices';

/** What the database knows of a job's deadlines. Times are epoch ms. */
export interface DeadlineMarks {
  /** When workers first saw the job. */
  readonly since: number;
  readonly pausedAt: number | undefined;
  /** The schedule has decided on all slots up to it. */
  readonly decidedUntil: number;
  /** Deadlines up to it are judged; undefined where none was yet. */
  readonly lateUntil: number | undefined;
}

/** Reads a job's marks; undefined where no worker has seen it. `lock` keeps other workers out until the transaction ends. */
export async function readDeadlineMarks(
  db: Database,
  job: string,
  { lock }: { readonly lock: boolean },
): Promise<DeadlineMarks | undefined> {
  const query = db
    .selectFrom('job_schedule')
    .select(['since', 'paused_at', 'decided_until', 'late_until'])
    .where('job', '=', job);
  const row = await (lock ? query.forUpdate() : query).executeTakeFirst();
  if (row === undefined) return undefined;
  const { since, paused_at, decided_until, late_until } = row;
  return { since, pausedAt: paused_at ?? undefined, decidedUntil: decided_until, lateUntil: late_until ?? undefined };
}

/** Notes that all deadlines of a job up to one are judged. */
export async function judgeUntil(db: Database, job: string, at: number): Promise<void> {
  await db
    .updateTable('job_schedule')
    .set({ late_until: new Date(at) })
    .where('job', '=', job)
    .execute();
}

/** Stores what a job's file says of its deadlines; null where it says nothing. */
export async function saveWatch(db: Database, job: string, watch: unknown): Promise<void> {
  const text = watch === null ? null : JSON.stringify(watch);
  await db.updateTable('job_schedule').set({ watch: text }).where('job', '=', job).execute();
}

/** Reads what a job's file said when it could be read last. */
export async function readWatch(db: Database, job: string): Promise<unknown> {
  const row = await db.selectFrom('job_schedule').select('watch').where('job', '=', job).executeTakeFirst();
  return row?.watch ?? undefined;
}

/** A slot that is not done; `runId` of its newest run for everybody, undefined where that was never started. */
export interface UndoneSlot {
  readonly slot: string;
  readonly runId: string | undefined;
}

/**
 * Finds which of some slots have neither a finished run nor one that a person has cancelled, in their order. Runs that were
 * kept to some recipients are trials: they count only where the schedule has found nobody left for a run of its own.
 */
export async function findUndoneSlots(
  db: Database,
  job: string,
  { slots, decided }: { readonly slots: readonly string[]; readonly decided: readonly string[] },
): Promise<readonly UndoneSlot[]> {
  const { rows } = await sql<{ slot: string; run_id: string | null }>`
    SELECT s.slot, r.run_id FROM unnest(${[...slots]}::text[]) WITH ORDINALITY AS s(slot, nth)
    LEFT JOIN LATERAL (
      SELECT run_id, state FROM run WHERE job = ${job} AND slot = s.slot AND recipient_limit IS NULL AND only_to IS NULL
      ORDER BY n DESC LIMIT 1) r ON true
    WHERE r.state IS DISTINCT FROM 'cancelled'
      AND NOT EXISTS (
        SELECT FROM run f WHERE f.job = ${job} AND f.slot = s.slot AND f.state = 'finished'
          AND (f.recipient_limit IS NULL AND f.only_to IS NULL
            OR r.run_id IS NULL AND s.slot = ANY (${[...decided]}::text[])))
    ORDER BY s.nth
  `.execute(db);
  return rows.map(({ slot, run_id }) => ({ slot, runId: run_id ?? undefined }));
}

/** Notes that a slot is late; once, whoever notes it. */
export async function noteLateSlot(
  db: Database,
  late: UndoneSlot & {
    readonly job: string;
    readonly deadline: number;
    /** Further slots of the job that are late with it. */
    readonly others: number;
    readonly rules: unknown;
    readonly now: number;
  },
): Promise<void> {
  const facts = { deadline: late.deadline, others: late.others };
  await db
    .insertInto('notice')
    .values({
      event: lateEvent(late),
      kind: 'late',
      job: late.job,
      slot: late.slot,
      run_id: late.runId ?? null,
      at: new Date(late.now),
      facts: JSON.stringify(facts),
      rules: JSON.stringify(late.rules),
    })
    .onConflict((conflict) => conflict.doNothing())
    .execute();
}

const RUNS_AT_A_TIME = 50;

/** Notes the runs of jobs without a schedule whose time is over; each once. */
export async function noteLateRuns(db: Database, now: number): Promise<void> {
  const at = new Date(now);
  await sql`
    WITH due AS (
      UPDATE run SET late_at = NULL FROM (
        SELECT run_id, late_at AS deadline FROM run WHERE late_at <= ${at}::timestamptz
        LIMIT ${RUNS_AT_A_TIME} FOR UPDATE SKIP LOCKED) AS d
      WHERE run.run_id = d.run_id
      RETURNING run.run_id, run.job, run.slot, run.state, d.deadline)
    INSERT INTO notice (event, kind, job, slot, run_id, at, facts)
    SELECT 'late:' || run_id, 'late', job, slot, run_id, ${at}::timestamptz,
           jsonb_build_object('deadline', (extract(epoch FROM deadline) * 1000)::bigint, 'others', 0)
    FROM due WHERE state NOT IN ('finished', 'cancelled')
    ON CONFLICT DO NOTHING
  `.execute(db);
}
