/**
 * Orders given items for a user, by the scores of user-personalization: "mathematically, the scoring function is
 * identical", except that only the given items share the 1 (developer guide, "Getting a personalized ranking").
 */
import { type Catalogue, historyOfUser, openCatalogue } from '../catalogue';
import { computePopularity, finishScores } from '../item-list';
import { openItemScorer } from '../item-scorer';
import { openObjective } from '../objective';
import type { InferenceRecipe, ModelParts, Recommendations, Recommender } from '../recipe';

/** Decimals of a score, as Personalize prints them. */
const SCORE_UNIT = 10_000_000;

/**
 * Creates a recipe that ranks with the model of another.
 *
 * @param base  its model is trained and measured
 */
export function createRankingRecipe(name: string, base: Pick<InferenceRecipe, 'train'>): InferenceRecipe {
  return {
    name,
    kind: 'inference',
    reads: ['userId', 'itemList'],
    train: base.train,
    open: openRanking,
  };
}

/** @throws RangeError if a part is missing */
function openRanking(parts: ModelParts): Recommender {
  const catalogue = openCatalogue(parts);
  const scoreAll = openScores(parts, catalogue);
  const places = new Map(catalogue.itemIds.map((id, place) => [id, place]));
  return {
    itemIds: catalogue.itemIds,
    recommend({ userId = '', itemList = [] }, { allowed }) {
      const scores = scoreAll(historyOfUser(catalogue, userId));
      const known = itemList.flatMap((id): readonly Entry[] => {
        const place = places.get(id);
        if (place === undefined) return [{ id, score: undefined }];
        if (allowed?.[place] === 0) return [];
        return [{ id, score: catalogue.itemUsers[place] === 0 ? undefined : (scores[place] ?? 0) }];
      });
      return rankEntries(known);
    },
  };
}

/** One item of a list; the score is undefined where nothing is known of it. */
interface Entry {
  readonly id: string;
  readonly score: number | undefined;
}

/** Puts the greatest score first, and items without one last; what is equal stays in the order of the list. */
function rankEntries(entries: readonly Entry[]): Recommendations {
  const scored = entries.filter(({ score }) => score !== undefined);
  const ranked = [...scored].sort((a, b) => (b.score ?? 0) - (a.score ?? 0));
  const total = ranked.reduce((sum, { score }) => sum + (score ?? 0), 0);
  const unscored = entries.filter(({ score }) => score === undefined);
  return {
    items: [...ranked, ...unscored].map(({ id }) => id),
    scores: ranked.map(({ score }) => (total > 0 ? Math.round(((score ?? 0) / total) * SCORE_UNIT) / SCORE_UNIT : 0)),
  };
}

/** Scores all items for a history; the array is overwritten by the next call. */
function openScores(parts: ModelParts, { itemIds, itemWeights }: Catalogue): (history: Int32Array) => Float64Array {
  const addScores = openItemScorer(parts);
  const popularity = computePopularity(itemWeights);
  const factors = openObjective(parts);
  const scores = new Float64Array(itemIds.length);
  return (history) => {
    scores.fill(0);
    addScores(history, scores);
    finishScores(scores, popularity, factors);
    return scores;
  };
}
