/** Blends what users take together with how alike items are. */
import type { Histories } from '../histories';
import type { ItemVectors } from '../text/item-vectors';
import { type Companions, listCompanions, type PairWeights } from './co-occurrence';
import { listCosines } from './cosines';
import { createRelatedWriter, type RelatedLists } from './related-lists';

/** Items with fewer users than this are cold, as on AWS: nothing is concluded from their users. */
export const COLD_USERS = 5;

/** How much is blended. */
export interface BlendSettings {
  readonly pairs: PairWeights;
  /** The items whose lists are wanted, by 1; the others get empty ones. All where undefined. */
  readonly isAsked?: Uint8Array | undefined;
}

/** Users that each item is taken to have beside its own, so that items with a few don't come first by chance. */
const DAMPING = 30;
/** Users at which co-occurrence counts half of what it counts for an item with many. */
const HALF_TRUST = 15;
/** What the cosine of 1 counts beside the best co-occurrence of an item with many users; chosen on an inner split. */
const ALIKE = 0.1;

/**
 * Lists the related items of each item.
 *
 * @param vectors  those of `histories.itemIds`, by place; undefined where there is no metadata
 */
export function blendRelated(
  histories: Histories,
  { pairs, isAsked }: BlendSettings,
  vectors: ItemVectors | undefined,
): RelatedLists {
  const divisors = Float64Array.from(histories.itemUsers, (users) => Math.sqrt(users + DAMPING));
  const writer = createRelatedWriter(histories.itemIds.length);
  let item = 0;
  const blendNext = (companions: Companions, cosines: Float64Array | undefined): void => {
    const { items, weights } = scale(companions, divisors);
    const own = item++;
    if (cosines === undefined) {
      writer.addSparse(items, weights);
      return;
    }
    const users = histories.itemUsers[own] ?? 0;
    const isCold = users < COLD_USERS && cosines[own] !== 0;
    blendRow(cosines, { items, weights }, isCold ? 0 : users / (users + HALF_TRUST));
    cosines[own] = Number.NEGATIVE_INFINITY;
    writer.addDense(cosines);
  };
  const companions = listCompanions(histories, pairs, { isAsked });
  const cosines = vectors === undefined ? undefined : listCosines(vectors, isAsked);
  for (const next of companions) blendNext(next, cosines?.next().value ?? undefined);
  return writer.finish();
}

/** Divides the weights by the root of the other item's users, damped, and by the greatest of them. */
function scale({ items, weights }: Companions, divisors: Float64Array): Companions {
  const scaled = weights.map((weight, at) => weight / (divisors[items[at] ?? 0] ?? 1));
  const best = scaled.reduce((most, weight) => Math.max(most, weight), 0);
  return { items, weights: best > 0 ? scaled.map((weight) => weight / best) : scaled };
}

/** Sets `cosines` to the blend; items of which neither speaks get −Infinity. */
function blendRow(cosines: Float64Array, { items, weights }: Companions, trust: number): void {
  for (let other = 0; other < cosines.length; other++) {
    const cosine = cosines[other] ?? 0;
    cosines[other] = cosine > 0 ? ALIKE * cosine : 0;
  }
  if (trust > 0) {
    items.forEach((other, at) => {
      cosines[other] = (cosines[other] ?? 0) + trust * (weights[at] ?? 0);
    });
  }
  for (let other = 0; other < cosines.length; other++) {
    if (cosines[other] === 0) cosines[other] = Number.NEGATIVE_INFINITY;
  }
}
