/** Chooses the middle part of counts by percentiles. */

/** The counts that are kept: both ends included. */
export interface CountRange {
  readonly least: number;
  readonly most: number;
}

/** Guards against products such as 0.07 · 100 = 7.000000000000001. */
const ROUNDING = 1e-9;

/**
 * Finds the range between two percentiles: of n counts the ⌊`low` · n⌋ smallest and the n − ⌈`high` · n⌉ greatest lie
 * outside. Counts that equal a border stay, so that a tie is never broken.
 *
 * @param counts  those of 0 are not looked at
 * @param low     0 to 1, as `high`
 */
export function findRange(counts: Int32Array, low: number, high: number): CountRange {
  const sorted = counts.filter((count) => count > 0).sort();
  const from = Math.floor(low * sorted.length + ROUNDING);
  const to = Math.ceil(high * sorted.length - ROUNDING) - 1;
  return {
    least: sorted[from] ?? Number.POSITIVE_INFINITY,
    most: sorted[to] ?? Number.NEGATIVE_INFINITY,
  };
}

/** Marks with 1 the places whose count lies in the range. */
export function markRange(counts: Int32Array, { least, most }: CountRange): Uint8Array {
  return Uint8Array.from(counts, (count) => (count > 0 && count >= least && count <= most ? 1 : 0));
}
