/**
 * Finds the users who are most likely to take an item: aws-item-affinity.
 * Users who already have the item are left out: nightjar's choice, since such a segment looks for new takers.
 */

import { hashText } from '../identity';
import { fitItemAffinity, openItemAffinity } from '../item-affinity';
import { MIN_ITEM_USERS } from '../item-weights';
import { joinParts } from '../model-parts';
import type { ModelParts, Segmenter, SegmentRecipe, Training, TrainingData } from '../recipe';
import { countOnePercent, summariseSegments } from '../segment-metrics';
import { holdOutNewest } from '../test-users';
import { openUserLists, packUserLists } from '../user-lists';

/** Items with exact weights in the model, and in the smaller one that is measured. */
const DENSE_ITEMS = 5000;
const MEASURED_ITEMS = 1500;
/** Items asked for when measuring. */
const TEST_ITEMS = 300;

/** Trains `aws-item-affinity`; no hyperparameter is heeded, since the model has no hidden dimension. */
export const recipe: SegmentRecipe = { name: 'aws-item-affinity', kind: 'segment', reads: 'itemId', train, open };

function train(data: TrainingData): Training {
  const parts = joinParts(packUserLists(data.histories), fitItemAffinity(data.histories, DENSE_ITEMS));
  return { parts, metrics: measure(data) };
}

function measure({ histories, seed }: TrainingData): Readonly<Record<string, number>> {
  const { training, truth } = holdOutNewest(histories);
  const rankUsers = openItemAffinity(fitItemAffinity(training, MEASURED_ITEMS), training);
  const takers = new Map<number, Set<number>>();
  truth.forEach((items, user) => {
    for (const item of items) takers.set(item, (takers.get(item) ?? new Set()).add(user));
  });
  const draws = histories.itemIds.map((id) => hashText(id, seed));
  const tested = [...takers.keys()]
    .filter((item) => (training.itemUsers[item] ?? 0) >= MIN_ITEM_USERS)
    .sort((a, b) => (draws[a] ?? 0) - (draws[b] ?? 0) || a - b)
    .slice(0, TEST_ITEMS);
  const top = countOnePercent(histories.userIds.length);
  const cases = tested.map((item) => ({ top: rankUsers(item, top), truth: takers.get(item) ?? new Set<number>() }));
  return summariseSegments(cases, histories.userIds.length);
}

function open(parts: ModelParts): Segmenter {
  const users = openUserLists(parts);
  const rankUsers = openItemAffinity(parts, users);
  const places = new Map(users.itemIds.map((id, item) => [id, item]));
  return {
    userIds: users.userIds,
    segment(query, count, allowed) {
      const item = 'itemId' in query ? places.get(query.itemId) : undefined;
      if (item === undefined) return { error: 'User error: The item is not known to the solution version' };
      return { users: Array.from(rankUsers(item, count, allowed), (user) => users.userIds[user] ?? '') };
    },
  };
}
