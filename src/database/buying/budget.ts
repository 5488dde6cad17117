/** Queries on what batch jobs of a month cost, by which runs of all jobs keep to one budget. */
import { sql } from 'kysely';
import type { Money } from '../../units';
import type { Database } from '../connecting/connection';

/** What was bought or decided on in a month; of `unpriced` batch jobs no cost in the currency is known. */
export interface MonthSpending {
  readonly spent: number;
  readonly unpriced: number;
}

/** How much of a month may be spent, `limit` in `currency`; `now` (epoch ms) says which month, of UTC. */
export interface MonthBudget {
  readonly limit: number;
  readonly currency: string;
  readonly now: number;
}

/** Tells when a month of UTC begins, and when the next does. */
export function monthOf(now: number): { readonly from: Date; readonly to: Date } {
  const date = new Date(now);
  const [year, month] = [date.getUTCFullYear(), date.getUTCMonth()];
  return { from: new Date(Date.UTC(year, month, 1)), to: new Date(Date.UTC(year, month + 1, 1)) };
}

/**
 * Adds up the batch jobs of a month, intents too: they are bought soon. Failed ones are not counted, nor those that were
 * given up before their create call: no run but cancelled ones has them.
 */
export async function readMonthSpending(
  db: Database,
  month: { readonly currency: string; readonly now: number },
): Promise<MonthSpending> {
  const { from, to } = monthOf(month.now);
  const found = await sql<{ spent: number; unpriced: number }>`
    SELECT coalesce(sum(cost) FILTER (WHERE cost_currency = ${month.currency}), 0)::float8 AS spent,
           count(*) FILTER (WHERE cost IS NULL OR cost_currency IS DISTINCT FROM ${month.currency}) AS unpriced
    FROM batch_job j
    WHERE intended_at >= ${from} AND intended_at < ${to} AND state <> 'failed'
      AND (state <> 'intended' OR place_at IS NOT NULL OR EXISTS (
        SELECT FROM run_batch_job u JOIN run USING (run_id) WHERE u.name = j.name AND run.state <> 'cancelled'))
  `.execute(db);
  return found.rows[0] ?? { spent: 0, unpriced: 0 };
}

/** Puts what a batch job has cost in the place of what it was expected to cost; the month in which it counts stays. */
export async function saveActualCost(db: Database, name: string, { amount, currency }: Money): Promise<void> {
  const cost = { cost: amount ?? null, cost_currency: currency };
  await db.updateTable('batch_job').set(cost).where('name', '=', name).execute();
}

/**
 * Tells what a month has left no room for a cost; undefined where it fits. Holds a lock until the transaction ends, so
 * that two runs at a time don't both take what is enough for one.
 */
export async function findOverspending(
  trx: Database,
  budget: MonthBudget,
  cost: Money,
): Promise<MonthSpending | undefined> {
  await sql`SELECT pg_advisory_xact_lock(hashtextextended('nightjar month budget', 0))`.execute(trx);
  const spending = await readMonthSpending(trx, budget);
  const fits =
    cost.amount !== undefined && cost.currency === budget.currency && spending.spent + cost.amount <= budget.limit;
  return fits ? undefined : spending;
}
