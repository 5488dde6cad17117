/** Estimates what batch jobs cost; an unknown price makes an unknown amount, never zero. */
import type { Money } from '../units';

interface Price {
  /** Price of 1,000; null where none is known. */
  readonly price: number | null;
  /** ISO 4217. */
  readonly currency: string;
}

/**
 * What is bought. Inference is billed by the input line, whatever numResults is (2019 price example: a million users
 * are 67 USD). For segments no price was published where we looked; nightjar counts the users returned, which before
 * the job has run are at most queries × numResults.
 */
export type Purchase =
  | (Price & { readonly kind: 'inference'; readonly lines: number })
  | (Price & { readonly kind: 'segment'; readonly users: number });

/** Multiplies thousands of lines or users with their price; unrounded. */
export function costOf(purchase: Purchase): Money {
  const { currency, price } = purchase;
  if (price === null) return { amount: undefined, currency };
  const units = purchase.kind === 'inference' ? purchase.lines : purchase.users;
  return { amount: (units / 1000) * price, currency };
}

/**
 * Adds amounts; the sum is unknown as soon as one of them is, or is in another currency.
 * Of no amounts it is 0.
 */
export function sumMoney(amounts: readonly Money[], currency: string): Money {
  let sum = 0;
  for (const money of amounts) {
    if (money.amount === undefined || money.currency !== currency) return { amount: undefined, currency };
    sum += money.amount;
  }
  return { amount: sum, currency };
}
