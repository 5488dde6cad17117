/** Computes logarithms by elementary operations only, which gives the same bits on every machine (Math.log need not). */

const LN2 = Math.LN2;

/**
 * Computes the natural logarithm, to about 15 digits: x = m · 2^k with m near 1, and ln m = 2 artanh((m − 1)/(m + 1)).
 *
 * @param value  greater than 0 and finite; −Infinity is returned for 0
 */
export function naturalLog(value: number): number {
  if (value === 0) return Number.NEGATIVE_INFINITY;
  let mantissa = value;
  let exponent = 0;
  for (; mantissa > Math.SQRT2; exponent++) mantissa /= 2;
  for (; mantissa < Math.SQRT1_2; exponent--) mantissa *= 2;
  const ratio = (mantissa - 1) / (mantissa + 1);
  const square = ratio * ratio;
  let sum = 0;
  for (let term = 23; term >= 1; term -= 2) sum = sum * square + 1 / term;
  return 2 * ratio * sum + exponent * LN2;
}
