/** Queries on the proofs of runs. Each mail of a proof is claimed before it is sent, and what was claimed is never sent again. */
import { sql } from 'kysely';
import { promptly } from '../connecting/bounded-client';
import type { Database } from '../connecting/connection';
import { moveRun } from './runs';

/** Why a run is paused whose proof was sent; and where the proof was refused, so that nobody has seen it as it should be. */
export const PROOF = 'proof';
export const PROOF_FAILED = 'proof:failed';

export const PROOF_STATES = ['planned', 'claimed', 'accepted', 'refused', 'unknown'] as const;
export type ProofState = (typeof PROOF_STATES)[number];

/** The mail of one person to one address of the seed list. */
export interface ProofMail {
  /** From 0, in the order of sending. */
  readonly nth: number;
  readonly userId: string;
  readonly address: string;
  readonly state: ProofState;
  /** When it may be tried at the earliest (epoch ms). */
  readonly dueAt: number;
  /** Times that it was claimed. */
  readonly attempt: number;
  readonly answer: string | undefined;
}

export interface Proof {
  /** When the run goes on by itself (epoch ms). */
  readonly holdUntil: number | undefined;
  /** Who let the run go on: a person, or `hold`. */
  readonly passedBy: string | undefined;
  readonly passedAt: number | undefined;
  readonly mails: readonly ProofMail[];
}

/** Finds the proof of a run; undefined where none was decided on. */
export async function findProof(db: Database, runId: string): Promise<Proof | undefined> {
  const proof = await db.selectFrom('proof').selectAll().where('run_id', '=', runId).executeTakeFirst();
  if (proof === undefined) return undefined;
  const rows = await db.selectFrom('proof_mail').selectAll().where('run_id', '=', runId).orderBy('nth').execute();
  return {
    holdUntil: proof.hold_until ?? undefined,
    passedBy: proof.passed_by ?? undefined,
    passedAt: proof.passed_at ?? undefined,
    mails: rows.map((row) => ({
      nth: row.nth,
      userId: row.user_id,
      address: row.address,
      state: PROOF_STATES.find((state) => state === row.state) ?? 'unknown',
      dueAt: row.due_at,
      attempt: row.attempt,
      answer: row.answer ?? undefined,
    })),
  };
}

/** Decides on the mails of a proof, once a run: where it was decided on before, that stays. */
export async function decideProof(
  db: Database,
  runId: string,
  decision: { readonly mails: readonly { readonly userId: string; readonly address: string }[]; readonly now: number },
): Promise<void> {
  const now = new Date(decision.now);
  await db.transaction().execute(async (trx) => {
    const decided = await trx
      .insertInto('proof')
      .values({ run_id: runId, decided_at: now })
      .onConflict((conflict) => conflict.doNothing())
      .executeTakeFirst();
    if (decided.numInsertedOrUpdatedRows !== 1n || decision.mails.length === 0) return;
    const rows = decision.mails.map(({ userId, address }, nth) => {
      return { run_id: runId, nth, user_id: userId, address, state: 'planned', due_at: now, attempt: 0 };
    });
    await trx.insertInto('proof_mail').values(rows).execute();
  });
}

/** Gives up on answers of workers that have gone silent: those mails may have been sent. A late answer still counts. */
export async function loseProofClaims(db: Database, runId: string, now: number): Promise<void> {
  await db
    .updateTable('proof_mail')
    .set({ state: 'unknown', answer: 'its worker went silent', answered_at: new Date(now) })
    .where('run_id', '=', runId)
    .where('state', '=', 'claimed')
    .execute();
}

/** Claims the next mail that is due, for a run that is still collecting; undefined where there is none. */
export async function claimProofMail(
  db: Database,
  runId: string,
  claim: { readonly token: string; readonly now: number },
): Promise<ProofMail | undefined> {
  const now = new Date(claim.now);
  const claiming = sql<{ nth: number; user_id: string; address: string; due_at: number; attempt: number }>`
    WITH due AS (
      SELECT run_id, nth FROM proof_mail WHERE run_id = ${runId} AND state = 'planned' AND due_at <= ${now}
        AND EXISTS (SELECT FROM run WHERE run_id = ${runId} AND state = 'collecting')
      ORDER BY nth LIMIT 1 FOR UPDATE SKIP LOCKED)
    UPDATE proof_mail m SET state = 'claimed', token = ${claim.token}, claimed_at = ${now}, attempt = m.attempt + 1
    FROM due WHERE m.run_id = due.run_id AND m.nth = due.nth
    RETURNING m.nth, m.user_id, m.address, m.due_at, m.attempt
  `;
  const row = (await promptly(() => claiming.execute(db))).rows[0];
  if (row === undefined) return undefined;
  const { nth, address, attempt } = row;
  return { nth, userId: row.user_id, address, state: 'claimed', dueAt: row.due_at, attempt, answer: undefined };
}

