/** Leaves users with unusually short or long histories out of a training. */
import { type Histories, truncateHistories } from './histories';

/** The shares of users, in order of the lengths of their histories, between which users are kept: 0 to 1 each. */
export interface LengthPercentiles {
  readonly min: number;
  readonly max: number;
}

/**
 * Empties the histories of users with fewer events than the user at the lower percentile has, or more than the one at
 * the upper; users with as many stay. Percentiles are by nearest rank.
 */
export function limitHistoryLengths(histories: Histories, { min, max }: LengthPercentiles): Histories {
  if (min <= 0 && max >= 1) return histories;
  const lengths = histories.userEvents;
  const sorted = lengths.filter((length) => length > 0).sort();
  const at = (share: number): number => sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? 0;
  const shortest = min <= 0 ? 0 : at(min);
  const longest = max >= 1 ? Number.POSITIVE_INFINITY : at(max);
  return truncateHistories(histories, (user, length) => {
    const events = lengths[user] ?? 0;
    return events >= shortest && events <= longest ? length : 0;
  });
}
