/**
 * Recommends the items whose interactions rise fastest, the same to everyone: aws-trending-now.
 * By how much the interactions of an item grew from one interval to the next, as AWS documents it (developer guide,
 * "Trending-Now recipe"): the plainest of the burst measures, compare Kleinberg, "Bursty and Hierarchical Structure in
 * Streams", 2002. Intervals end with the newest interaction, for a model knows no other time; AWS counts back from the
 * present. Of items that rise alike, the one that was rarer before comes first. Items that don't rise follow by
 * popularity. Heeds trend_discovery_frequency. AWS has no batch jobs for this recipe.
 */
import { historyOf } from '../histories';
import { takeInt32, takeTexts } from '../model-parts';
import { selectTop } from '../rank';
import { average, roundMetric, summariseRankings } from '../ranking-metrics';
import type { InferenceRecipe, ModelParts, Recommender, Training, TrainingData } from '../recipe';
import { createLister, rankPopular } from '../related/related-lists';
import { holdOutUsers } from '../test-users';
import { computeRise, countIntervals, type IntervalCounts, takeInterval } from '../trending/trends';

/** Trains `aws-trending-now`; lists have no scores. */
export const recipe: InferenceRecipe = { name: 'aws-trending-now', kind: 'inference', reads: [], train, open };

/** The values of trend_discovery_frequency, in seconds. */
const FREQUENCIES: Readonly<Record<string, number>> = {
  '30 minutes': 1800,
  '1 hour': 3600,
  '2 hours': 7200,
  '3 hours': 10_800,
  '1 day': 86_400,
};
const DEFAULT_SECONDS = 7200;

/** Intervals that are predicted when measuring, each from the two before it. */
const TESTED_INTERVALS = 20;
/** Items that are recommended in a test, and trending items that they are held against. */
const DEPTH = 25;

function train(data: TrainingData): Training {
  const { events, histories } = data;
  const counts = countIntervals(events, histories.itemIds, readIntervals(data));
  const popular = rankPopular(histories.itemWeights);
  return {
    parts: {
      numbers: {},
      texts: { itemIds: histories.itemIds },
      arrays: { trendingItems: rankTrending(counts, 0, popular) },
    },
    metrics: measure(data, counts),
  };
}

function readIntervals({ hyperParameters }: TrainingData): { readonly seconds: number; readonly intervals: number } {
  const wanted = hyperParameters.trend_discovery_frequency?.trim().toLowerCase() ?? '';
  return { seconds: FREQUENCIES[wanted] ?? DEFAULT_SECONDS, intervals: TESTED_INTERVALS + 2 };
}

/** Measures what is listed without the held-out users. The prediction of trends goes by time, and counts everybody. */
function measure(data: TrainingData, all: IntervalCounts): Training['metrics'] {
  const { events, histories, seed } = data;
  const { training, heldOut } = holdOutUsers(histories, seed);
  const tested = new Set(histories.userIds.filter((_, user) => historyOf(training, user).length === 0));
  const counts = countIntervals(events, histories.itemIds, readIntervals(data), (userId) => tested.has(userId));
  const popular = rankPopular(training.itemWeights);
  const shown = rankTrending(counts, 0, popular).subarray(0, DEPTH);
  const cases = heldOut.map(({ truth, weights }) => ({ shown, truth, weights }));
  return {
    ...summariseRankings(cases, histories.itemIds.length),
    trend_prediction_accuracy: roundMetric(measureTrends(all, popular)),
  };
}

/** Ranks all items by the rise up to the interval of the given age; what does not rise comes last, by popularity. */
function rankTrending(counts: IntervalCounts, age: number, popular: Int32Array): Int32Array {
  const rise = computeRise(counts, age);
  const before = takeInterval(counts, age + 1);
  const rank = new Int32Array(popular.length);
  popular.forEach((item, place) => {
    rank[item] = place;
  });
  const rises = (item: number): number => Math.max(0, rise[item] ?? 0);
  const rarity = (item: number): number => (rises(item) > 0 ? (before[item] ?? 0) : 0);
  return popular
    .slice()
    .sort((a, b) => rises(b) - rises(a) || rarity(a) - rarity(b) || (rank[a] ?? 0) - (rank[b] ?? 0));
}

/**
 * Computes the rise of the items that would have been recommended before an interval, over the rise of the items that
 * rose most in it; 0 to 1, the mean over the newest intervals in which anything rose.
 * Source: developer guide, "Evaluating a solution version with metrics".
 */
function measureTrends(counts: IntervalCounts, popular: Int32Array): number {
  const shares: number[] = [];
  for (let age = 0; age < TESTED_INTERVALS; age++) {
    const rise = computeRise(counts, age);
    const best = sumRise(rise, selectTop(rise, DEPTH));
    if (best <= 0) continue;
    const shown = rankTrending(counts, age + 1, popular).subarray(0, DEPTH);
    shares.push(Math.min(1, Math.max(0, sumRise(rise, shown) / best)));
  }
  return average(shares);
}

/** Sums what rises among the items. */
function sumRise(rise: Float64Array, items: Int32Array): number {
  return items.reduce((sum, item) => sum + Math.max(0, rise[item] ?? 0), 0);
}

function open(parts: ModelParts): Recommender {
  const itemIds = takeTexts(parts, 'itemIds');
  const list = createLister(takeInt32(parts, 'trendingItems'));
  return {
    itemIds,
    recommend(_query, { count, allowed }) {
      const items = list({ own: undefined, related: [], count, allowed });
      return { items: items.map((item) => itemIds[item] ?? '') };
    },
  };
}
