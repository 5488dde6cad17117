/**
 * Recommends items to users: aws-user-personalization-v2, the same model as aws-user-personalization.
 * It explores by itself, whatever a job asks, and scores only a part of the items: where a filter leaves too few of them,
 * popular items follow without a score, as AWS documents in "How recommendation scoring works".
 */
import { readFlagParameter } from '../hyperparameters';
import { openPersonalization, trainPersonalization } from '../personalization';
import type { InferenceRecipe } from '../recipe';
import { EQUAL, SEQUENCE, TASTE } from './user-personalization';

/** Items with scores: as many as a real-time request may ask for. AWS does not say how many: nightjar's choice. */
const SCORED_ITEMS = 500;
/** The defaults of aws-user-personalization; those of this recipe are not documented. */
const EXPLORATION = { weight: 0.3, ageCutOffDays: 30 };
const ALL_USERS = { min: 0, max: 1 };

/** Trains `aws-user-personalization-v2`; apply_recency_bias `false` weighs all of a history equally. */
export const recipe: InferenceRecipe = {
  name: 'aws-user-personalization-v2',
  kind: 'inference',
  reads: ['userId'],
  train: (data) =>
    trainPersonalization(data, {
      candidates: readFlagParameter(data.hyperParameters, 'apply_recency_bias', true) ? [SEQUENCE, TASTE] : [EQUAL],
      lengths: ALL_USERS,
    }),
  open: (parts, today) => openPersonalization(parts, today, { scored: SCORED_ITEMS, exploration: EXPLORATION }),
};
