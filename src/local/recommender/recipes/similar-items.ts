/**
 * Recommends items that the same users take soon before or after, and that are alike: aws-similar-items.
 * Co-occurrence decays with the distance in a history, as in session-based item kNN (Ludewig and Jannach, "Evaluation of
 * Session-based Recommendation Algorithms", 2018), and is damped for popular items; to it comes the cosine of the items'
 * vectors, which `text/` makes of categories, numbers and texts, the more the less is known of the item's users. Whether
 * the order of histories counts is decided on held-out users. Items with fewer than 5 interactions, which AWS calls
 * cold, are related by their metadata alone, where they have any. Popular items stand in for what lacks.
 * No hyperparameter is heeded: item_id_hidden_dimension and item_metadata_hidden_dimension are of AWS's
 * network.
 */
import { chooseCandidate } from '../candidates';
import { tabulateDecay } from '../decay';
import type { Histories } from '../histories';
import { joinParts, takeNumber } from '../model-parts';
import { summariseRankings } from '../ranking-metrics';
import type {
  InferenceRecipe,
  ItemTable,
  ModelParts,
  Recommendations,
  Recommender,
  Training,
  TrainingData,
} from '../recipe';
import { blendRelated } from '../related/blend';
import { createEqualWeights, type PairWeights } from '../related/co-occurrence';
import { type EmbeddedItems, embedItems, openEmbedded, packEmbedded } from '../related/embedded-items';
import { openRelated, packRelated } from '../related/related-lists';
import { markAsked, showRelated } from '../related/related-metrics';
import { openThemes, packThemes } from '../related/themes';
import { holdOutUsers } from '../test-users';
import type { FeatureWeights } from '../text/features';

/** Trains `aws-similar-items`; lists have no scores, and may have themes. */
export const recipe: InferenceRecipe = { name: 'aws-similar-items', kind: 'inference', reads: ['itemId'], train, open };

/** How much the columns count in the vectors. The name's weight was tried on the products of a shop; the others were not. */
const WEIGHTS: FeatureWeights = { name: 0.15, text: 1, category: 1, number: 0.25 };

/** Half-life of 10 places; what comes after counts more than what came before. Chosen on an inner split of MovieLens. */
const NEAR = { floor: 0, ratio: 0.9330329915368074 };
const BEFORE_SHARE = 0.8;
/** Places beyond which the weight is next to nothing. */
const WINDOW = 100;

function createNearWeights(): PairWeights {
  const after = Float64Array.of(0, ...tabulateDecay(NEAR, WINDOW));
  return { after, before: after.map((weight) => BEFORE_SHARE * weight) };
}

function train(data: TrainingData): Training {
  const { histories, items, seed } = data;
  const embedded = embedItems(histories.itemIds, items, WEIGHTS, seed);
  const best = comparePairs(data, embedded);
  const related = blendRelated(histories, best, embedded?.vectors);
  const parts = packRelated(histories, related);
  return { parts: joinParts(parts, packItems(histories, items, embedded)), metrics: best.metrics };
}

function packItems(
  { itemIds }: Histories,
  items: ItemTable | undefined,
  embedded: EmbeddedItems | undefined,
): ModelParts {
  if (items === undefined || embedded === undefined) return { numbers: { hasMetadata: 0 }, texts: {}, arrays: {} };
  const parts = joinParts(packEmbedded(embedded), packThemes(itemIds, items, embedded));
  return { ...parts, numbers: { ...parts.numbers, hasMetadata: 1 } };
}

interface Comparison {
  readonly pairs: PairWeights;
  readonly metrics: Training['metrics'];
}

/** Compares pairs by distance with pairs of whole histories, without the held-out users; the first wins a draw. */
function comparePairs({ histories, seed }: TrainingData, embedded: EmbeddedItems | undefined): Comparison {
  const { training, heldOut } = holdOutUsers(histories, seed);
  const isAsked = markAsked(training, heldOut);
  const near = createNearWeights();
  const candidates = [near, createEqualWeights()];
  const { best, cases } = chooseCandidate(
    candidates.map((pairs) => {
      const related = blendRelated(training, { pairs, isAsked }, embedded?.vectors);
      return showRelated(training, heldOut, related);
    }),
  );
  return { pairs: candidates[best] ?? near, metrics: summariseRankings(cases, training.itemIds.length) };
}

function open(parts: ModelParts): Recommender {
  const related = openRelated(parts);
  if (takeNumber(parts, 'hasMetadata') === 0) {
    return { ...related, recommendThemed: (query, wish) => nameless(related.recommend(query, wish)) };
  }
  const addTheme = openThemes(parts, related.itemIds, openEmbedded(parts));
  const places = new Map(related.itemIds.map((id, place) => [id, place]));
  return {
    ...related,
    recommendThemed(query, wish, nameColumn) {
      const listed = related.recommend(query, wish).items.map((id) => places.get(id) ?? 0);
      return addTheme({ listed, own: places.get(query.itemId ?? ''), nameColumn });
    },
  };
}

/** Without metadata nothing is known that could be a theme. */
function nameless({ items }: Recommendations): Recommendations {
  return { items, theme: { title: 'Popular picks', relevance: items.map(() => 0) } };
}
