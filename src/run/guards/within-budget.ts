/** Writes purchases only where the month has room for them, or a person has let them pass. */
import { type PurchaseChange, savePurchases } from '../../database/buying/batch-jobs';
import type { Money } from '../../units';
import type { StageContext } from '../stage';
import { approvedMeasures, GuardTrip, UNKNOWN_MEASURE } from './check';
import { budgetOf, describeBudget } from './money';

/**
 * Writes what a run buys, all of it or nothing.
 * @throws GuardTrip where the budget of the month has no room for it
 */
export async function savePurchasesInBudget(
  context: Pick<StageContext, 'engines' | 'run'>,
  change: Omit<PurchaseChange, 'within'>,
  cost: Money,
): Promise<void> {
  const { db, settings } = context.engines;
  const budget = budgetOf({ settings, now: change.now });
  if (budget === undefined || cost.amount === 0) {
    await savePurchases(db, context.run.runId, change);
    return;
  }
  const approved = (await approvedMeasures(context)).get('budget') ?? 0;
  const within =
    approved === UNKNOWN_MEASURE ? undefined : { budget: { ...budget, limit: Math.max(budget.limit, approved) }, cost };
  const spending = await savePurchases(db, context.run.runId, { ...change, within });
  if (spending !== undefined) throw new GuardTrip([describeBudget(budget, { cost, spending })]);
}
