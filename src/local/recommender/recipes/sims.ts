/**
 * Recommends items that the same users take: aws-sims.
 * Item-to-item collaborative filtering (Linden, Smith and York, "Amazon.com Recommendations: Item-to-Item Collaborative
 * Filtering", 2003) over users' whole histories, whatever their order. An item is similar by n^(1 − f) · (c / n)^f, where
 * n users have it, c users have both, and f is popularity_discount_factor: at 0 only popularity counts, at 1 only lift
 * (how much oftener the two meet than by chance), and half way the number of users who have both. AWS documents the ends
 * and not the way between: nightjar's choice. Items, users and pairs that are too few or too many are left out as AWS
 * documents; popular items stand in for what lacks.
 */

import type { Histories } from '../histories';
import { naturalLog } from '../logarithm';
import type { InferenceRecipe, Training, TrainingData } from '../recipe';
import { createEqualWeights, listCompanions } from '../related/co-occurrence';
import { findRange, markRange } from '../related/percentiles';
import { createRelatedWriter, openRelated, packRelated, type RelatedLists } from '../related/related-lists';
import { markAsked, measureRelated } from '../related/related-metrics';
import { type NumberSetting, readSetting } from '../related/settings';
import { holdOutUsers } from '../test-users';

/** Trains `aws-sims`; heeds all its hyperparameters. */
export const recipe: InferenceRecipe = {
  name: 'aws-sims',
  kind: 'inference',
  reads: ['itemId'],
  train,
  open: openRelated,
};

const share = (name: string, byDefault: number): NumberSetting => ({ name, byDefault, least: 0, most: 1 });
const DISCOUNT = share('popularity_discount_factor', 0.5);
const LEAST_TOGETHER: NumberSetting = { name: 'min_cointeraction_count', byDefault: 3, least: 0, most: 10 };
const SHORTEST_HISTORY = share('min_user_history_length_percentile', 0.005);
const LONGEST_HISTORY = share('max_user_history_length_percentile', 0.995);
const RAREST_ITEM = share('min_item_interaction_count_percentile', 0.01);
const COMMONEST_ITEM = share('max_item_interaction_count_percentile', 0.9);

function train({ histories, hyperParameters, seed }: TrainingData): Training {
  const { training, heldOut } = holdOutUsers(histories, seed);
  const metrics = measureRelated(
    training,
    heldOut,
    findRelated(training, hyperParameters, markAsked(training, heldOut)),
  );
  return { parts: packRelated(histories, findRelated(histories, hyperParameters)), metrics };
}

/** Lists what is similar, best first; an item that is left out has an empty list. */
function findRelated(
  histories: Histories,
  settings: Readonly<Record<string, string>>,
  isAsked?: Uint8Array,
): RelatedLists {
  const read = (setting: NumberSetting): number => readSetting(settings, setting);
  const { userEvents, itemEvents, itemUsers } = histories;
  const isCounted = markRange(userEvents, findRange(userEvents, read(SHORTEST_HISTORY), read(LONGEST_HISTORY)));
  const isItemCounted = markRange(itemEvents, findRange(itemEvents, read(RAREST_ITEM), read(COMMONEST_ITEM)));
  const choice = { isCounted, isAsked };
  const discount = read(DISCOUNT);
  const leastTogether = Math.max(1, read(LEAST_TOGETHER));
  const logOfUsers = Float64Array.from(itemUsers, naturalLog);
  const writer = createRelatedWriter(histories.itemIds.length);
  let item = 0;
  for (const { items, weights } of listCompanions(histories, createEqualWeights(), choice)) {
    const scores = Float64Array.from(items, (other, at) => {
      const together = weights[at] ?? 0;
      if (together < leastTogether || isItemCounted[other] === 0) return Number.NEGATIVE_INFINITY;
      return discount * naturalLog(together) + (1 - 2 * discount) * (logOfUsers[other] ?? 0);
    });
    const isListed = isItemCounted[item++] === 1 && discount > 0;
    writer.addSparse(items, isListed ? scores : scores.fill(Number.NEGATIVE_INFINITY));
  }
  return writer.finish();
}
