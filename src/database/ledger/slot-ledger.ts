/** Queries on what the runs of a slot have done for people already. */
import { sql } from 'kysely';
import type { Database } from '../connecting/connection';
import type { PlannedDelivery } from './deliveries';
import { withSlot } from './ledger-keys';

export type Recipient = Pick<PlannedDelivery, 'userId' | 'addressHash'>;

/** Lists the users that have a row of a run. */
export async function listUsersOfRun(db: Database, runId: string): Promise<ReadonlySet<string>> {
  const rows = await db.selectFrom('delivery').select('user_id').where('run_id', '=', runId).execute();
  return new Set(rows.map((row) => row.user_id));
}

/**
 * Tells which recipients a new run of the slot would plan: not those whose mail was accepted, may have been, or is under way,
 * nor those who share an address with one of them. It is the rule of `planDeliveries`.
 */
export async function findUnhandled(
  db: Database,
  slot: { readonly job: string; readonly slot: string },
  rows: readonly Recipient[],
): Promise<ReadonlySet<string>> {
  const users = rows.map((row) => row.userId);
  const hashes = rows.map((row) => row.addressHash);
  const found = await sql<{ user_id: string }>`
    SELECT r.user_id FROM ${withSlot(slot, sql`unnest(${users}::text[], ${hashes}::text[]) AS r(user_id, address_hash)`)}
    WHERE NOT EXISTS (
        SELECT FROM delivery d WHERE d.job = r.job AND d.slot = r.slot AND d.user_id = r.user_id
          AND d.state NOT IN ('planned', 'refused', 'excluded', 'dropped'))
      AND NOT EXISTS (
        SELECT FROM delivery d WHERE d.job = r.job AND d.slot = r.slot AND d.address_hash = r.address_hash
          AND d.reason IS DISTINCT FROM 'duplicate_address' AND d.state NOT IN ('planned', 'refused', 'excluded', 'dropped'))
  `.execute(db);
  return new Set(found.rows.map((row) => row.user_id));
}
