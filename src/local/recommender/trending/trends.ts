/** Counts interactions by intervals of time, to see which items rise. */
import type { EventColumns } from '../event-log';

/** Interactions in intervals of equal length that end with the newest one; the last interval is the newest. */
export interface IntervalCounts {
  /** How many intervals are counted, the newest ones. */
  readonly intervals: number;
  /** That of item i in interval t is at `t * items + i`; items are places in the given ids. */
  readonly counts: Float64Array;
  readonly items: number;
}

/**
 * Counts the interactions of each item in the newest intervals, by their weights; repeats of the same user, item and
 * time count once.
 *
 * @param itemIds  the items to count, by place
 * @param seconds  length of an interval
 * @param isLeftOut  tells whose interactions don't count; the intervals stay the same
 */
export function countIntervals(
  events: EventColumns,
  itemIds: readonly string[],
  { seconds, intervals }: { readonly seconds: number; readonly intervals: number },
  isLeftOut?: (userId: string) => boolean,
): IntervalCounts {
  const newest = events.times.reduce((latest, time) => Math.max(latest, time), Number.NEGATIVE_INFINITY);
  const ageOf = (event: number): number => Math.floor((newest - (events.times[event] ?? 0)) / seconds);
  const isCounted = events.userIds.map((id) => isLeftOut?.(id) !== true);
  const recent = Array.from(events.times.keys()).filter(
    (event) => ageOf(event) < intervals && isCounted[events.users[event] ?? 0] === true,
  );
  const places = new Map(itemIds.map((id, place) => [id, place]));
  const counts = new Float64Array(intervals * itemIds.length);
  for (const event of keepDistinct(events, recent)) {
    const item = places.get(events.itemIds[events.items[event] ?? 0] ?? '');
    if (item === undefined) continue;
    const at = (intervals - 1 - ageOf(event)) * itemIds.length + item;
    counts[at] = (counts[at] ?? 0) + (events.weights[event] ?? 1);
  }
  return { intervals, counts, items: itemIds.length };
}

/** Leaves out repeats, of which the one with the greatest weight stays, and orders by what does not depend on rows. */
function keepDistinct(events: EventColumns, chosen: readonly number[]): readonly number[] {
  const best = new Map<string, number>();
  const weightOf = (event: number): number => events.weights[event] ?? 1;
  for (const event of chosen) {
    const key = `${events.times[event]} ${events.items[event]} ${events.users[event]}`;
    const other = best.get(key);
    if (other === undefined || weightOf(event) > weightOf(other)) best.set(key, event);
  }
  return [...best.values()].sort((a, b) => weightOf(a) - weightOf(b));
}

/** Takes one interval, counted from the newest: 0 is the newest; zeros where there is none. */
export function takeInterval({ counts, items, intervals }: IntervalCounts, age: number): Float64Array {
  const from = (intervals - 1 - age) * items;
  return from < 0 ? new Float64Array(items) : counts.subarray(from, from + items);
}

/** Computes by how much each item rose from the interval before to the one of the given age; negative where it fell. */
export function computeRise(counts: IntervalCounts, age: number): Float64Array {
  const before = takeInterval(counts, age + 1);
  return takeInterval(counts, age).map((count, item) => count - (before[item] ?? 0));
}
