/** Ranks users by how much their histories speak for one item. */
import { tabulateDecay } from './decay';
import type { Histories } from './histories';
import { chooseDenseItems, fitItemWeights, type WeightSettings } from './item-weights';
import { MAX_HISTORY } from './kernels';
import { takeFloat32, takeInt32 } from './model-parts';
import { findNeighbours } from './neighbours';
import { selectTop } from './rank';
import type { ModelParts } from './recipe';
import type { UserLists } from './user-lists';

/** Chosen on an inner split of MovieLens: recall at 1 % with at least half of the users covered. */
const WEIGHTS: WeightSettings = { model: 'local', decay: { floor: 0.3, ratio: 0.9862327044933592 }, lambda: 500 };
const PROFILE = { floor: 0.3, ratio: 0.9862327044933592 };

/** Fits the weights of the items, by target; `cap` as for `fitItemScorer`. */
export function fitItemAffinity(histories: Histories, cap: number): ModelParts {
  const dense = chooseDenseItems(histories, cap);
  const sparse = findNeighbours(histories, dense, WEIGHTS);
  return {
    numbers: {},
    texts: {},
    arrays: {
      denseItems: dense,
      denseWeights: fitItemWeights(histories, dense, WEIGHTS).values,
      sparseOffsets: sparse.offsets,
      sparseColumns: sparse.columns,
      sparseValues: sparse.values,
    },
  };
}

/**
 * Ranks the users for one item (a place of `itemIds`), best first, ties by user id; those who have it and those who are
 * not allowed (0 in `allowed`) are left out.
 */
export type RankUsers = (item: number, count: number, allowed?: Uint8Array) => Int32Array;

/** @throws RangeError if a part is missing */
export function openItemAffinity(parts: ModelParts, { userIds, itemIds, offsets, items }: UserLists): RankUsers {
  const ages = tabulateDecay(PROFILE, MAX_HISTORY);
  const readRow = openRows(parts, itemIds.length);
  const scores = new Float64Array(userIds.length);
  return (item, count, allowed) => {
    const weights = readRow(item);
    for (let user = 0; user < userIds.length; user++) {
      const start = offsets[user] ?? 0;
      const end = offsets[user + 1] ?? 0;
      let score = allowed?.[user] === 0 ? Number.NEGATIVE_INFINITY : 0;
      for (let at = Math.max(start, end - MAX_HISTORY); at < end; at++) {
        const other = items[at] ?? 0;
        if (other === item) score = Number.NEGATIVE_INFINITY;
        score += (ages[end - 1 - at] ?? 0) * (weights[other] ?? 0);
      }
      scores[user] = score;
    }
    return selectTop(scores, count);
  };
}

/** Reads the weights of one target as a row over all items; the row is overwritten by the next reading. */
function openRows(parts: ModelParts, itemCount: number): (item: number) => Float64Array {
  const dense = takeInt32(parts, 'denseItems');
  const values = takeFloat32(parts, 'denseWeights');
  const offsets = takeInt32(parts, 'sparseOffsets');
  const columns = takeInt32(parts, 'sparseColumns');
  const sparse = takeFloat32(parts, 'sparseValues');
  const denseOf = new Map(Array.from(dense, (item, at) => [item, at]));
  const row = new Float64Array(itemCount);
  return (item) => {
    row.fill(0);
    const from = denseOf.get(item);
    for (let at = 0; from !== undefined && at < dense.length; at++) {
      row[dense[at] ?? 0] = values[from * dense.length + at] ?? 0;
    }
    for (let at = offsets[item] ?? 0; at < (offsets[item + 1] ?? 0); at++) row[columns[at] ?? 0] = sparse[at] ?? 0;
    return row;
  };
}
