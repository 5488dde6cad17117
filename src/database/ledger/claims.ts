/** Queries on the delivery ledger while mails are sent: claim before SMTP, answer after it. */
import { sql } from 'kysely';
import { z } from 'zod';
import { promptly } from '../connecting/bounded-client';
import type { Database } from '../connecting/connection';
import { type AnswerTally, countAnswers } from './answer-counts';
import type { RunOfDeliveries } from './deliveries';
import { checked, SAME_KEY, withSlot } from './ledger-keys';
import { type FurtherSlates, furtherSchema, readFurther } from './section-slates';

export interface ClaimedDelivery extends FurtherSlates {
  readonly userId: string;
  readonly addressHash: string;
  /** Undefined for one that was planned before domains were kept. */
  readonly domain: string | undefined;
  readonly slate: readonly string[];
  readonly fallback: boolean;
  /** 1 for the first attempt. */
  readonly attempt: number;
  /** Times that a block of its destination or sender put it back. */
  readonly waits: number;
  /** When it was last put off or given back (epoch ms); undefined for one that was never claimed before. */
  readonly answeredAt?: number | undefined;
  /** When it may go at the earliest (epoch ms), and how far apart the mails to its domain must be, where the domain has a rate. */
  readonly turn?: { readonly at: number; readonly apartMs: number };
}

const claimedSchema = furtherSchema.extend({
  user_id: z.string(),
  address_hash: z.string(),
  domain: z.string().nullable(),
  slate: z.array(z.string()),
  fallback: z.boolean(),
  attempt: z.number(),
  waits: z.number(),
  answered_at: z.number().nullable(),
});

/** What a claim changes, and what it answers of each row: the same for every way of choosing rows. */
export const CLAIMED_COLUMNS = sql`d.user_id, d.address_hash, d.domain, d.slate, d.fallback, d.attempt, d.waits, d.answered_at, d.seed, d.sections`;

/** Reads a claimed row. */
export function readClaimed(row: unknown): ClaimedDelivery {
  const read = claimedSchema.parse(row);
  return {
    userId: read.user_id,
    addressHash: read.address_hash,
    domain: read.domain ?? undefined,
    slate: read.slate,
    fallback: read.fallback,
    attempt: read.attempt,
    waits: read.waits,
    answeredAt: read.answered_at ?? undefined,
    ...readFurther(read),
  };
}

export interface Claim {
  /** Fencing token of the worker: only who holds it may answer. */
  readonly token: string;
  readonly limit: number;
  readonly now: number;
  readonly leaseMs: number;
}

/**
 * Claims due deliveries for one worker in one commit, before anything is sent; the earliest due first.
 * Rows that are held for their domain are claimed by `claimByRules` alone.
 */
export async function claimDeliveries(db: Database, runId: string, claim: Claim): Promise<readonly ClaimedDelivery[]> {
  const claiming = sql`
    WITH due AS (
      SELECT job, slot, user_id FROM delivery
      WHERE run_id = ${runId} AND state IN ('planned', 'deferred') AND NOT held AND due_at <= ${new Date(claim.now)}
        AND slate IS NOT NULL
      ORDER BY due_at, user_id LIMIT ${claim.limit} FOR UPDATE SKIP LOCKED)
    UPDATE delivery d SET state = 'claimed', token = ${claim.token}, claimed_at = ${new Date(claim.now)},
           lease_until = ${new Date(claim.now + claim.leaseMs)}, attempt = d.attempt + 1, reason = NULL
    FROM due WHERE d.job = due.job AND d.slot = due.slot AND d.user_id = due.user_id
    RETURNING ${CLAIMED_COLUMNS}
  `;
  const rows = await promptly(() => claiming.execute(db));
  return rows.rows.map(readClaimed);
}

export interface DeliveryAnswer {
  readonly userId: string;
  readonly state: 'accepted' | 'refused' | 'excluded' | 'dropped' | 'deferred' | 'unknown' | 'planned';
  readonly reason?: string | undefined;
  readonly messageId?: string | undefined;
  readonly smtpCode?: number | undefined;
  readonly enhancedCode?: string | undefined;
  readonly answer?: string | undefined;
  /** The item ids of the mail that was handed to a server. */
  readonly shown?: readonly string[] | undefined;
  /** For `deferred`: when to try again (epoch ms). */
  readonly dueAt?: number | undefined;
  /** For `deferred`: its destination or sender is blocked, so this was none of the mail's own attempts. */
  readonly waited?: boolean;
  /** Its domain is blocked: it is claimed by domain from now on. */
  readonly held?: boolean;
}

