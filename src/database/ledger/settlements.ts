/** Queries on deliveries whose worker went silent, and on those of which nobody knows whether they were taken. */
import { sql } from 'kysely';
import type { Database } from '../connecting/connection';
import type { RunOfDeliveries } from './deliveries';
import { checked, withSlot } from './ledger-keys';

export interface ExpiredDelivery {
  readonly userId: string;
  readonly token: string;
  readonly state: 'claimed' | 'unknown';
  readonly reason: string | undefined;
  readonly attempt: number;
  readonly leaseUntil: number;
  readonly claimedAt: number;
  /** How often it was sent again by the job's policy. */
  readonly resends: number;
}

/** Lists the rows whose worker went silent (lease run out before `now`), and those that are unknown. */
export async function listUnsettled(db: Database, runId: string, now: number): Promise<readonly ExpiredDelivery[]> {
  const rows = await sql<Selected>`
    SELECT user_id, token, state, reason, attempt, resends, coalesce(claimed_at, due_at) AS claimed_at,
           coalesce(lease_until, answered_at, claimed_at, due_at) AS since FROM delivery
    WHERE run_id = ${runId} AND ((state = 'claimed' AND lease_until < ${new Date(now)}) OR state = 'unknown') ORDER BY user_id
  `.execute(db);
  return rows.rows.map((row) => ({
    userId: row.user_id,
    token: row.token ?? '',
    state: row.state === 'unknown' ? 'unknown' : 'claimed',
    reason: row.reason ?? undefined,
    attempt: row.attempt,
    leaseUntil: row.since,
    claimedAt: row.claimed_at,
    resends: row.resends,
  }));
}

interface Selected {
  user_id: string;
  token: string | null;
  state: string;
  reason: string | null;
  attempt: number;
  resends: number;
  claimed_at: number;
  since: number;
}

export interface Settlement {
  readonly userId: string;
  readonly token: string;
  readonly to: 'planned' | 'unknown' | 'accepted' | 'dropped';
  /** `never_begun` gives the attempt back, `resent` counts as one more resend. */
  readonly reason: string;
}

/** Settles rows that a dead worker left: only those that still carry the token and are expired or unknown. */
export async function settleDeliveries(
  db: Database,
  run: RunOfDeliveries,
  batch: { readonly settlements: readonly Settlement[]; readonly now: number },
): Promise<number> {
  if (batch.settlements.length === 0) return 0;
  const now = new Date(batch.now);
  const saved = await sql`
    UPDATE delivery d SET state = r."to", reason = r.reason, answered_at = ${now}, lease_until = NULL,
           due_at = CASE WHEN r."to" = 'planned' THEN ${now} ELSE d.due_at END,
           token = CASE WHEN r."to" = 'planned' THEN NULL ELSE d.token END,
           attempt = CASE WHEN r.reason = 'never_begun' THEN d.attempt - 1 ELSE d.attempt END,
           resends = CASE WHEN r.reason = 'resent' THEN d.resends + 1 ELSE d.resends END
    FROM ${withSlot(run, sql`jsonb_to_recordset(${JSON.stringify(batch.settlements)}::jsonb) AS r("userId" text, token text, "to" text, reason text)`)}
    WHERE d.job = r.job AND d.slot = r.slot AND d.user_id = r."userId" AND coalesce(d.token, '') = r.token
      AND ${checked(sql`d.run_id = ${run.runId} AND ((d.state = 'claimed' AND d.lease_until < ${now}) OR d.state = 'unknown')`)}
  `.execute(db);
  return Number(saved.numAffectedRows ?? 0n);
}
