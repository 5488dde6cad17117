/** Queries on the delivery ledger while mails are sent: claim before SMTP, answer after it, and what a dead worker left behind. */
import { sql } from 'kysely';
import { z } from 'zod';
import type { Database } from './connection';
import type { RunOfDeliveries } from './deliveries';

export interface ClaimedDelivery {
  readonly userId: string;
  readonly addressHash: string;
  readonly slate: readonly string[];
  readonly fallback: boolean;
  /** 1 for the first attempt. */
  readonly attempt: number;
}

const claimedSchema = z.object({
  user_id: z.string(),
  address_hash: z.string(),
  slate: z.array(z.string()),
  fallback: z.boolean(),
  attempt: z.number(),
});

export interface Claim {
  /** Fencing token of the worker: only who holds it may answer. */
  readonly token: string;
  readonly limit: number;
  readonly now: number;
  readonly leaseMs: number;
}

/** Claims due deliveries for one worker in one commit, before anything is sent; the earliest due first. */
export async function claimDeliveries(db: Database, runId: string, claim: Claim): Promise<readonly ClaimedDelivery[]> {
  const rows = await sql`
    WITH due AS (
      SELECT job, slot, user_id FROM delivery
      WHERE run_id = ${runId} AND state IN ('planned', 'deferred') AND due_at <= ${new Date(claim.now)} AND slate IS NOT NULL
      ORDER BY due_at, user_id LIMIT ${claim.limit} FOR UPDATE SKIP LOCKED)
    UPDATE delivery d SET state = 'claimed', token = ${claim.token}, claimed_at = ${new Date(claim.now)},
           lease_until = ${new Date(claim.now + claim.leaseMs)}, attempt = d.attempt + 1, reason = NULL
    FROM due WHERE d.job = due.job AND d.slot = due.slot AND d.user_id = due.user_id
    RETURNING d.user_id, d.address_hash, d.slate, d.fallback, d.attempt
  `.execute(db);
  return rows.rows.map((row) => {
    const read = claimedSchema.parse(row);
    return {
      userId: read.user_id,
      addressHash: read.address_hash,
      slate: read.slate,
      fallback: read.fallback,
      attempt: read.attempt,
    };
  });
}

export interface DeliveryAnswer {
  readonly userId: string;
  readonly state: 'accepted' | 'refused' | 'excluded' | 'dropped' | 'deferred' | 'unknown' | 'planned';
  readonly reason?: string | undefined;
  readonly messageId?: string | undefined;
  readonly smtpCode?: number | undefined;
  readonly enhancedCode?: string | undefined;
  readonly answer?: string | undefined;
  /** For `deferred`: when to try again (epoch ms). */
  readonly dueAt?: number | undefined;
}

/**
 * Records the answers of a batch in one commit; only rows that this token still holds change.
 * One that goes back to `planned` was never begun, so it has not used up an attempt.
 * A row that became `unknown` because the lease ran out takes the late answer of its own worker: that is evidence.
 */
export async function answerDeliveries(
  db: Database,
  run: RunOfDeliveries,
  batch: { readonly token: string; readonly answers: readonly DeliveryAnswer[]; readonly now: number },
): Promise<number> {
  if (batch.answers.length === 0) return 0;
  const values = batch.answers.map((answer) => ({
    user_id: answer.userId,
    state: answer.state,
    reason: answer.reason ?? null,
    message_id: answer.messageId ?? null,
    smtp_code: answer.smtpCode ?? null,
    enhanced_code: answer.enhancedCode ?? null,
    answer: answer.answer ?? null,
    due_at: answer.dueAt === undefined ? null : new Date(answer.dueAt).toISOString(),
  }));
  const saved = await sql`
    UPDATE delivery d SET state = r.state, reason = r.reason, message_id = coalesce(r.message_id, d.message_id), smtp_code = r.smtp_code,
           enhanced_code = r.enhanced_code, answer = r.answer, due_at = coalesce(r.due_at, d.due_at), answered_at = ${new Date(batch.now)},
           lease_until = NULL, attempt = CASE WHEN r.state = 'planned' THEN d.attempt - 1 ELSE d.attempt END
    FROM jsonb_to_recordset(${JSON.stringify(values)}::jsonb) AS r(user_id text, state text, reason text, message_id text,
         smtp_code integer, enhanced_code text, answer text, due_at timestamptz)
    WHERE d.job = ${run.job} AND d.slot = ${run.slot} AND d.user_id = r.user_id AND d.run_id = ${run.runId}
      AND d.token = ${batch.token} AND d.state IN ('claimed', 'unknown')
  `.execute(db);
  return Number(saved.numAffectedRows ?? 0n);
}

