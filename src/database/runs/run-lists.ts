/** Queries on many runs at a time: pages for people, and what workers have to go on with. */
import { sql } from 'kysely';
import type { Database } from '../connecting/connection';
import { type RunRow, type RunState, readRun } from './run-row';

/** Where a page begins: after this run, the newest being first. */
export interface RunMark {
  readonly createdAt: number;
  readonly runId: string;
}

export interface RunFilter {
  readonly limit: number;
  readonly before?: RunMark;
  readonly job?: string;
  readonly states?: readonly RunState[];
}

/** Lists runs, the newest first, from the one after `before` on (keyset: no page costs more than the first). */
export async function listRuns(db: Database, filter: RunFilter): Promise<readonly RunRow[]> {
  const { before, job, states } = filter;
  const newest = db.selectFrom('run').selectAll().orderBy('created_at', 'desc').orderBy('run_id', 'desc');
  const rows = await newest
    .$if(job !== undefined, (query) => query.where('job', '=', job ?? ''))
    .$if(states !== undefined, (query) => query.where('state', 'in', [...(states ?? [])]))
    .$if(before !== undefined, (query) =>
      query.where(sql<boolean>`(created_at, run_id) < (${new Date(before?.createdAt ?? 0)}, ${before?.runId ?? ''})`),
    )
    .limit(filter.limit)
    .execute();
  return rows.map(readRun);
}

/** Lists the runs that workers have to go on with, the oldest first. The states are literal so that the index of open runs serves it. */
export async function openRuns(db: Database): Promise<readonly RunRow[]> {
  const rows = await db
    .selectFrom('run')
    .selectAll()
    .where(sql<boolean>`state NOT IN ('paused', 'finished', 'failed', 'cancelled')`)
    .orderBy('created_at')
    .execute();
  return rows.map(readRun);
}

/** Lists cancelled runs with rows whose worker went silent, which no stage of theirs will settle any more. */
export async function listCancelledWithClaims(db: Database, now: number): Promise<readonly RunRow[]> {
  const rows = await db
    .selectFrom('run')
    .selectAll()
    .where('state', '=', 'cancelled')
    .where(
      sql<boolean>`run_id IN (SELECT run_id FROM delivery WHERE state = 'claimed' AND lease_until < ${new Date(now)})`,
    )
    .execute();
  return rows.map(readRun);
}

/** Finds the run that a slot stands for: the newest. */
export async function findLatestRun(db: Database, job: string, slot: string): Promise<RunRow | undefined> {
  const query = db.selectFrom('run').selectAll().where('job', '=', job).where('slot', '=', slot);
  const row = await query.orderBy('n', 'desc').limit(1).executeTakeFirst();
  return row === undefined ? undefined : readRun(row);
}

/** Tells whether a slot has a run that was not kept to some recipients. */
export async function hasFullRun(db: Database, job: string, slot: string): Promise<boolean> {
  const query = db.selectFrom('run').select('run_id').where('job', '=', job).where('slot', '=', slot);
  const full = query.where('recipient_limit', 'is', null).where('only_to', 'is', null);
  return (await full.limit(1).executeTakeFirst()) !== undefined;
}

/** Tells whether a run of the slot is archived, or about to be: then the ledger no longer knows who was written to. */
export async function isSlotArchived(db: Database, job: string, slot: string): Promise<boolean> {
  const query = db.selectFrom('run').select('run_id').where('job', '=', job).where('slot', '=', slot);
  return (await query.where('archive_began_at', 'is not', null).limit(1).executeTakeFirst()) !== undefined;
}
