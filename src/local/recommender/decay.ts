/** Tabulates geometric decay by multiplication only, which gives the same bits on every machine (Math.pow need not). */

/** How much an event of a given age counts: `floor` + (1 − `floor`) · `ratio`^age, ages in events from 0. */
export interface Decay {
  /** 0 to 1: what the oldest event still counts. */
  readonly floor: number;
  /** 0 to 1; 0.933 halves the rest every 10 events, 0.9862 every 50. */
  readonly ratio: number;
}

/** Tabulates `ratio`^0 … `ratio`^(length − 1). */
export function tabulatePowers(ratio: number, length: number): Float64Array {
  const powers = new Float64Array(length);
  let power = 1;
  for (let age = 0; age < length; age++) {
    powers[age] = power;
    power *= ratio;
  }
  return powers;
}

/** Tabulates the weights of the ages 0 to `length` − 1. */
export function tabulateDecay({ floor, ratio }: Decay, length: number): Float64Array {
  return tabulatePowers(ratio, length).map((power) => floor + (1 - floor) * power);
}
