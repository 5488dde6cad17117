/** Measures related items as AWS measures other recipes: with users who are left out of the training. */
import type { Histories } from '../histories';
import { average, computeNdcg, summariseRankings } from '../ranking-metrics';
import type { HeldOutUser } from '../test-users';
import { createLister, type RelatedLists, rankPopular } from './related-lists';

/** Items that are shown in a test. */
const DEPTH = 25;

/** What was found: the metrics by AWS's names, and the gain by which models are compared. */
export interface RelatedQuality {
  readonly metrics: Readonly<Record<string, number>>;
  /** Mean NDCG at 25 against the best possible list. */
  readonly gain: number;
}

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
export function measureRelated(
  training: Histories,
  heldOut: readonly HeldOutUser[],
  { offsets, items }: RelatedLists,
): RelatedQuality {
  const list = createLister(rankPopular(training.itemWeights));
  const cases = heldOut.map(({ fed, truth, weights }) => {
    const own = fed[fed.length - 1];
    const related = own === undefined ? [] : items.subarray(offsets[own], offsets[own + 1]);
    return { shown: list({ own, related, count: DEPTH, allowed: undefined }), truth, weights };
  });
  return {
    metrics: summariseRankings(cases, training.itemIds.length),
    gain: average(cases.map((one) => computeNdcg(one, DEPTH, Math.min(DEPTH, one.truth.size)))),
  };
}
