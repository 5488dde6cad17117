/** Turns raw scores into a list: positive, over popularity, with new items tried. */
import type { ObjectiveFactors } from './objective';
import { selectTop } from './rank';
import type { Recommendations } from './recipe';

/**
 * What popularity adds to the scores, as a share of their sum: it orders the items of which a history says nothing,
 * and all of them for a user without history.
 */
const POPULAR_SHARE = 0.05;

/** Puts a score above another without a difference that shows. */
const ABOVE = 1 + 1e-9;

/** Decimals of a score, as Personalize prints them. */
const SCORE_UNIT = 10_000_000;

/** Computes each item's share of all (user, item) pairs, counted as they are or by weight. */
export function computePopularity(itemUsers: Int32Array | Float64Array): Float64Array {
  let total = 0;
  for (const users of itemUsers) total += users;
  return Float64Array.from(itemUsers, (users) => (total === 0 ? 0 : users / total));
}

/**
 * Finishes raw scores in place: negative ones become 0, popularity is added, all are multiplied by the factors.
 *
 * @returns the sum
 */
export function finishScores(scores: Float64Array, popularity: Float64Array, factors?: ObjectiveFactors): number {
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
    if (factors !== undefined) raised *= factors[item] ?? 1;
    scores[item] = raised;
    total += raised;
  }
  return total;
}

/** Gives the places −Infinity, so that they are in no list. */
export function removePlaces(scores: Float64Array, places: Int32Array): void {
  for (const place of places) scores[place] = Number.NEGATIVE_INFINITY;
}

/** What `listItems` lists from; `scores` and `total` as `finishScores` leaves them, `scores` is changed. */
export interface ListRequest {
  readonly itemIds: readonly string[];
  readonly scores: Float64Array;
  readonly total: number;
  readonly count: number;
  /** 1 for each item that may be listed; all where undefined. */
  readonly allowed: Uint8Array | undefined;
  /** Draws places of new items to be tried, knowing the scores and that of the last item listed. */
  readonly draw: (scores: Float64Array, threshold: number) => readonly number[];
}

/**
 * Lists the best items with their share of the sum of all scores, to 7 decimals; ties by place. What is not allowed is
 * left out after scoring, so that it keeps its share.
 * The items to be tried follow the middle of the list.
 */
export function listItems(request: ListRequest): Recommendations {
  const { itemIds, scores, count, allowed } = request;
  if (allowed !== undefined) leaveOut(scores, allowed);
  const { list, total } = tryItems(request, selectTop(scores, count), () => selectTop(scores, count));
  return { items: list.map((item) => itemIds[item] ?? ''), scores: list.map((item) => share(scores, item, total)) };
}

/** What `listBest` lists from, besides. */
export interface BestRequest extends ListRequest {
  /** How many of the best items have scores. */
  readonly scored: number;
  /** Places of all items, the most popular first. */
  readonly byPopularity: Int32Array;
}

/**
 * Lists as `listItems` does, but only the best items have scores, which sum to 1 over them. Where what is allowed of
 * them is too little, popular items follow, without scores.
 */
export function listBest(request: BestRequest): Recommendations {
  const { itemIds, scores, count, allowed, scored } = request;
  const isAllowed = (item: number): boolean => allowed?.[item] !== 0;
  let best = selectTop(scores, scored);
  const cut = (): Int32Array => best.filter(isAllowed).subarray(0, count);
  const draw: ListRequest['draw'] = (all, threshold) => {
    if (allowed === undefined) return request.draw(all, threshold);
    const visible = all.slice();
    leaveOut(visible, allowed);
    return request.draw(visible, threshold);
  };
  const { list } = tryItems({ ...request, draw }, cut(), () => {
    best = selectTop(scores, scored);
    return cut();
  });
  const total = best.reduce((sum, item) => sum + (scores[item] ?? 0), 0);
  const listed = new Set(list);
  const popular: number[] = [];
  for (let at = 0; at < request.byPopularity.length && list.length + popular.length < count; at++) {
    const item = request.byPopularity[at] ?? 0;
    if (isAllowed(item) && !listed.has(item)) popular.push(item);
  }
  return {
    items: [...list, ...popular].map((item) => itemIds[item] ?? ''),
    scores: list.map((item) => share(scores, item, total)),
  };
}

/** Raises the scores of the items to be tried to that of the middle, or as far as they all get into the list. */
function tryItems(
  { scores, total, count, draw }: ListRequest,
  top: Int32Array,
  listAgain: () => Int32Array,
): { readonly list: readonly number[]; readonly total: number } {
  const last = top.length < count ? Number.POSITIVE_INFINITY : (scores[top[top.length - 1] ?? -1] ?? 0);
  const tried = draw(scores, last);
  const before = Math.min(Math.floor(top.length / 2), top.length - tried.length - 1);
  const score = before < 0 ? (scores[top[0] ?? -1] ?? 0) * ABOVE : (scores[top[before] ?? -1] ?? 0);
  let raised = total;
  for (const item of tried) {
    raised += Math.max(0, score - (scores[item] ?? 0));
    scores[item] = Math.max(score, scores[item] ?? 0);
  }
  return { list: Array.from(tried.length === 0 ? top : listAgain()), total: raised };
}

function share(scores: Float64Array, item: number, total: number): number {
  return total > 0 ? Math.round(((scores[item] ?? 0) / total) * SCORE_UNIT) / SCORE_UNIT : 0;
}

function leaveOut(scores: Float64Array, allowed: Uint8Array): void {
  for (let item = 0; item < scores.length; item++) if (allowed[item] === 0) scores[item] = Number.NEGATIVE_INFINITY;
}
