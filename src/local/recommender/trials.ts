/** Counts how often items were shown and how often they were taken, and what that says of their take rates. */
import type { EventColumns } from './event-log';
import { takeInt32 } from './model-parts';
import type { ModelParts } from './recipe';

/**
 * Packs the counts by place of `itemIds`. An item is tried once for each list of shown items that it is in, and once
 * for each event in which it was taken without being in the list.
 */
export function packTrials(events: EventColumns, itemIds: readonly string[]): ModelParts {
  const places = new Map(itemIds.map((id, place) => [id, place]));
  const placeOf = Int32Array.from(events.itemIds, (id) => places.get(id) ?? -1);
  const taken = new Int32Array(itemIds.length);
  const tried = new Int32Array(itemIds.length);
  const add = (counts: Int32Array, item: number): void => {
    const place = placeOf[item] ?? -1;
    if (place >= 0) counts[place] = (counts[place] ?? 0) + 1;
  };
  events.items.forEach((item, event) => {
    add(taken, item);
    const shown = listShown(events, event);
    for (const one of shown) add(tried, one);
    if (events.impressions !== undefined && !shown.has(item)) add(tried, item);
  });
  return { numbers: {}, texts: {}, arrays: { itemsTaken: taken, itemsTried: tried } };
}

function listShown({ impressions }: EventColumns, event: number): ReadonlySet<number> {
  if (impressions === undefined) return NOTHING;
  return new Set(impressions.items.subarray(impressions.offsets[event] ?? 0, impressions.offsets[event + 1] ?? 0));
}

const NOTHING: ReadonlySet<number> = new Set();

/** What is believed of the share of trials in which each item is taken: mean and standard deviation by place. */
export interface TakeRates {
  readonly mean: Float64Array;
  readonly deviation: Float64Array;
}

/** How many trials the belief before all trials is worth. */
const PRIOR_TRIALS = 4;

/**
 * Computes the Beta posterior of each item's take rate, with the rate of all items as the prior. Where the data have no
 * impressions, nothing is known of rates: every item has the rate ½, known the better the more often it was taken.
 *
 * @param itemCount  at least as many as the model has; those behind were never tried
 * @throws RangeError if a part is missing
 */
export function openTakeRates(parts: ModelParts, itemCount: number): TakeRates {
  const taken = takeInt32(parts, 'itemsTaken');
  const tried = takeInt32(parts, 'itemsTried');
  const all = sum(tried);
  const rate = all === 0 ? 0.5 : Math.min(0.99, Math.max(0.01, sum(taken) / all));
  const mean = new Float64Array(itemCount);
  const deviation = new Float64Array(itemCount);
  for (let item = 0; item < itemCount; item++) {
    const hits = taken[item] ?? 0;
    const trials = all === 0 ? 2 * hits : (tried[item] ?? 0);
    const total = PRIOR_TRIALS + trials;
    const expected = (PRIOR_TRIALS * rate + hits) / total;
    mean[item] = expected;
    deviation[item] = Math.sqrt((expected * (1 - expected)) / (total + 1));
  }
  return { mean, deviation };
}

function sum(counts: Int32Array): number {
  return counts.reduce((total, count) => total + count, 0);
}
