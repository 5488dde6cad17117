/** Trains and opens what the user-personalization recipes share. */
import { chooseCandidate } from './candidates';
import { type Catalogue, historyOfUser, openCatalogue, packCatalogue } from './catalogue';
import { createExploration } from './exploration';
import { type LengthPercentiles, limitHistoryLengths } from './history-length';
import { computePopularity, finishScores, listBest, listItems, removePlaces } from './item-list';
import { fitItemScorer, openItemScorer, type ScorerSettings } from './item-scorer';
import { openMetadata, packMetadata } from './metadata';
import { joinParts, takeNumber } from './model-parts';
import { openObjective, packObjective, readColumn } from './objective';
import { replaceItems } from './place-map';
import { selectTop } from './rank';
import { type RankedCase, summariseRankings } from './ranking-metrics';
import type { Exploration, ItemTable, ModelParts, Recommender, Training, TrainingData } from './recipe';
import { holdOutUsers } from './test-users';
import { packTrials } from './trials';

/** What a recipe trains with. */
export interface PersonalizationSettings {
  /** Of these the one that finds more of what held-out users took next is fitted; the first where both find as much. */
  readonly candidates: readonly [ScorerSettings, ...ScorerSettings[]];
  /** Users outside are left out of the fit; they get recommendations as all others do. */
  readonly lengths: LengthPercentiles;
}

/** Items with exact weights in the model, and in the smaller ones that are compared. */
const DENSE_ITEMS = 5000;
const COMPARED_ITEMS = 1500;

/**
 * Trains a model, and measures one that lacks the held-out users. What such a user's history feeds is left out of the
 * measured list, though a job lists it: histories hold each item once, so that nothing fed can be a hit.
 */
export function trainPersonalization(data: TrainingData, settings: PersonalizationSettings): Training {
  const best = compareSettings(data, settings);
  const fitted = limitHistoryLengths(data.histories, settings.lengths);
  const scorer = fitItemScorer(fitted, best.settings, DENSE_ITEMS);
  const metrics = Object.entries(best.metrics).map(([name, value]) => [`metric.${name}`, value]);
  const kept: ModelParts = { numbers: Object.fromEntries(metrics), texts: {}, arrays: {} };
  return { parts: joinParts(packFacts(data), scorer, kept), metrics: best.metrics };
}

/**
 * Adds the users, items and interactions that came since to a model: what is known of them, not what was learned. The
 * metrics stay those of the training.
 */
export function updatePersonalization(parts: ModelParts, data: TrainingData): Training {
  const histories = replaceItems(data.histories, parts.texts.itemIds ?? []);
  const metrics = Object.entries(parts.numbers)
    .filter(([name]) => name.startsWith('metric.'))
    .map(([name, value]) => [name.slice('metric.'.length), value]);
  return { parts: replaceParts(parts, packFacts({ ...data, histories })), metrics: Object.fromEntries(metrics) };
}

function replaceParts(parts: ModelParts, newer: ModelParts): ModelParts {
  return {
    numbers: { ...parts.numbers, ...newer.numbers },
    texts: { ...parts.texts, ...newer.texts },
    arrays: { ...parts.arrays, ...newer.arrays },
  };
}

/** Packs all that is not learned. */
function packFacts({ histories, events, items, objective }: TrainingData): ModelParts {
  return joinParts(
    packCatalogue(histories, items),
    packMetadata(histories.itemIds, items),
    packTrials(events, histories.itemIds),
    packObjective(histories.itemIds, items, objective),
  );
}

interface Comparison {
  readonly settings: ScorerSettings;
  readonly metrics: Readonly<Record<string, number>>;
}

function compareSettings(data: TrainingData, { candidates, lengths }: PersonalizationSettings): Comparison {
  const { histories, items, objective, seed } = data;
  const { training, heldOut } = holdOutUsers(histories, seed);
  const fitted = limitHistoryLengths(training, lengths);
  const popularity = computePopularity(training.itemWeights);
  const factors = openObjective(packObjective(histories.itemIds, items, objective));
  const rewards = factors && objective && readColumn(histories.itemIds, items, objective.itemAttribute);
  const listWith = (settings: ScorerSettings): readonly RankedCase[] => {
    const score = openItemScorer(fitItemScorer(fitted, settings, COMPARED_ITEMS));
    return heldOut.map(({ fed, truth, weights }) => {
      const scores = new Float64Array(training.itemIds.length);
      score(fed, scores);
      finishScores(scores, popularity, factors);
      removePlaces(scores, fed);
      return { shown: selectTop(scores, 25), truth, weights };
    });
  };
  const { best, cases } = chooseCandidate(candidates.map(listWith));
  return {
    settings: candidates[best] ?? candidates[0],
    metrics: summariseRankings(cases, training.itemIds.length, rewards),
  };
}

/** How a recipe lists. */
export interface ListingSettings {
  /** How many of the best items have scores, behind which popular ones fill a list up; undefined scores all. */
  readonly scored?: number;
  /** What is explored whatever the job asks; its seed is the job's. */
  readonly exploration?: Omit<Exploration, 'seed'>;
}

/** @throws RangeError if a part is missing */
export function openPersonalization(
  parts: ModelParts,
  today: ItemTable | undefined,
  listing: ListingSettings = {},
): Recommender {
  const catalogue = openCatalogue(parts, today);
  const { itemIds } = catalogue;
  const scoreAll = openScoring(parts, catalogue, today);
  const drawNewItems = createExploration(parts, catalogue);
  const byPopularity = selectTop(catalogue.itemWeights, itemIds.length);
  const scores = new Float64Array(itemIds.length);
  return {
    itemIds,
    recommend({ userId = '' }, { count, exploration: asked, allowed }) {
      const history = historyOfUser(catalogue, userId);
      const total = scoreAll(history, scores);
      const exploration = { ...asked, ...listing.exploration };
      const draw = (all: Float64Array, threshold: number): readonly number[] =>
        drawNewItems({ userId, history, count, exploration, scores: all, threshold });
      const request = { itemIds, scores, total, count, allowed, draw };
      if (listing.scored === undefined) return listItems(request);
      return listBest({ ...request, scored: listing.scored, byPopularity });
    },
  };
}

/** Writes the finished scores of all items for one history and gives their sum. */
function openScoring(
  parts: ModelParts,
  catalogue: Catalogue,
  today: ItemTable | undefined,
): (history: Int32Array, scores: Float64Array) => number {
  const score = openItemScorer(parts);
  const profile = { floor: takeNumber(parts, 'profileFloor'), ratio: takeNumber(parts, 'profileRatio') };
  const length = takeNumber(parts, 'profileLength');
  const addCold = openMetadata(parts, catalogue, { profile, length, today });
  const popularity = computePopularity(catalogue.itemWeights);
  const factors = openObjective(parts, catalogue.itemIds.slice(catalogue.trainedItems), today);
  return (history, scores) => {
    scores.fill(0);
    score(history, scores);
    addCold?.(history, scores, meanOfPositive(scores));
    return finishScores(scores, popularity, factors);
  };
}

function meanOfPositive(scores: Float64Array): number {
  let sum = 0;
  let count = 0;
  for (let item = 0; item < scores.length; item++) {
    const score = scores[item] ?? 0;
    if (!(score > 0)) continue;
    sum += score;
    count++;
  }
  return count === 0 ? 1 : sum / count;
}
