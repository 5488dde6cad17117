/** The outbox of what people are told: an event is written with the move that it tells of, and sent by any worker. */
import { sql } from 'kysely';
import type { NoticeKind } from '../../job/notify';
import type { Database } from '../connecting/connection';

/** A move of a run that people may want to be told of. */
export interface NotedMove {
  readonly runId: string;
  /** Of the run's events, from 1. */
  readonly seq: number;
  readonly kind: string;
  readonly now: number;
  readonly reason: string | undefined;
  readonly error: unknown;
}

/** Notes a move; in the transaction of the move itself. */
export async function noteMove(trx: Database, move: NotedMove): Promise<void> {
  const facts = JSON.stringify({ reason: move.reason, error: move.error });
  await sql`
    INSERT INTO notice (event, kind, job, slot, run_id, at, facts)
    SELECT ${`${move.runId}#${move.seq}`}, ${move.kind}, job, slot, run_id, ${new Date(move.now)}::timestamptz, ${facts}::jsonb
    FROM run WHERE run_id = ${move.runId}
  `.execute(trx);
}

/** An event of which it is not decided yet who is told. */
export interface OpenNotice {
  readonly event: string;
  readonly kind: NoticeKind;
  readonly job: string;
  readonly slot: string;
  /** Undefined for a slot that has not been started. */
  readonly runId: string | undefined;
  readonly at: number;
  /** What `noteMove` or `noteLateSlot` has written. */
  readonly facts: unknown;
  /** Of the run, else of the job as it is now; null or undefined where the job says nothing. */
  readonly rules: unknown;
}

export interface Address {
  readonly targets: readonly string[];
  readonly payload: unknown;
}

/**
 * Decides for the oldest open notice who is told what, and answers whether there was one. Other workers pass over it
 * meanwhile. One that nobody wants is deleted.
 * @param decide  reads what it needs in the transaction that it is given
 * @param look.except  events that are passed over
 */
export async function addressNotice(
  db: Database,
  decide: (trx: Database, notice: OpenNotice) => Promise<Address>,
  { now, except }: { readonly now: number; readonly except: readonly string[] },
): Promise<boolean> {
  return db.transaction().execute(async (trx) => {
    const { rows } = await sql<SelectedNotice>`
      SELECT n.event, n.kind, n.job, n.slot, n.run_id, n.at, n.facts, coalesce(n.rules, r.notify) AS rules
      FROM notice n LEFT JOIN run r ON r.run_id = n.run_id
      WHERE n.addressed_at IS NULL AND n.event <> ALL (${[...except]}::text[]) ORDER BY n.at LIMIT 1 FOR UPDATE OF n SKIP LOCKED
    `.execute(trx);
    const [row] = rows;
    if (row === undefined) return false;
    const { run_id, ...same } = row;
    const { targets, payload } = await decide(trx, { ...same, runId: run_id ?? undefined });
    if (targets.length === 0) await trx.deleteFrom('notice').where('event', '=', row.event).execute();
    else await saveAddress(trx, row.event, { targets, payload, now });
    return true;
  });
}

interface SelectedNotice {
  event: string;
  kind: NoticeKind;
  job: string;
  slot: string;
  run_id: string | null;
  at: number;
  facts: unknown;
  rules: unknown;
}

async function saveAddress(trx: Database, event: string, { targets, payload, now }: Address & { now: number }) {
  const at = new Date(now);
  await trx
    .updateTable('notice')
    .set({ payload: JSON.stringify(payload), addressed_at: at })
    .where('event', '=', event)
    .execute();
  await trx
    .insertInto('told')
    .values(targets.map((target) => ({ event, target, state: 'open', attempts: 0, next_at: at })))
    .execute();
}

/** An event that is to be told to one target. */
export interface DueTelling {
  readonly event: string;
  readonly target: string;
  /** Which try this is, from 1. */
  readonly attempt: number;
  readonly payload: unknown;
}

/**
 * Claims what is due. The claim is a lease: where no answer is written until then, because its worker died, it is due
 * again.
 * @param leaseMs  longer than a try takes
 */
export async function claimTellings(
  db: Database,
  { now, leaseMs, limit }: { readonly now: number; readonly leaseMs: number; readonly limit: number },
): Promise<readonly DueTelling[]> {
  const { rows } = await sql<DueTelling>`
    WITH due AS (
      SELECT event, target FROM told WHERE state = 'open' AND next_at <= ${new Date(now)}::timestamptz
      ORDER BY next_at LIMIT ${limit} FOR UPDATE SKIP LOCKED),
    claimed AS (
      UPDATE told t SET attempts = attempts + 1, next_at = ${new Date(now + leaseMs)}::timestamptz
      FROM due WHERE t.event = due.event AND t.target = due.target
      RETURNING t.event, t.target, t.attempts)
    SELECT c.event, c.target, c.attempts AS attempt, n.payload FROM claimed c JOIN notice n ON n.event = c.event
    ORDER BY n.at, c.target
  `.execute(db);
  return rows;
}

/** What became of a try: `open` is tried again at `nextAt`. */
export type TellingEnd = { readonly answer: string; readonly now: number } & (
  | { readonly state: 'told' | 'given-up' }
  | { readonly state: 'open'; readonly nextAt: number }
);

/** Writes what became of a claim, unless it ran out and another worker has claimed it since. */
export async function answerTelling(db: Database, telling: DueTelling, end: TellingEnd): Promise<void> {
  await db
    .updateTable('told')
    .set({
      state: end.state,
      answer: end.answer,
      ...(end.state === 'open' ? { next_at: new Date(end.nextAt) } : { ended_at: new Date(end.now) }),
    })
    .where('event', '=', telling.event)
    .where('target', '=', telling.target)
    .where('attempts', '=', telling.attempt)
    .where('state', '=', 'open')
    .execute();
}

/** What one target was told, or is to be told, of a run. */
export interface Telling {
  readonly kind: string;
  readonly at: number;
  readonly target: string;
  readonly state: string;
  readonly attempts: number;
  readonly nextAt: number;
  readonly answer: string | undefined;
  readonly endedAt: number | undefined;
}

/** Lists what was told of a run, also of its slot before it had started, the oldest first. */
export async function listTellings(
  db: Database,
  run: { readonly runId: string; readonly job: string; readonly slot: string },
): Promise<readonly Telling[]> {
  const rows = await db
    .selectFrom('told as t')
    .innerJoin('notice as n', 'n.event', 't.event')
    .select(['n.kind', 'n.at', 't.target', 't.state', 't.attempts', 't.next_at', 't.answer', 't.ended_at'])
    .where((where) =>
      where.or([
        where('n.run_id', '=', run.runId),
        where.and([where('n.event', '=', lateEvent(run)), where('n.run_id', 'is', null)]),
      ]),
    )
    .orderBy('n.at')
    .orderBy('n.event')
    .orderBy('t.target')
    .execute();
  return rows.map(({ next_at, ended_at, answer, ...row }) => {
    return { ...row, nextAt: next_at, answer: answer ?? undefined, endedAt: ended_at ?? undefined };
  });
}

/** Names the event of a slot that is late: there is one for each slot, whoever notes it. */
export function lateEvent({ job, slot }: { readonly job: string; readonly slot: string }): string {
  return `late:${job}.${slot}`;
}
