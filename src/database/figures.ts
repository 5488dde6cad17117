/** Queries on figures over all runs, for monitoring: each is cheap, or goes through what is open alone. Times are epoch ms. */
import { sql } from 'kysely';
import type { Database } from './connecting/connection';

export interface RunFigure {
  readonly job: string;
  readonly state: string;
  readonly count: number;
  /** When the newest finished run was finished; null in other states. */
  readonly finishedAt: number | null;
}

/** Counts runs by job and state. */
export async function countRuns(db: Database): Promise<readonly RunFigure[]> {
  const found = await sql<RunFigure>`
    SELECT job, state, count(*) AS count, max(finished_at) FILTER (WHERE state = 'finished') AS "finishedAt"
    FROM run GROUP BY job, state ORDER BY job, state
  `.execute(db);
  return found.rows;
}

/** Counts open deliveries by job and state; it goes through all of them. */
export async function countOpenDeliveries(
  db: Database,
): Promise<readonly { readonly job: string; readonly state: string; readonly count: number }[]> {
  const found = await sql<{ job: string; state: string; count: number }>`
    SELECT r.job, d.state, sum(d.count)::bigint AS count FROM run r, LATERAL (
      SELECT state, count(*) AS count FROM delivery
      WHERE run_id = r.run_id AND state IN ('planned', 'claimed', 'deferred', 'unknown') GROUP BY state) d
    WHERE r.kind = 'email' AND r.state <> 'finished' GROUP BY r.job, d.state ORDER BY r.job, d.state
  `.execute(db);
  return found.rows;
}

/** Finds, of each job that is sending, the delivery that has been due longest; rows that wait for their domain are left out. */
export async function listOldestDue(
  db: Database,
  now: number,
): Promise<readonly { readonly job: string; readonly dueAt: number }[]> {
  const at = new Date(now);
  const found = await sql<{ job: string; dueAt: number }>`
    SELECT r.job, min(d.due_at) AS "dueAt" FROM run r, LATERAL (
      SELECT due_at FROM delivery WHERE run_id = r.run_id AND state IN ('planned', 'deferred') AND NOT held
      ORDER BY due_at LIMIT 1) d
    WHERE r.state = 'sending' AND d.due_at <= ${at} AND (r.hold_until IS NULL OR r.hold_until <= ${at})
    GROUP BY r.job ORDER BY r.job
  `.execute(db);
  return found.rows;
}

export interface BatchFigure {
  readonly kind: 'inference' | 'segment';
  /** Holding a place of the region's quota. */
  readonly inFlight: number;
  /** Waiting for a place. */
  readonly waiting: number;
  /** When the oldest was decided on that a run waits for, with a place or without; null for none. */
  readonly oldestAt: number | null;
}

/** Counts batch jobs that are not done, by kind. */
export async function countOpenBatchJobs(db: Database): Promise<readonly BatchFigure[]> {
  const found = await sql<BatchFigure>`
    SELECT k.kind, count(*) FILTER (WHERE o.state IN ('created', 'running') OR o.place_at IS NOT NULL) AS "inFlight",
           count(*) FILTER (WHERE o.state = 'intended' AND o.place_at IS NULL AND o.is_wanted) AS waiting,
           min(o.intended_at) FILTER (WHERE o.is_wanted) AS "oldestAt"
    FROM unnest(ARRAY['inference', 'segment']) AS k(kind) LEFT JOIN (
      SELECT j.kind, j.state, j.place_at, j.intended_at, EXISTS (
        SELECT FROM run_batch_job u JOIN run USING (run_id) WHERE u.name = j.name AND run.state = 'waiting') AS is_wanted
      FROM batch_job j WHERE j.state IN ('intended', 'created', 'running')) o USING (kind)
    GROUP BY k.kind ORDER BY k.kind
  `.execute(db);
  return found.rows;
}

/** Late slots are told for so long: then somebody has made up his mind. */
const LATE_MS = 7 * 86_400_000;

/** Counts, by job, the slots that have been found late in the last week and have no run yet that is finished or cancelled. */
export async function countLateSlots(
  db: Database,
  now: number,
): Promise<readonly { readonly job: string; readonly count: number }[]> {
  const found = await sql<{ job: string; count: number }>`
    SELECT n.job, count(DISTINCT n.slot) AS count FROM notice n
    WHERE n.kind = 'late' AND n.at > ${new Date(now - LATE_MS)} AND NOT EXISTS (
      SELECT FROM run r WHERE r.job = n.job AND r.slot = n.slot AND r.state IN ('finished', 'cancelled'))
    GROUP BY n.job ORDER BY n.job
  `.execute(db);
  return found.rows;
}
