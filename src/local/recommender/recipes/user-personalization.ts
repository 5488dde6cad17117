/**
 * Recommends items to users: aws-user-personalization.
 * Two models are fitted to a part of the data, and the one that finds more of what held-out users took next is fitted
 * to all of it. Items that the user already has are left out, which AWS leaves to filters: nightjar's choice.
 * Heeds the hyperparameter recency_mask (`false` rules the first model out); the others are of AWS's network.
 */
import { historyOfUser, openCatalogue, packCatalogue } from '../catalogue';
import { createExploration } from '../exploration';
import { computePopularity, finishScores, listItems } from '../item-list';
import { fitItemScorer, openItemScorer, type ScorerSettings } from '../item-scorer';
import { joinParts } from '../model-parts';
import { selectTop } from '../rank';
import { average, computeNdcg, type RankedCase, summariseRankings } from '../ranking-metrics';
import type { InferenceRecipe, ModelParts, Recommender, Training, TrainingData } from '../recipe';
import { holdOutUsers } from '../test-users';

/** What comes next follows from what came last: histories with sessions. Chosen on an inner split of MovieLens. */
export const SEQUENCE: ScorerSettings = {
  weights: { model: 'next', decay: { floor: 0.05, ratio: 0.9330329915368074 }, ahead: 0.5, lambda: 400 },
  profile: { floor: 0.05, ratio: 0.9330329915368074 },
  profileLength: 128,
};

/** Tastes that last: the order of a history says little. */
export const TASTE: ScorerSettings = {
  weights: { model: 'local', decay: { floor: 0.3, ratio: 0.9862327044933592 }, lambda: 200 },
  profile: { floor: 0.5, ratio: 0.9862327044933592 },
  profileLength: 256,
};

/** Items with exact weights in the model, and in the smaller ones that are compared. */
const DENSE_ITEMS = 5000;
const COMPARED_ITEMS = 1500;

/** Trains `aws-user-personalization`. */
export const recipe: InferenceRecipe = {
  name: 'aws-user-personalization',
  kind: 'inference',
  reads: ['userId'],
  train,
  open,
};

function train(data: TrainingData): Training {
  const best = compareSettings(data);
  const scorer = fitItemScorer(data.histories, best.settings, DENSE_ITEMS);
  return { parts: joinParts(packCatalogue(data.histories, data.items), scorer), metrics: best.metrics };
}

interface Candidate {
  readonly settings: ScorerSettings;
  readonly metrics: Readonly<Record<string, number>>;
  readonly gain: number;
}

/** Trains each candidate without the held-out users; the first wins where both find as much. */
function compareSettings({ histories, seed, hyperParameters }: TrainingData): Candidate {
  const { training, heldOut } = holdOutUsers(histories, seed);
  const popularity = computePopularity(training.itemUsers);
  const measure = (settings: ScorerSettings): Candidate => {
    const score = openItemScorer(fitItemScorer(training, settings, COMPARED_ITEMS));
    const cases = heldOut.map(({ fed, truth }): RankedCase => {
      const scores = new Float64Array(training.itemIds.length);
      score(fed, scores);
      finishScores(scores, popularity, fed);
      return { shown: selectTop(scores, 25), truth };
    });
    const gain = average(cases.map((one) => computeNdcg(one, 25, Math.min(25, one.truth.size))));
    return { settings, metrics: summariseRankings(cases, training.itemIds.length), gain };
  };
  const taste = measure(TASTE);
  if (hyperParameters.recency_mask?.toLowerCase() === 'false') return taste;
  const sequence = measure(SEQUENCE);
  return sequence.gain >= taste.gain ? sequence : taste;
}

function open(parts: ModelParts): Recommender {
  const catalogue = openCatalogue(parts);
  const score = openItemScorer(parts);
  const popularity = computePopularity(catalogue.itemUsers);
  const drawNewItems = createExploration(catalogue);
  const scores = new Float64Array(catalogue.itemIds.length);
  return {
    itemIds: catalogue.itemIds,
    recommend({ userId = '' }, { count, exploration, allowed }) {
      const history = historyOfUser(catalogue, userId);
      scores.fill(0);
      score(history, scores);
      const total = finishScores(scores, popularity, history);
      if (allowed !== undefined) leaveOut(scores, allowed);
      return listItems({ catalogue, scores, total, count, tried: drawNewItems(userId, count, exploration) });
    },
  };
}

function leaveOut(scores: Float64Array, allowed: Uint8Array): void {
  for (let item = 0; item < scores.length; item++) if (allowed[item] === 0) scores[item] = Number.NEGATIVE_INFINITY;
}
