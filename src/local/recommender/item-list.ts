/** Turns raw scores into a list: positive, over popularity, without what the user has, with new items tried. */
import type { Catalogue } from './catalogue';
import { selectTop } from './rank';
import type { Recommendations } from './recipe';

/**
 * What popularity adds to the scores, as a share of their sum: it orders the items of which a history says nothing,
 * and all of them for a user without history.
 */
const POPULAR_SHARE = 0.05;

/** Decimals of a score, as Personalize prints them. */
const SCORE_UNIT = 10_000_000;

/** Computes each item's share of all (user, item) pairs. */
export function computePopularity(itemUsers: Int32Array): Float64Array {
  const total = itemUsers.reduce((sum, users) => sum + users, 0);
  return Float64Array.from(itemUsers, (users) => (total === 0 ? 0 : users / total));
}

/**
 * Finishes raw scores in place: negative ones become 0, popularity is added, and items of the history get −Infinity.
 *
 * @returns the sum over the items that may be listed
 */
export function finishScores(scores: Float64Array, popularity: Float64Array, history: Int32Array): number {
  let positive = 0;
  for (let item = 0; item < scores.length; item++) {
    const score = scores[item] ?? 0;
    if (score > 0) positive += score;
  }
  const share = positive > 0 ? POPULAR_SHARE * positive : 1;
  let total = 0;
  for (let item = 0; item < scores.length; item++) {
    const score = scores[item] ?? 0;
    let raised = share * (popularity[item] ?? 0);
    if (score > 0) raised += score;
    scores[item] = raised;
    total += raised;
  }
  for (const item of history) {
    total -= scores[item] ?? 0;
    scores[item] = Number.NEGATIVE_INFINITY;
  }
  return Math.max(0, total);
}

/** What `listItems` lists from; `scores` and `total` as `finishScores` leaves them, `scores` is changed. */
export interface ListRequest {
  readonly catalogue: Catalogue;
  readonly scores: Float64Array;
  readonly total: number;
  readonly count: number;
  /** Places of new items to be tried, as `drawNewItems` draws them. */
  readonly tried: readonly number[];
}

/**
 * Lists the best items with their share of the sum of all scores, to 7 decimals; ties by item id.
 * The items to be tried get the score of the middle of the list, unless they have a better one.
 */
export function listItems(request: ListRequest): Recommendations {
  const { catalogue, scores, count, tried } = request;
  const top = selectTop(scores, count);
  const middle = scores[top[Math.floor(top.length / 2)] ?? -1] ?? 0;
  let total = request.total;
  for (const item of tried) {
    if (scores[item] === Number.NEGATIVE_INFINITY || (scores[item] ?? 0) >= middle) continue;
    total += middle - (scores[item] ?? 0);
    scores[item] = middle;
  }
  const list = Array.from(total === request.total ? top : selectTop(scores, count));
  return {
    items: list.map((item) => catalogue.itemIds[item] ?? ''),
    scores: list.map((item) => (total > 0 ? Math.round(((scores[item] ?? 0) / total) * SCORE_UNIT) / SCORE_UNIT : 0)),
  };
}
