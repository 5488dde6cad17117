/**
 * Recommends items to users: aws-user-personalization.
 * Two models are fitted to a part of the data, and the one that finds more of what held-out users took next is fitted
 * to all of it. Lists hold what the user has already, too, by the score that the rest of the history gives it: as on
 * AWS, a filter keeps it out.
 */
import { readFlagParameter, readNumberParameter } from '../hyperparameters';
import type { ScorerSettings } from '../item-scorer';
import {
  openPersonalization,
  type PersonalizationSettings,
  trainPersonalization,
  updatePersonalization,
} from '../personalization';
import type { InferenceRecipe, TrainingData } from '../recipe';

/** What comes next follows from what came last: histories with sessions. Chosen on an inner split of MovieLens. */
export const SEQUENCE: ScorerSettings = {
  weights: { model: 'next', decay: { floor: 0.05, ratio: 0.9330329915368074 }, ahead: [0, 0.9], lambda: 400 },
  profile: { floor: 0.05, ratio: 0.9330329915368074 },
  profileLength: 64,
};

/** Tastes that last: the order of a history says little. */
export const TASTE: ScorerSettings = {
  weights: { model: 'local', decay: { floor: 0.3, ratio: 0.9862327044933592 }, lambda: 200 },
  profile: { floor: 0.5, ratio: 0.9862327044933592 },
  profileLength: 256,
};

/** The order of a history says nothing: plain EASE^R (Steck 2019). */
export const EQUAL: ScorerSettings = {
  weights: { model: 'local', decay: { floor: 1, ratio: 1 }, lambda: 200 },
  profile: { floor: 1, ratio: 1 },
  profileLength: 256,
};

/**
 * Trains `aws-user-personalization`. Of the hyperparameters recency_mask counts (`false` weighs all of a history
 * equally), and min_ and max_user_history_length_percentile; hidden_dimension and bptt are of AWS's network and have no
 * effect here.
 */
export const recipe: InferenceRecipe = {
  name: 'aws-user-personalization',
  kind: 'inference',
  reads: ['userId'],
  train: (data) => trainPersonalization(data, readSettings(data)),
  open: openPersonalization,
  update: updatePersonalization,
};

function readSettings({ hyperParameters }: TrainingData): PersonalizationSettings {
  return {
    candidates: readFlagParameter(hyperParameters, 'recency_mask', true) ? [SEQUENCE, TASTE] : [EQUAL],
    lengths: {
      min: readNumberParameter(hyperParameters, 'min_user_history_length_percentile', 0),
      max: readNumberParameter(hyperParameters, 'max_user_history_length_percentile', 0.99),
    },
  };
}
