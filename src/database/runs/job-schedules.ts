/** Queries on schedules: what of a job has been decided, whether it is paused, and what it has yet to follow. */
import { sql } from 'kysely';
import type { Database } from '../connecting/connection';

/** What the database knows of a job's schedule. Times are epoch ms. */
export interface JobSchedule {
  readonly job: string;
  readonly since: number;
  readonly decidedUntil: number;
  readonly pausedAt: number | undefined;
}

/** Reads a job's schedule; a job that is seen for the first time begins now. */
export async function noteJobSchedule(db: Database, job: string, now: number): Promise<JobSchedule> {
  const known = await findJobSchedule(db, job);
  if (known !== undefined) return known;
  const at = new Date(now);
  await db
    .insertInto('job_schedule')
    .values({ job, since: at, decided_until: at })
    .onConflict((conflict) => conflict.doNothing())
    .execute();
  return { job, since: now, decidedUntil: now, pausedAt: undefined };
}

/** Finds what the database knows of a job's schedule; undefined where no worker has seen it. */
export async function findJobSchedule(db: Database, job: string): Promise<JobSchedule | undefined> {
  const row = await db.selectFrom('job_schedule').selectAll().where('job', '=', job).executeTakeFirst();
  if (row === undefined) return undefined;
  return { job, since: row.since, decidedUntil: row.decided_until, pausedAt: row.paused_at ?? undefined };
}

/** Notes that all fire times of a job up to one are decided; never goes back. */
export async function decideUntil(db: Database, job: string, at: number): Promise<void> {
  await db
    .updateTable('job_schedule')
    .set({ decided_until: new Date(at) })
    .where('job', '=', job)
    .where('decided_until', '<', sql<number>`${new Date(at)}`)
    .execute();
}

/** Pauses a job's schedule; false where it is paused already. */
export async function pauseJob(db: Database, job: string, now: number): Promise<boolean> {
  await noteJobSchedule(db, job, now);
  return setPaused(db, job, { from: 'resumed', at: new Date(now) });
}

/** Lets a job's schedule go on; false where it is not paused. */
export async function resumeJob(db: Database, job: string): Promise<boolean> {
  return setPaused(db, job, { from: 'paused', at: null });
}

async function setPaused(db: Database, job: string, change: { from: 'paused' | 'resumed'; at: Date | null }) {
  const changed = await db
    .updateTable('job_schedule')
    .set({ paused_at: change.at })
    .where('job', '=', job)
    .where('paused_at', change.from === 'paused' ? 'is not' : 'is', null)
    .executeTakeFirst();
  return changed.numUpdatedRows === 1n;
}

/** Lists the paused jobs with the time of their pause, epoch ms. */
export async function listPausedJobs(db: Database): Promise<ReadonlyMap<string, number>> {
  const rows = await db
    .selectFrom('job_schedule')
    .select(['job', 'paused_at'])
    .where('paused_at', 'is not', null)
    .execute();
  return new Map(rows.map((row) => [row.job, row.paused_at ?? 0]));
}

/**
 * Lists the slots of a job that have been finished since a time, and that a follower has no run of; the oldest first. Runs
 * that were kept to some recipients count on neither side: they are trials.
 */
export async function listSlotsToFollow(
  db: Database,
  wish: { readonly after: string; readonly follower: string; readonly since: number },
): Promise<readonly string[]> {
  const { rows } = await sql<{ slot: string }>`
    SELECT r.slot, min(r.finished_at) AS finished_at FROM run r
    WHERE r.job = ${wish.after} AND r.state = 'finished' AND r.finished_at > ${new Date(wish.since)}::timestamptz
      AND r.recipient_limit IS NULL AND r.only_to IS NULL
      AND NOT EXISTS (SELECT FROM run f WHERE f.job = ${wish.follower} AND f.slot = r.slot
        AND f.recipient_limit IS NULL AND f.only_to IS NULL)
    GROUP BY r.slot ORDER BY 2, 1
  `.execute(db);
  return rows.map((row) => row.slot);
}
