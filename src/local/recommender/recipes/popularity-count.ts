/** Recommends the same items to everyone, by the number of users who took them: aws-popularity-count. */
import { takeFloat64, takeTexts } from '../model-parts';
import { selectTop } from '../rank';
import { summariseRankings } from '../ranking-metrics';
import type { InferenceRecipe, ModelParts, Recommender, Training, TrainingData } from '../recipe';
import { holdOutUsers } from '../test-users';

/**
 * Trains `aws-popularity-count`: "the items with the most interactions data from unique users" (developer guide,
 * "Popularity-Count recipe"), each user counted by the weightiest event. Lists have no scores, and hold what the user
 * already has too, as on AWS.
 */
export const recipe: InferenceRecipe = { name: 'aws-popularity-count', kind: 'inference', reads: [], train, open };

function train({ histories, seed }: TrainingData): Training {
  const { heldOut, training } = holdOutUsers(histories, seed);
  const shown = selectTop(training.itemWeights, 25);
  const cases = heldOut.map(({ truth, weights }) => ({ shown, truth, weights }));
  return {
    parts: {
      numbers: {},
      texts: { itemIds: histories.itemIds },
      arrays: { itemWeights: histories.itemWeights },
    },
    metrics: summariseRankings(cases, histories.itemIds.length),
  };
}

function open(parts: ModelParts): Recommender {
  const itemIds = takeTexts(parts, 'itemIds');
  const order = selectTop(takeFloat64(parts, 'itemWeights'), itemIds.length);
  return {
    itemIds,
    recommend(_query, { count, allowed }) {
      const items: string[] = [];
      for (let at = 0; at < order.length && items.length < count; at++) {
        const item = order[at] ?? 0;
        if (allowed?.[item] !== 0) items.push(itemIds[item] ?? '');
      }
      return { items };
    },
  };
}
