/** Ranks users by how many items with given attributes they are likely to take next. */
import { tabulateDecay } from './decay';
import { MAX_HISTORY } from './kernels';
import { selectTop } from './rank';
import type { UserLists } from './user-lists';

/** How a history is read, and how many events of the average user are mixed into a short one: an inner split chose. */
const PROFILE = { floor: 0.3, ratio: 0.9862327044933592 };
const PRIOR_EVENTS = 20;

/**
 * Ranks the users for a set of items, best first, ties by user id: a user's expected takes are the length of the
 * history times the share that such items have in it, newer ones counting more, drawn towards everybody's share.
 *
 * @param matches  1 for each place of `itemIds` that has the attributes, else 0
 * @param allowed  0 for each place of `userIds` that is left out
 */
export function rankByAttributes(
  users: UserLists,
  matches: Uint8Array,
  count: number,
  allowed?: Uint8Array,
): Int32Array {
  const { userIds, offsets, items } = users;
  const ages = tabulateDecay(PROFILE, MAX_HISTORY);
  const prior = computeShare(items, matches);
  const scores = Float64Array.from(userIds, (_, user) => {
    if (allowed?.[user] === 0) return Number.NEGATIVE_INFINITY;
    const start = offsets[user] ?? 0;
    const end = offsets[user + 1] ?? 0;
    let found = PRIOR_EVENTS * prior;
    let all = PRIOR_EVENTS;
    for (let at = Math.max(start, end - MAX_HISTORY); at < end; at++) {
      const weight = ages[end - 1 - at] ?? 0;
      all += weight;
      if (matches[items[at] ?? 0] === 1) found += weight;
    }
    return ((end - start) * found) / all;
  });
  return selectTop(scores, count);
}

function computeShare(items: Int32Array, matches: Uint8Array): number {
  let found = 0;
  for (const item of items) found += matches[item] ?? 0;
  return items.length === 0 ? 0 : found / items.length;
}