/**
 * Extends the lease of rows in flight, so that a slow server doesn't make them unknown.
 * @returns the users whose rows are still held: one whose lease had run out meanwhile may be another's by now
 */
export async function extendLeases(
  db: Database,
  run: RunOfDeliveries,
  lease: { readonly token: string; readonly userIds: readonly string[]; readonly now: number; readonly until: number },
): Promise<ReadonlySet<string>> {
  const rows = await sql<{ user_id: string }>`
    UPDATE delivery d SET lease_until = ${new Date(lease.until)} FROM unnest(${[...lease.userIds]}::text[]) AS r(user_id)
    WHERE d.job = ${run.job} AND d.slot = ${run.slot} AND d.user_id = r.user_id AND d.token = ${lease.token} AND d.state = 'claimed'
      AND d.lease_until > ${new Date(lease.now)}
    RETURNING d.user_id
  `.execute(db);
  return new Set(rows.rows.map((row) => row.user_id));
}

export interface ExpiredDelivery {
  readonly userId: string;
  readonly token: string;
  readonly state: 'claimed' | 'unknown';
  readonly attempt: number;
  readonly leaseUntil: number;
}

/** Lists the rows whose worker went silent (lease run out before `now`), and those that are unknown. */
export async function listUnsettled(db: Database, runId: string, now: number): Promise<readonly ExpiredDelivery[]> {
  const rows = await sql<{ user_id: string; token: string | null; state: string; attempt: number; since: number }>`
    SELECT user_id, token, state, attempt, coalesce(lease_until, answered_at, claimed_at) AS since FROM delivery
    WHERE run_id = ${runId} AND ((state = 'claimed' AND lease_until < ${new Date(now)}) OR state = 'unknown') ORDER BY user_id
  `.execute(db);
  return rows.rows.map((row) => ({
    userId: row.user_id,
    token: row.token ?? '',
    state: row.state === 'unknown' ? 'unknown' : 'claimed',
    attempt: row.attempt,
    leaseUntil: row.since,
  }));
}

export interface Settlement {
  readonly userId: string;
  readonly token: string;
  readonly to: 'planned' | 'unknown' | 'accepted' | 'dropped';
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
           attempt = CASE WHEN r.reason = 'never_begun' THEN d.attempt - 1 ELSE d.attempt END
    FROM jsonb_to_recordset(${JSON.stringify(batch.settlements)}::jsonb) AS r("userId" text, token text, "to" text, reason text)
    WHERE d.job = ${run.job} AND d.slot = ${run.slot} AND d.user_id = r."userId" AND d.run_id = ${run.runId} AND d.token = r.token
      AND ((d.state = 'claimed' AND d.lease_until < ${now}) OR d.state = 'unknown')
  `.execute(db);
  return Number(saved.numAffectedRows ?? 0n);
}

/** Tells when the next planned or deferred delivery is due, undefined if there is none. */
export async function nextDue(db: Database, runId: string): Promise<number | undefined> {
  const row = await sql<{ due_at: number | null }>`
    SELECT min(due_at) AS due_at FROM delivery WHERE run_id = ${runId} AND state IN ('planned', 'deferred')
  `.execute(db);
  return row.rows[0]?.due_at ?? undefined;
}
