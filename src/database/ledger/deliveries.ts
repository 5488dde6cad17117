/** Queries on the delivery ledger outside the sending itself: planning, slates, counts. */
import { type RawBuilder, sql } from 'kysely';
import type { DeliveryCounts } from '../../report/summary';
import type { Database } from '../connecting/connection';
import { checked, SAME_KEY, withSlot, withSlotOf } from './ledger-keys';

/** The eight states of D5, as the report counts them. */
export type DeliveryState = keyof DeliveryCounts;

export interface RunOfDeliveries {
  readonly runId: string;
  readonly job: string;
  readonly slot: string;
}

export interface PlannedDelivery {
  readonly userId: string;
  readonly addressHash: string;
  /** Of the address, in lower case and as A-label. */
  readonly domain: string;
}

/**
 * Plans deliveries, one per recipient and one per address of the job's slot.
 * A second recipient of the same address is excluded(duplicate_address). A recipient whose delivery in an earlier run of the slot
 * ended without being accepted goes over to this run; one that was accepted stays where it is and gets nothing more.
 * Planning the same recipients again changes nothing.
 */
export async function planDeliveries(
  db: Database,
  run: RunOfDeliveries,
  plan: { rows: readonly PlannedDelivery[]; now: number },
): Promise<void> {
  const users = plan.rows.map((row) => row.userId);
  const hashes = plan.rows.map((row) => row.addressHash);
  const domains = plan.rows.map((row) => row.domain);
  const recipients = sql`unnest(${users}::text[], ${hashes}::text[], ${domains}::text[]) AS r(user_id, address_hash, domain)`;
  const now = new Date(plan.now);
  await db.transaction().execute(async (trx) => {
    await sql`
      DELETE FROM delivery d USING ${withSlot(run, sql`unnest(${users}::text[]) AS r(user_id)`)}
      WHERE ${SAME_KEY} AND d.run_id <> ${run.runId} AND ${checked(sql`d.state IN ('planned', 'refused', 'excluded', 'dropped')`)}
    `.execute(trx);
    await sql`
      INSERT INTO delivery (job, slot, user_id, run_id, address_hash, domain, state, due_at, fallback, attempt)
      SELECT ${run.job}, ${run.slot}, user_id, ${run.runId}, address_hash, domain, 'planned', ${now}::timestamptz, false, 0
      FROM ${recipients} ORDER BY user_id
      ON CONFLICT DO NOTHING
    `.execute(trx);
    await sql`
      INSERT INTO delivery (job, slot, user_id, run_id, address_hash, domain, state, reason, due_at, fallback, attempt)
      SELECT ${run.job}, ${run.slot}, user_id, ${run.runId}, address_hash, domain, 'excluded', 'duplicate_address',
             ${now}::timestamptz, false, 0
      FROM ${recipients} ORDER BY user_id
      ON CONFLICT (job, slot, user_id) DO NOTHING
    `.execute(trx);
  });
}

const PAGE_ROWS = 10_000;

/** Streams the user ids whose recommendations the run has to buy, in byte order. */
export function streamPlannedUsers(db: Database, run: RunOfDeliveries): AsyncGenerator<string> {
  return streamUsersWhere(db, run, sql`run_id = ${run.runId} AND state = 'planned'`);
}

/** Streams the user ids of the slot's rows of which a condition holds, in byte order. */
export async function* streamUsersWhere(
  db: Database,
  run: Pick<RunOfDeliveries, 'job' | 'slot'>,
  condition: RawBuilder<unknown>,
): AsyncGenerator<string> {
  let after = '';
  while (true) {
    // By the primary key, so that a page costs the same however many there are.
    const query = db
      .selectFrom('delivery')
      .select('user_id')
      .where('job', '=', run.job)
      .where('slot', '=', run.slot)
      .where(checked(condition));
    const rows = await query.where('user_id', '>', after).orderBy('user_id').limit(PAGE_ROWS).execute();
    for (const row of rows) yield row.user_id;
    after = rows.at(-1)?.user_id ?? after;
    if (rows.length < PAGE_ROWS) return;
  }
}

export interface Slate {
  readonly userId: string;
  readonly itemIds: readonly string[];
}

/** Stores slates on planned rows in bulk and answers how many users have a row; doing so again gives the same rows. */
export async function saveSlates(db: Database, runId: string, slates: readonly Slate[]): Promise<number> {
  const saved = await sql`
    UPDATE delivery d SET slate = r.slate
    FROM ${withSlotOf(runId, sql`unnest(${slates.map((slate) => slate.userId)}::text[], ${slates.map((slate) => JSON.stringify(slate.itemIds))}::jsonb[]) AS r(user_id, slate)`)}
    WHERE ${SAME_KEY} AND ${checked(sql`d.run_id = ${runId} AND d.state = 'planned'`)}
  `.execute(db);
  return Number(saved.numAffectedRows ?? 0n);
}

