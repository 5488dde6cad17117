/** Says how much two places of one history have to do with each other: the two models that the local engine fits. */
import { type Decay, tabulateDecay, tabulatePowers } from './decay';

/** Longest history that is used in training; what is older is left out. */
export const MAX_HISTORY = 2000;

/**
 * Weighs pairs of places in a history; places count from 0, the oldest.
 * `same(p, q, length)` with p ≤ q goes into the Gram matrix of the inputs, `toward(p, q)` is the weight with which
 * place p speaks for place q.
 */
export interface Kernel {
  same(older: number, newer: number, length: number): number;
  toward(source: number, target: number): number;
}

/**
 * Builds the kernel of linear auto-regression: the decayed history before each event is regressed on the events
 * that come next, of which the k-th counts (1 − a) · a^k, the mean over the `ahead` a: a small one looks at what follows
 * at once, a large one at the rest of a session.
 * Equals Σ_t h_t·h_tᵀ and Σ_t h_t·f_tᵀ over the events t, in closed form (compare SLIT in Choi et al., "Session-aware
 * Linear Item-Item Models", 2021).
 */
export function createNextKernel({ floor, ratio }: Decay, ahead: readonly number[]): Kernel {
  const rest = 1 - floor;
  const powers = tabulatePowers(ratio, MAX_HISTORY);
  const sums = accumulate(powers);
  const squares = accumulate(powers.map((power) => power * power));
  const toward = new Float64Array(MAX_HISTORY + 1);
  for (const one of ahead) {
    let sum = 0;
    for (let lag = 1; lag <= MAX_HISTORY; lag++) {
      sum = one * sum + (1 - one) * (floor + rest * (powers[lag - 1] ?? 0));
      toward[lag] = (toward[lag] ?? 0) + sum / ahead.length;
    }
  }
  return {
    same(older, newer, length) {
      const later = length - 1 - newer;
      const apart = powers[newer - older] ?? 0;
      const mixed = floor * rest * (1 + apart) * (sums[later] ?? 0);
      return floor * floor * later + mixed + rest * rest * apart * (squares[later] ?? 0);
    },
    toward: (source, target) => (source < target ? (toward[target - source] ?? 0) : 0),
  };
}

/** Builds the kernel of EASE^R (Steck 2019) in which places of a history count less the farther apart they are. */
export function createLocalKernel(decay: Decay): Kernel {
  const weights = tabulateDecay(decay, MAX_HISTORY);
  return {
    same: (older, newer) => weights[newer - older] ?? 0,
    toward: (source, target) => weights[source < target ? target - source : source - target] ?? 0,
  };
}

/** Sums the first n values, for n from 0 to the length. */
function accumulate(values: Float64Array): Float64Array {
  const sums = new Float64Array(values.length + 1);
  values.forEach((value, at) => {
    sums[at + 1] = (sums[at] ?? 0) + value;
  });
  return sums;
}
