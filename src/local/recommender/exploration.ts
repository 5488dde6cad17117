/** Draws new items, of which too little is known to score them, so that they are seen and become known: a bandit. */
import type { Catalogue } from './catalogue';
import { hashPair, hashText } from './identity';
import { MIN_ITEM_USERS } from './item-weights';
import { selectTop } from './rank';
import type { Exploration, ModelParts } from './recipe';
import { openTakeRates, type TakeRates } from './trials';

/** What the draws for one list go by. */
export interface DrawRequest {
  readonly userId: string;
  /** Places of what the user has, which is never tried. */
  readonly history: Int32Array;
  /** The length of the list. */
  readonly count: number;
  readonly exploration: Exploration;
  /** The items' scores; −Infinity for those that may not be listed. */
  readonly scores: Float64Array;
  /** The score of the last item that is listed anyway. */
  readonly threshold: number;
}

/** Draws the new items to be tried with one user: places of items that are not listed anyway, without repetition. */
export type DrawNewItems = (request: DrawRequest) => readonly number[];

/** The share of a list that is given to new items at weight 1. */
const LARGEST_SHARE = 0.5;
/** The most new items that are drawn from for one user: others have others. */
const MAX_DRAWN_FROM = 500;

/**
 * Prepares the draws for a catalogue. New are items with too few users to be scored exactly and not older than the
 * cut-off. Each list gives `weight` · ½ of its places to them, on average over users.
 *
 * Which ones is decided by Thompson sampling (Chapelle & Li, "An Empirical Evaluation of Thompson Sampling", 2011): for
 * each user a take rate is drawn from what is believed of each item, and the items with the greatest are tried. So what
 * was shown and not taken comes seldom, what was never shown comes often. The draw is from the normal distribution with
 * the mean and variance of the Beta posterior, which is the same on every machine; items that fit the user better have
 * up to twice the chance. AWS documents that impressions guide exploration and that the weight is its frequency; the
 * share of a list and the formula are nightjar's choice.
 *
 * @throws RangeError if a part is missing
 */
export function createExploration(parts: ModelParts, catalogue: Catalogue): DrawNewItems {
  const rates = openTakeRates(parts, catalogue.itemIds.length);
  const byCutOff = new Map<number, Int32Array>();
  return ({ userId, history, count, exploration, scores, threshold }) => {
    const start = hashText(userId, exploration.seed);
    const wanted = countPlaces(count, exploration.weight, start);
    if (wanted === 0) return [];
    const fresh = byCutOff.get(exploration.ageCutOffDays) ?? listNewItems(catalogue, exploration.ageCutOffDays);
    byCutOff.set(exploration.ageCutOffDays, fresh);
    const owned = new Set(history);
    const candidates = takeSome(fresh, start).filter((item) => {
      const score = scores[item] ?? 0;
      return score > Number.NEGATIVE_INFINITY && score < threshold && !owned.has(item);
    });
    const drawn = drawRates(candidates, { rates, scores, start });
    return Array.from(selectTop(drawn, wanted), (at) => candidates[at] ?? 0);
  };
}

/** Rounds down or up by chance, so that the mean over users is exact. */
function countPlaces(count: number, weight: number, start: number): number {
  const share = count * Math.min(1, Math.max(0, weight)) * LARGEST_SHARE;
  return Math.min(count, Math.floor(share + hashPair(start, 1) / 4_294_967_296));
}

function listNewItems({ itemUsers, itemAgeDays }: Catalogue, cutOffDays: number): Int32Array {
  const all = Int32Array.from(itemUsers, (_, item) => item);
  return all.filter((item) => (itemUsers[item] ?? 0) < MIN_ITEM_USERS && (itemAgeDays[item] ?? 0) <= cutOffDays);
}

/** Takes a run of the items, from a place that the user's hash gives. */
function takeSome(items: Int32Array, start: number): Int32Array {
  if (items.length <= MAX_DRAWN_FROM) return items;
  const from = start % items.length;
  return Int32Array.from({ length: MAX_DRAWN_FROM }, (_, at) => items[(from + at) % items.length] ?? 0);
}

interface Belief {
  readonly rates: TakeRates;
  readonly scores: Float64Array;
  readonly start: number;
}

function drawRates(candidates: Int32Array, { rates, scores, start }: Belief): Float64Array {
  const best = candidates.reduce((greatest, item) => Math.max(greatest, scores[item] ?? 0), 0);
  return Float64Array.from(candidates, (item) => {
    const rate = (rates.mean[item] ?? 0) + (rates.deviation[item] ?? 0) * drawNormal(hashPair(start, item));
    return Math.max(0, rate) * (best > 0 ? 1 + (scores[item] ?? 0) / best : 1);
  });
}

/** The sum of the four bytes of a hash, scaled to mean 0 and variance 1, which is close to a normal deviate. */
function drawNormal(hash: number): number {
  const bytes = (hash & 255) + ((hash >>> 8) & 255) + ((hash >>> 16) & 255) + (hash >>> 24);
  return (bytes - 510) / 147.79;
}