/** Gives every planned row without a slate the fallback, and answers how many. */
export async function applyFallback(db: Database, run: RunOfDeliveries, itemIds: readonly string[]): Promise<number> {
  return changeWithoutSlate(db, run, sql`slate = ${JSON.stringify(itemIds)}::jsonb, fallback = true`);
}

/**
 * Excludes every planned row without a slate as no_recommendations, and answers how many; where related items are wanted,
 * those who have bought nothing as nothing_bought.
 */
export async function excludeWithoutSlate(
  db: Database,
  run: RunOfDeliveries,
  now: number,
  { isRelated = false }: { readonly isRelated?: boolean } = {},
): Promise<number> {
  const reason = isRelated
    ? sql`CASE WHEN d.seed IS NULL THEN 'nothing_bought' ELSE 'no_recommendations' END`
    : sql`'no_recommendations'`;
  const change = sql`state = 'excluded', reason = ${reason}, answered_at = ${new Date(now)}`;
  return changeWithoutSlate(db, run, change);
}

/** Page by page through the whole slot, so that no statement takes minutes; what was changed before an interruption stays. */
async function changeWithoutSlate(db: Database, run: RunOfDeliveries, change: RawBuilder<unknown>): Promise<number> {
  const isOpen = sql`d.run_id = ${run.runId} AND d.state = 'planned' AND (d.slate IS NULL OR d.slate = '[]'::jsonb)`;
  let after = '';
  let changed = 0;
  while (true) {
    const found = await sql<{ last: string | null; looked_at: number; changed: number }>`
      WITH page AS (
        SELECT user_id FROM delivery WHERE job = ${run.job} AND slot = ${run.slot} AND user_id > ${after}
        ORDER BY user_id LIMIT ${PAGE_ROWS}),
      done AS (
        UPDATE delivery d SET ${change} FROM ${withSlot(run, sql`page AS r`)} WHERE ${SAME_KEY} AND ${checked(isOpen)}
        RETURNING 1)
      SELECT (SELECT max(user_id) FROM page) AS last, (SELECT count(*) FROM page) AS looked_at,
             (SELECT count(*) FROM done) AS changed
    `.execute(db);
    const page = found.rows[0];
    changed += page?.changed ?? 0;
    if (page === undefined || page.looked_at < PAGE_ROWS) return changed;
    after = page.last ?? after;
  }
}

/** Tells which open states a run's deliveries have, by the partial indexes: no row is counted. */
export async function findOpenStates(
  db: Database,
  runId: string,
): Promise<{ readonly due: boolean; readonly claimed: boolean; readonly unknown: boolean }> {
  const found = await sql<{ due: boolean; claimed: boolean; unknown: boolean }>`
    SELECT EXISTS (SELECT FROM delivery WHERE run_id = ${runId} AND state IN ('planned', 'deferred')) AS due,
           EXISTS (SELECT FROM delivery WHERE run_id = ${runId} AND state = 'claimed') AS claimed,
           EXISTS (SELECT FROM delivery WHERE run_id = ${runId} AND state = 'unknown') AS unknown
  `.execute(db);
  return found.rows[0] ?? { due: false, claimed: false, unknown: false };
}

/** Counts the deliveries of a run by state; every state is present. */
export async function countDeliveries(db: Database, runId: string): Promise<Readonly<Record<DeliveryState, number>>> {
  const rows = await db
    .selectFrom('delivery')
    .select(['state', sql<number>`count(*)`.as('count')])
    .where('run_id', '=', runId)
    .groupBy('state')
    .execute();
  const count = (state: DeliveryState) => rows.find((row) => row.state === state)?.count ?? 0;
  return {
    planned: count('planned'),
    claimed: count('claimed'),
    deferred: count('deferred'),
    unknown: count('unknown'),
    accepted: count('accepted'),
    refused: count('refused'),
    excluded: count('excluded'),
    dropped: count('dropped'),
  };
}

/** Counts the deliveries of a run in one state by reason, the most frequent first. */
export async function tallyReasons(
  db: Database,
  runId: string,
  state: DeliveryState,
): Promise<readonly { name: string; count: number }[]> {
  return db
    .selectFrom('delivery')
    .select([sql<string>`coalesce(reason, '')`.as('name'), sql<number>`count(*)`.as('count')])
    .where('run_id', '=', runId)
    .where('state', '=', state)
    .groupBy('reason')
    .orderBy('count', 'desc')
    .orderBy('name')
    .execute();
}

/** Counts the accepted mails of a run that show the fallback. */
export async function countFallback(db: Database, runId: string): Promise<number> {
  const query = db.selectFrom('delivery').select(sql<number>`count(*)`.as('count')).where('run_id', '=', runId);
  return (await query.where('fallback', '=', true).where('state', '<>', 'excluded').executeTakeFirstOrThrow()).count;
}