export interface ProofAnswer {
  readonly state: Exclude<ProofState, 'claimed'>;
  /** For `planned`. */
  readonly dueAt?: number;
  readonly smtpCode?: number | undefined;
  readonly answer?: string | undefined;
}

/** Records what became of a mail; only for whoever claimed it. */
export async function answerProofMail(
  db: Database,
  mail: { readonly runId: string; readonly nth: number; readonly token: string },
  { answer, now }: { readonly answer: ProofAnswer; readonly now: number },
): Promise<void> {
  const saving = db
    .updateTable('proof_mail')
    .set({
      state: answer.state,
      answered_at: new Date(now),
      smtp_code: answer.smtpCode ?? null,
      answer: answer.answer ?? null,
      ...(answer.dueAt === undefined ? {} : { due_at: new Date(answer.dueAt) }),
    })
    .where('run_id', '=', mail.runId)
    .where('nth', '=', mail.nth)
    .where('token', '=', mail.token)
    .where('state', 'in', ['claimed', 'unknown']);
  await promptly(() => saving.execute());
}

export interface ProofPause {
  readonly reason: typeof PROOF | typeof PROOF_FAILED;
  readonly error: unknown;
  readonly holdUntil: number | undefined;
  readonly now: number;
}

/** Pauses a run for its proof; false where it is collecting no more. */
export async function pauseForProof(db: Database, runId: string, pause: ProofPause): Promise<boolean> {
  const { reason, error, holdUntil, now } = pause;
  return db.transaction().execute(async (trx) => {
    const move = { from: 'collecting', to: 'paused', pausedReason: reason, error, now } as const;
    if (!(await moveRun(trx, runId, move))) return false;
    const hold = holdUntil === undefined ? null : new Date(holdUntil);
    await trx.updateTable('proof').set({ hold_until: hold }).where('run_id', '=', runId).execute();
    return true;
  });
}

/**
 * Lets a run go on that is paused for its proof; false where it is not, or where another was faster.
 * @param pass.by  a person; `hold` passes nothing whose time is not over
 */
export async function passProof(
  db: Database,
  runId: string,
  { by, now }: { readonly by: string; readonly now: number },
): Promise<boolean> {
  return db.transaction().execute(async (trx) => {
    const paused = await sql<{ reason: string | null }>`
      SELECT paused_reason AS reason FROM run WHERE run_id = ${runId} AND state = 'paused' FOR UPDATE
    `.execute(trx);
    const reason = paused.rows[0]?.reason;
    if (reason !== PROOF && (reason !== PROOF_FAILED || by === HOLD)) return false;
    const passing = trx.updateTable('proof').set({ passed_by: by, passed_at: new Date(now) });
    const open = passing.where('run_id', '=', runId).where('passed_at', 'is', null);
    const passed = await (by === HOLD
      ? open.where(sql<boolean>`hold_until <= ${new Date(now)}`)
      : open
    ).executeTakeFirst();
    if (passed.numUpdatedRows !== 1n) return false;
    return moveRun(trx, runId, { from: 'paused', to: 'collecting', now });
  });
}

/** Who lets a run go on when its time is over. */
export const HOLD = 'hold';

/** Lists the paused runs whose time is over. */
export async function listHeldOver(db: Database, now: number): Promise<readonly string[]> {
  const rows = await db
    .selectFrom('proof')
    .innerJoin('run', 'run.run_id', 'proof.run_id')
    .select('proof.run_id')
    .where('proof.passed_at', 'is', null)
    .where(sql<boolean>`proof.hold_until <= ${new Date(now)}`)
    .where('run.state', '=', 'paused')
    .where('run.paused_reason', '=', PROOF)
    .orderBy('proof.hold_until')
    .execute();
  return rows.map((row) => row.run_id);
}

/** Makes the mails of a proof that were refused due again; they were surely not taken. */
export async function retryProof(db: Database, runId: string, now: number): Promise<void> {
  await db
    .updateTable('proof_mail')
    .set({ state: 'planned', due_at: new Date(now), attempt: 0, token: null })
    .where('run_id', '=', runId)
    .where('state', '=', 'refused')
    .execute();
}
