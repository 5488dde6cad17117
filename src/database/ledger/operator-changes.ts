/** Changes that a person makes on the ledger of a run: dropping what is left, retrying what failed, settling what is unknown. */
import { sql } from 'kysely';
import type { Database } from '../connecting/connection';
import { moveRun } from '../runs/runs';
import type { RunOfDeliveries } from './deliveries';

/** How many deliveries had a state for a reason. */
export interface StateTally {
  readonly state: string;
  readonly name: string;
  readonly count: number;
}

/** Rows changed in one statement, so that no statement takes minutes. */
const CHUNK_ROWS = 20_000;

/** Drops every planned and deferred delivery of a run as `cancelled`, and answers how many. */
export async function dropOpenDeliveries(db: Database, runId: string, now: number): Promise<number> {
  let dropped = 0;
  while (true) {
    const changed = await sql`
      WITH open AS (
        SELECT job, slot, user_id FROM delivery WHERE run_id = ${runId} AND state IN ('planned', 'deferred')
        LIMIT ${CHUNK_ROWS} FOR UPDATE)
      UPDATE delivery d SET state = 'dropped', reason = 'cancelled', answered_at = ${new Date(now)}, token = NULL, held = false
      FROM open WHERE d.job = open.job AND d.slot = open.slot AND d.user_id = open.user_id
    `.execute(db);
    const count = Number(changed.numAffectedRows ?? 0n);
    dropped += count;
    if (count < CHUNK_ROWS) return dropped;
  }
}

/**
 * Puts failed deliveries of a run back to `planned`, with all their attempts before them, and answers what they were.
 * Failed is what the server refused, and what it put off until the attempts were used up. Accepted and unknown mails are
 * never taken, nor what a person or the job's policy has dropped: such a mail may have arrived.
 * @param trx  a transaction, of which each statement takes a part
 * @param options.only  reasons, whole (`smtp_550_5.1.1`) or their beginning (`smtp_550`)
 */
async function replanFailed(
  trx: Database,
  runId: string,
  options: { readonly only: readonly string[]; readonly now: number },
): Promise<readonly StateTally[]> {
  const { only, now } = options;
  const prefixes = only.map((reason) => `${reason}_`);
  const chosen = sql`
    (state = 'refused' OR (state = 'dropped' AND 
        (reason = 'not_reached' OR starts_with(reason, 'smtp_') OR starts_with(reason, 'ses_'))))
    AND (${only.length === 0}::boolean OR reason = ANY(${[...only]}::text[])
         OR EXISTS (SELECT FROM unnest(${prefixes}::text[]) AS p(prefix) WHERE starts_with(reason, p.prefix)))`;
  const chunk = sql<StateTally>`
    WITH failed AS (
      SELECT job, slot, user_id, state, coalesce(reason, '') AS name FROM delivery
      WHERE run_id = ${runId} AND state IN ('refused', 'dropped') AND slate IS NOT NULL AND ${chosen}
      LIMIT ${CHUNK_ROWS} FOR UPDATE),
    changed AS (
      UPDATE delivery d SET state = 'planned', reason = NULL, attempt = 0, waits = 0, held = false, due_at = ${new Date(now)},
             token = NULL, lease_until = NULL, smtp_code = NULL, enhanced_code = NULL, answer = NULL, answered_at = NULL
      FROM failed WHERE d.job = failed.job AND d.slot = failed.slot AND d.user_id = failed.user_id)
    SELECT state, name, count(*) AS count FROM failed GROUP BY state, name
  `;
  const tallies = new Map<string, StateTally>();
  while (true) {
    const { rows } = await chunk.execute(trx);
    for (const row of rows) {
      const key = `${row.state} ${row.name}`;
      tallies.set(key, { ...row, count: row.count + (tallies.get(key)?.count ?? 0) });
    }
    if (rows.reduce((sum, row) => sum + row.count, 0) < CHUNK_ROWS) return [...tallies.values()].sort(compareTallies);
  }
}

/** The most frequent first. */
function compareTallies(a: StateTally, b: StateTally): number {
  return b.count - a.count || (`${a.state} ${a.name}` < `${b.state} ${b.name}` ? -1 : 1);
}

