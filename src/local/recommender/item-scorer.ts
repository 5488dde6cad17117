/** Scores all items for one history: what a user took, weighed by age, times the fitted weights. */
import { type Decay, tabulateDecay } from './decay';
import type { Histories } from './histories';
import { chooseDenseItems, fitItemWeights, transposeSquare, type WeightSettings } from './item-weights';
import { takeFloat32, takeInt32, takeNumber } from './model-parts';
import { findNeighbours } from './neighbours';
import type { ModelParts } from './recipe';
import { transposeSparse } from './sparse-rows';

/** A fit and the decay with which a history is read when scoring. */
export interface ScorerSettings {
  readonly weights: WeightSettings;
  readonly profile: Decay;
  /** How many of a user's newest items count at inference; time grows with it. */
  readonly profileLength: number;
}

/** Adds to `scores`, one for each place of `itemIds`, what the history (places, oldest first) says. */
export type ScoreItems = (history: Int32Array, scores: Float64Array) => void;

/**
 * Fits a scorer.
 *
 * @param cap  how many items get exact weights: time grows with its cube
 * @returns parts that `openItemScorer` reads
 */
export function fitItemScorer(histories: Histories, settings: ScorerSettings, cap: number): ModelParts {
  const dense = chooseDenseItems(histories, cap);
  const weights = fitItemWeights(histories, dense, settings.weights);
  const sparse = transposeSparse(findNeighbours(histories, dense, settings.weights));
  return {
    numbers: {
      itemCount: histories.itemIds.length,
      profileFloor: settings.profile.floor,
      profileRatio: settings.profile.ratio,
      profileLength: settings.profileLength,
    },
    texts: {},
    arrays: {
      denseItems: dense,
      denseWeights: transposeSquare(weights.values, dense.length),
      sparseOffsets: sparse.offsets,
      sparseColumns: sparse.columns,
      sparseValues: sparse.values,
    },
  };
}

/** @throws RangeError if a part is missing */
export function openItemScorer(parts: ModelParts): ScoreItems {
  const dense = takeInt32(parts, 'denseItems');
  const weights = takeFloat32(parts, 'denseWeights');
  const sparse = {
    offsets: takeInt32(parts, 'sparseOffsets'),
    columns: takeInt32(parts, 'sparseColumns'),
    values: takeFloat32(parts, 'sparseValues'),
  };
  const profile = { floor: takeNumber(parts, 'profileFloor'), ratio: takeNumber(parts, 'profileRatio') };
  const length = takeNumber(parts, 'profileLength');
  const ages = tabulateDecay(profile, length);
  const denseOf = new Int32Array(takeNumber(parts, 'itemCount')).fill(-1);
  dense.forEach((item, at) => {
    denseOf[item] = at;
  });
  const sums = new Float64Array(dense.length);
  return (history, scores) => {
    sums.fill(0);
    const rows: WeighedRow[] = [];
    for (let age = 0; age < Math.min(length, history.length); age++) {
      const item = history[history.length - 1 - age] ?? 0;
      const weight = ages[age] ?? 0;
      const row = denseOf[item] ?? -1;
      if (row >= 0) rows.push({ from: row * dense.length, weight });
      for (let at = sparse.offsets[item] ?? 0; at < (sparse.offsets[item + 1] ?? 0); at++) {
        const target = sparse.columns[at] ?? 0;
        scores[target] = (scores[target] ?? 0) + weight * (sparse.values[at] ?? 0);
      }
    }
    addRows(sums, weights, rows);
    for (let at = 0; at < dense.length; at++) {
      const item = dense[at] ?? 0;
      scores[item] = (scores[item] ?? 0) + (sums[at] ?? 0);
    }
  };
}

interface WeighedRow {
  readonly from: number;
  readonly weight: number;
}

const NO_ROW: WeighedRow = { from: 0, weight: 0 };

/** Adds weighed rows, four at a time, which halves the traffic on `sums`. */
function addRows(sums: Float64Array, weights: Float32Array, rows: readonly WeighedRow[]): void {
  for (let at = 0; at < rows.length; at += 4) {
    const { from: a, weight: wa } = rows[at] ?? NO_ROW;
    const { from: b, weight: wb } = rows[at + 1] ?? NO_ROW;
    const { from: c, weight: wc } = rows[at + 2] ?? NO_ROW;
    const { from: d, weight: wd } = rows[at + 3] ?? NO_ROW;
    for (let k = 0; k < sums.length; k++) {
      const first = wa * (weights[a + k] ?? 0) + wb * (weights[b + k] ?? 0);
      const second = wc * (weights[c + k] ?? 0) + wd * (weights[d + k] ?? 0);
      sums[k] = (sums[k] ?? 0) + first + second;
    }
  }
}
