/** Branded numbers, so that a rate is not taken for a duration, and the readers of their written forms. */

declare const unit: unique symbol;
type Branded<Name extends string> = number & { readonly [unit]: Name };

/** A length of time in milliseconds. */
export type Milliseconds = Branded<'ms'>;
/** Events a second, greater than 0. */
export type PerSecond = Branded<'per-second'>;
/** A share from 0 to 1. */
export type Share = Branded<'share'>;

/** An amount in a currency; `amount` undefined means that no price is set, which is not the same as free. */
export interface Money {
  readonly amount: number | undefined;
  readonly currency: string;
}

const DURATION_MS: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
};

/** Reads `250ms`, `30s`, `15m`, `6h`, `7d`; undefined where the text is of another form. */
export function parseDuration(text: string): Milliseconds | undefined {
  const match = /^(\d+(?:\.\d+)?)(ms|s|m|h|d)$/.exec(text.trim());
  const factor = match?.[2] === undefined ? undefined : DURATION_MS[match[2]];
  return match?.[1] === undefined || factor === undefined ? undefined : ((Number(match[1]) * factor) as Milliseconds);
}

/** Writes a duration as `parseDuration` reads it, in the largest unit that it is a whole number of: `30m`. */
export function writeDuration(milliseconds: Milliseconds): string {
  const [unit = 'ms', factor = 1] =
    Object.entries(DURATION_MS).findLast(([, size]) => milliseconds > 0 && milliseconds % size === 0) ?? [];
  return `${milliseconds / factor}${unit}`;
}

/** Reads `50/s` or `3000/m` (a minute) or `100000/h`; undefined where the text is of another form or the rate is 0. */
export function parseRate(text: string): PerSecond | undefined {
  const match = /^(\d+(?:\.\d+)?)\s*\/\s*(s|m|h)$/.exec(text.trim());
  const per = match?.[2] === undefined ? undefined : DURATION_MS[match[2]];
  if (match?.[1] === undefined || per === undefined) return undefined;
  const rate = (Number(match[1]) * 1000) / per;
  return rate > 0 ? (rate as PerSecond) : undefined;
}

/** Reads `5%` or `0.5 %` as a share from 0 to 1; undefined where the text is of another form. */
export function parseShare(text: string): Share | undefined {
  const match = /^(\d+(?:\.\d+)?)\s*%$/.exec(text.trim());
  const share = match?.[1] === undefined ? Number.NaN : Number(match[1]) / 100;
  return share >= 0 && share <= 1 ? (share as Share) : undefined;
}

/** Reads `25 USD` or `0.50 EUR`; undefined where the text is of another form. */
export function parseMoney(text: string): (Money & { readonly amount: number }) | undefined {
  const match = /^(\d+(?:\.\d+)?)\s*([A-Z]{3})$/.exec(text.trim());
  return match?.[1] === undefined || match[2] === undefined
    ? undefined
    : { amount: Number(match[1]), currency: match[2] };
}

/** Prints an amount with its currency, `unknown` where no price is set. */
export function formatMoney(money: Money): string {
  return money.amount === undefined ? 'unknown' : `${money.amount.toFixed(money.amount < 1 ? 4 : 2)} ${money.currency}`;
}