/**
 * Lets a finished run send again what failed, in one commit: it is sending again only if something is left to send.
 * A run that is being archived stays as it is.
 */
export async function reopenFinished(
  db: Database,
  runId: string,
  options: { readonly only: readonly string[]; readonly now: number },
): Promise<readonly StateTally[]> {
  return db.transaction().execute(async (trx) => {
    const run = await trx
      .selectFrom('run')
      .select(['state', 'archive_began_at'])
      .where('run_id', '=', runId)
      .forUpdate()
      .executeTakeFirst();
    if (run?.state !== 'finished' || run.archive_began_at !== null) return [];
    const failed = await replanFailed(trx, runId, options);
    const { now } = options;
    if (failed.length > 0) await moveRun(trx, runId, { from: 'finished', to: 'sending', now, errorsSince: now });
    return failed;
  });
}

/** Counts the deliveries that are in the hands of a worker whose lease has not run out. */
export async function countHeldClaims(db: Database, runId: string, now: number): Promise<number> {
  const query = db.selectFrom('delivery').select(sql<number>`count(*)`.as('count')).where('run_id', '=', runId);
  const held = query.where('state', '=', 'claimed').where('lease_until', '>', sql<number>`${new Date(now)}`);
  return (await held.executeTakeFirstOrThrow()).count;
}

/** What a person says of deliveries of which nobody can tell whether they arrived. */
export type Resolution = 'accepted' | 'resend' | 'drop';

const RESOLVED = { accepted: 'accepted', resend: 'planned', drop: 'dropped' } as const;

/**
 * Settles unknown deliveries as a person says, and answers the users whose rows have changed.
 * One that is to be sent again loses its token: a late answer of the first sending no longer changes it.
 * @param options.userIds  undefined for all
 */
export async function resolveUnknown(
  db: Database,
  run: RunOfDeliveries,
  options: { readonly as: Resolution; readonly userIds: readonly string[] | undefined; readonly now: number },
): Promise<number> {
  const { as, userIds, now } = options;
  const reason = as === 'accepted' ? 'resolved_accepted' : as === 'drop' ? 'resolved_drop' : 'resolved_resend';
  const changed = await sql`
    UPDATE delivery SET state = ${RESOLVED[as]}, reason = ${reason}, lease_until = NULL, held = false, answered_at = ${new Date(now)},
           due_at = CASE WHEN ${as === 'resend'}::boolean THEN ${new Date(now)}::timestamptz ELSE due_at END,
           token = CASE WHEN ${as === 'resend'}::boolean THEN NULL ELSE token END
    WHERE job = ${run.job} AND slot = ${run.slot} AND run_id = ${run.runId} AND state = 'unknown'
      AND (${userIds === undefined}::boolean OR user_id = ANY(${[...(userIds ?? [])]}::text[]))
  `.execute(db);
  return Number(changed.numAffectedRows ?? 0n);
}

export interface UnknownDelivery {
  readonly userId: string;
  /** Undefined where the contact is gone. */
  readonly email: string | undefined;
  /** Undefined where the worker died before it could store it. */
  readonly messageId: string | undefined;
  readonly reason: string | undefined;
  readonly claimedAt: number | undefined;
}

/** Lists a page of a run's unknown deliveries in the order of their user ids. */
export async function listUnknown(
  db: Database,
  runId: string,
  page: { readonly after: string; readonly limit: number },
): Promise<readonly UnknownDelivery[]> {
  const rows = await db
    .selectFrom('delivery')
    .leftJoin('contact', 'contact.user_id', 'delivery.user_id')
    .select(['delivery.user_id', 'email', 'message_id', 'reason', 'claimed_at'])
    .where('run_id', '=', runId)
    .where('state', '=', 'unknown')
    .where('delivery.user_id', '>', page.after)
    .orderBy('delivery.user_id')
    .limit(page.limit)
    .execute();
  return rows.map((row) => ({
    userId: row.user_id,
    email: row.email ?? undefined,
    messageId: row.message_id ?? undefined,
    reason: row.reason ?? undefined,
    claimedAt: row.claimed_at ?? undefined,
  }));
}
