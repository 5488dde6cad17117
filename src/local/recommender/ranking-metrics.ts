/** Computes the offline metrics of ranked lists as Personalize names and defines them. */

/** Binary logarithms of 2 to 26, written out: Math.log2 may differ in the last bit between machines. */
const LOG2 = [
  1, 1.584962500721156, 2, 2.321928094887362, 2.584962500721156, 2.807354922057604, 3, 3.169925001442312,
  3.321928094887362, 3.4594316186372973, 3.584962500721156, 3.700439718141092, 3.807354922057604, 3.9068905956085187, 4,
  4.087462841250339, 4.169925001442312, 4.247927513443585, 4.321928094887363, 4.392317422778761, 4.459431618637297,
  4.523561956057013, 4.584962500721156, 4.643856189774724, 4.700439718141092,
] as const;

/** One test user: what was shown, best first, and what the user really took. */
export interface RankedCase {
  readonly shown: ArrayLike<number>;
  readonly truth: ReadonlySet<number>;
  /** How much each item of the truth counts, where the solution weighs events. */
  readonly weights?: ReadonlyMap<number, number> | undefined;
}

/** Counts hits among the first `depth` that were shown. */
export function countHits({ shown, truth }: RankedCase, depth: number): number {
  let hits = 0;
  for (let rank = 0; rank < Math.min(depth, shown.length); rank++) if (truth.has(shown[rank] ?? -1)) hits++;
  return hits;
}

/**
 * Computes the normalised discounted cumulative gain; `depth` at most 25.
 *
 * @param ideal  how many hits a perfect list would have: AWS takes the hits that the list has, others min(depth, truth)
 */
export function computeNdcg({ shown, truth }: RankedCase, depth: number, ideal: number): number {
  let gain = 0;
  let best = 0;
  for (let rank = 0; rank < depth; rank++) {
    const discount = 1 / (LOG2[rank] ?? 1);
    if (rank < shown.length && truth.has(shown[rank] ?? -1)) gain += discount;
    if (rank < ideal) best += discount;
  }
  return best === 0 ? 0 : gain / best;
}

/** Computes 1 / rank of the first hit among the first `depth`, else 0. */
export function computeReciprocalRank({ shown, truth }: RankedCase, depth: number): number {
  for (let rank = 0; rank < Math.min(depth, shown.length); rank++)
    if (truth.has(shown[rank] ?? -1)) return 1 / (rank + 1);
  return 0;
}

/**
 * Computes the gain with each hit counted by its weight, against that of as many hits in front that count 1 each: so it
 * exceeds 1 where hits that count more than others are found.
 */
export function computeWeightedNdcg(one: RankedCase, depth: number): number {
  let gain = 0;
  let best = 0;
  const ideal = countHits(one, depth);
  for (let rank = 0; rank < depth; rank++) {
    const discount = 1 / (LOG2[rank] ?? 1);
    const item = one.shown[rank] ?? -1;
    if (rank < one.shown.length && one.truth.has(item)) gain += discount * (one.weights?.get(item) ?? 1);
    if (rank < ideal) best += discount;
  }
  return best === 0 ? 0 : gain / best;
}

/**
 * Computes the share of the rewards of all that test users took which comes from what the lists show, the mean over
 * users who took something with a reward; negative rewards and missing ones (NaN) are 0.
 *
 * @param rewards  by place of item
 */
export function averageRewards(cases: readonly RankedCase[], depth: number, rewards: Float64Array): number {
  const shares: number[] = [];
  for (const { shown, truth } of cases) {
    const rewardOf = (item: number): number => Math.max(0, rewards[item] || 0);
    const all = [...truth].reduce((sum, item) => sum + rewardOf(item), 0);
    const hits = Array.from(shown)
      .slice(0, depth)
      .filter((item) => truth.has(item));
    if (all > 0) shares.push(hits.reduce((sum, item) => sum + rewardOf(item), 0) / all);
  }
  return average(shares);
}

/**
 * Computes the metrics of item recommendations over the test users: coverage, mean reciprocal rank at 25, and NDCG and
 * precision at 5, 10 and 25 by AWS's keys, rounded to 4 decimals.
 * Source: developer guide, "Evaluating a solution version with metrics"; the ideal gain is that of the list's own hits.
 *
 * Adds `…_with_event_weights_at_k` where the cases have weights, and `average_rewards_at_k` where there are rewards; the k
 * of both is 25, which AWS documents for the second only.
 *
 * @param itemCount  distinct items of the datasets
 * @param rewards  the values of the objective's column, by place of item
 */
export function summariseRankings(
  cases: readonly RankedCase[],
  itemCount: number,
  rewards?: Float64Array,
): Readonly<Record<string, number>> {
  const mean = (value: (one: RankedCase) => number): number => roundMetric(average(cases.map(value)));
  const shown = new Set(cases.flatMap((one) => Array.from(one.shown).slice(0, 25)));
  const metrics: Record<string, number> = {
    coverage: roundMetric(itemCount === 0 ? 0 : shown.size / itemCount),
    mean_reciprocal_rank_at_25: mean((one) => computeReciprocalRank(one, 25)),
  };
  for (const depth of [5, 10, 25]) {
    metrics[`normalized_discounted_cumulative_gain_at_${depth}`] = mean((one) =>
      computeNdcg(one, depth, countHits(one, depth)),
    );
  }
  for (const depth of [5, 10, 25]) metrics[`precision_at_${depth}`] = mean((one) => countHits(one, depth) / depth);
  if (cases.some(({ weights }) => weights !== undefined)) {
    metrics.normalized_discounted_cumulative_gain_with_event_weights_at_k = mean((one) => computeWeightedNdcg(one, 25));
  }
  if (rewards !== undefined) metrics.average_rewards_at_k = roundMetric(averageRewards(cases, 25, rewards));
  return metrics;
}

/** Computes the mean; 0 of nothing. */
export function average(values: readonly number[]): number {
  return values.length === 0 ? 0 : values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** Rounds to 4 decimals, as Personalize shows metrics. */
export function roundMetric(value: number): number {
  return Math.round(value * 10_000) / 10_000;
}
