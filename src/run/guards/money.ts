/** The guards on money: what a run may cost, and what is left of the month. */
import { type MonthBudget, type MonthSpending, readMonthSpending } from '../../database/buying/budget';
import type { GuardRules } from '../../job/base-job';
import { formatMoney, type Money, parseMoney } from '../../units';
import type { Engines } from '../engines';
import { type GuardCheck, UNKNOWN_MEASURE } from './check';

/** Checks the cost of a run's batch jobs; one that nobody knows can't be allowed by an amount. */
export function checkCost(limit: NonNullable<GuardRules['cost']>, cost: Money): GuardCheck {
  const isKnown = cost.amount !== undefined && (cost.currency === limit.currency || cost.amount === 0);
  return {
    guard: 'cost',
    limit: formatMoney(limit),
    figure: isKnown ? formatMoney(cost) : describeUnknown(cost),
    trips: !isKnown || (cost.amount ?? 0) > limit.amount,
    measure: isKnown ? (cost.amount ?? 0) : UNKNOWN_MEASURE,
  };
}

function describeUnknown(cost: Money): string {
  return cost.amount === undefined ? 'unknown, as no price is set' : `${formatMoney(cost)}, in another currency`;
}

/** The budget of the month that `now` lies in; undefined where the settings have none. */
export function budgetOf({ settings, now }: Pick<Engines, 'settings'> & { now: number }): MonthBudget | undefined {
  const written = settings.budget.month === null ? undefined : parseMoney(settings.budget.month);
  return written === undefined ? undefined : { limit: written.amount, currency: written.currency, now };
}

/** Checks what a cost would make of the month; reads it without a lock, so a purchase is checked once more when it is written. */
export async function checkBudget({ db }: Pick<Engines, 'db'>, budget: MonthBudget, cost: Money): Promise<GuardCheck> {
  return describeBudget(budget, { cost, spending: await readMonthSpending(db, budget) });
}

/** Writes the check of a budget; nothing to buy always fits. */
export function describeBudget(
  budget: MonthBudget,
  { cost, spending }: { readonly cost: Money; readonly spending: MonthSpending },
): GuardCheck {
  const { limit, currency, now } = budget;
  const isKnown = cost.amount !== undefined && (cost.currency === currency || cost.amount === 0);
  const after = spending.spent + (isKnown ? (cost.amount ?? 0) : 0);
  const unpriced = spending.unpriced === 0 ? '' : `, and ${spending.unpriced} batch jobs of which no cost is known`;
  const month = new Date(now).toISOString().slice(0, 7);
  return {
    guard: 'budget',
    limit: `${formatMoney({ amount: limit, currency })} in ${month}`,
    figure: `${formatMoney({ amount: spending.spent, currency })} spent${unpriced}, and this run costs ${
      isKnown ? formatMoney(cost) : describeUnknown(cost)
    }`,
    trips: cost.amount !== 0 && (!isKnown || after > limit),
    measure: isKnown ? after : UNKNOWN_MEASURE,
  };
}
