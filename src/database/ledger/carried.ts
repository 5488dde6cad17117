/** Finds who still waits for the mail of an earlier slot of the same job. */
import { sql } from 'kysely';
import type { Database } from '../connecting/connection';
import { checked, SAME_KEY } from './ledger-keys';

/** Slots of runs that will go on by themselves or by a person's word; one that failed or was cancelled carries nobody. */
export async function listOpenSlots(db: Database, job: string, before: string): Promise<readonly string[]> {
  const rows = await sql<{ slot: string }>`
    SELECT DISTINCT slot FROM run
    WHERE job = ${job} AND slot < ${before} AND state NOT IN ('finished', 'failed', 'cancelled') ORDER BY slot
  `.execute(db);
  return rows.rows.map((row) => row.slot);
}

/** Tells which of these users have an open delivery in one of these slots, by the primary key. */
export async function findCarried(
  db: Database,
  from: { readonly job: string; readonly slots: readonly string[] },
  userIds: readonly string[],
): Promise<ReadonlySet<string>> {
  if (from.slots.length === 0 || userIds.length === 0) return new Set();
  const rows = await sql<{ user_id: string }>`
    WITH r AS MATERIALIZED (
      SELECT ${from.job}::text AS job, s.slot, u.user_id FROM unnest(${[...from.slots]}::text[]) AS s(slot)
      CROSS JOIN unnest(${[...userIds]}::text[]) AS u(user_id)),
    open AS MATERIALIZED (SELECT d.user_id, d.run_id FROM r JOIN delivery d ON ${SAME_KEY} WHERE ${checked(sql`d.state IN ('planned', 'claimed', 'deferred', 'unknown')`)})
    SELECT DISTINCT open.user_id FROM open JOIN run ON run.run_id = open.run_id AND run.state NOT IN ('finished', 'failed', 'cancelled')
  `.execute(db);
  return new Set(rows.rows.map((row) => row.user_id));
}