/** The reason of mails of which the journal of a silent worker tells that a server has taken them. */
export const FOUND_IN_JOURNAL = 'found_in_journal';

export interface AnswerBatch {
  readonly token: string;
  readonly answers: readonly DeliveryAnswer[];
  readonly now: number;
  /** Left out where nobody asks for the counts. */
  readonly tally?: AnswerTally | undefined;
}

/**
 * Records the answers of a batch in one commit; only rows that this token still holds change, and only they are counted.
 * One that goes back to `planned` was never begun, and one that waited was not refused itself: neither has used up an attempt.
 * A row that became `unknown` because the lease ran out takes the late answer of its own worker: that is evidence. So does one of
 * which the journal has told that it was taken: the answer knows more.
 * @returns the users whose rows have taken their answers
 */
export async function answerDeliveries(
  db: Database,
  run: RunOfDeliveries,
  batch: AnswerBatch,
): Promise<ReadonlySet<string>> {
  if (batch.answers.length === 0) return new Set();
  const values = batch.answers.map((answer) => ({
    user_id: answer.userId,
    state: answer.state,
    reason: answer.reason ?? null,
    message_id: answer.messageId ?? null,
    smtp_code: answer.smtpCode ?? null,
    enhanced_code: answer.enhancedCode ?? null,
    answer: answer.answer ?? null,
    shown: answer.shown ?? null,
    due_at: answer.dueAt === undefined ? null : new Date(answer.dueAt).toISOString(),
    waited: answer.waited ?? false,
    held: answer.held ?? false,
  }));
  const saving = sql<{ user_id: string }>`
    WITH done AS (
      UPDATE delivery d SET state = r.state, reason = r.reason, message_id = coalesce(r.message_id, d.message_id),
             smtp_code = r.smtp_code, enhanced_code = r.enhanced_code, answer = r.answer, shown = coalesce(r.shown, d.shown),
             due_at = coalesce(r.due_at, d.due_at),
             answered_at = ${new Date(batch.now)}, lease_until = NULL,
             attempt = CASE WHEN r.state = 'planned' OR r.waited THEN d.attempt - 1 ELSE d.attempt END,
             waits = CASE WHEN r.waited THEN d.waits + 1 ELSE d.waits END, held = d.held OR r.held
      FROM ${withSlot(
        run,
        sql`jsonb_to_recordset(${JSON.stringify(values)}::jsonb) AS r(user_id text, state text, reason text, message_id text,
           smtp_code integer, enhanced_code text, answer text, shown jsonb, due_at timestamptz, waited boolean,
           held boolean)`,
      )}
      WHERE ${SAME_KEY}
        AND ${checked(sql`d.run_id = ${run.runId} AND d.token = ${batch.token}
          AND (d.state IN ('claimed', 'unknown') OR (d.state = 'accepted' AND d.reason = ${FOUND_IN_JOURNAL}))`)}
      RETURNING d.user_id, r.state)${batch.tally === undefined ? sql`` : countAnswers(run.runId, batch.tally)}
    SELECT user_id FROM done
  `;
  const saved = await promptly(() => saving.execute(db));
  return new Set(saved.rows.map((row) => row.user_id));
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
  const extending = sql<{ user_id: string }>`
    UPDATE delivery d SET lease_until = ${new Date(lease.until)} FROM ${withSlot(run, sql`unnest(${[...lease.userIds]}::text[]) AS r(user_id)`)}
    WHERE ${SAME_KEY}
      AND ${checked(sql`d.token = ${lease.token} AND d.state = 'claimed' AND d.lease_until > ${new Date(lease.now)}`)}
    RETURNING d.user_id
  `;
  const rows = await promptly(() => extending.execute(db));
  return new Set(rows.rows.map((row) => row.user_id));
}

/** Tells when the next planned or deferred delivery is due, undefined if there is none. */
export async function nextDue(db: Database, runId: string): Promise<number | undefined> {
  const row = await sql<{ due_at: number | null }>`
    SELECT min(due_at) AS due_at FROM delivery WHERE run_id = ${runId} AND state IN ('planned', 'deferred')
  `.execute(db);
  return row.rows[0]?.due_at ?? undefined;
}
