/** Measures related items as AWS measures other recipes: with users who are left out of the training. */
import type { Histories } from '../histories';
import { type RankedCase, summariseRankings } from '../ranking-metrics';
import type { HeldOutUser } from '../test-users';
import { createLister, type RelatedLists, rankPopular } from './related-lists';

/** Items that are shown in a test. */
const DEPTH = 25;

/** Marks with 1 the items that `measureRelated` asks for. */
export function markAsked(training: Histories, heldOut: readonly HeldOutUser[]): Uint8Array {
  const isAsked = new Uint8Array(training.itemIds.length);
  for (const { fed } of heldOut) isAsked[fed[fed.length - 1] ?? -1] = 1;
  return isAsked;
}

/**
 * Shows the list of the newest item that each held-out user is fed with, and looks for what the user took after it.
 * AWS does not say what it asks a related-items recipe for in its tests: nightjar's choice.
 */
export function showRelated(
  training: Histories,
  heldOut: readonly HeldOutUser[],
  { offsets, items }: RelatedLists,
): readonly RankedCase[] {
  const list = createLister(rankPopular(training.itemWeights));
  return heldOut.map(({ fed, truth, weights }) => {
    const own = fed[fed.length - 1];
    const related = own === undefined ? [] : items.subarray(offsets[own], offsets[own + 1]);
    return { shown: list({ own, related, count: DEPTH, allowed: undefined }), truth, weights };
  });
}

/** Computes the metrics, by AWS's names, of what `showRelated` shows. */
export function measureRelated(
  training: Histories,
  heldOut: readonly HeldOutUser[],
  lists: RelatedLists,
): Readonly<Record<string, number>> {
  return summariseRankings(showRelated(training, heldOut, lists), training.itemIds.length);
}
