/**
 * Recommends items whose texts mean the same: aws-semantic-similarity.
 * Latent semantic indexing (Deerwester et al., "Indexing by Latent Semantic Analysis", 1990) of the words of names and
 * textual columns, weighed by BM25 (Robertson and Zaragoza, "The Probabilistic Relevance Framework", 2009); like items
 * have a large cosine. AWS has a language model make the vectors; these are learnt from the catalogue itself, and know
 * nothing of words that it does not hold. Popularity and freshness add up to their influence each to the cosine.
 * Items that come after the training get vectors by what was learnt: popularity and freshness stay, as on AWS.
 */
import { takeTexts } from '../model-parts';
import type { InferenceRecipe, ItemTable, ModelParts, Training, TrainingData } from '../recipe';
import { findRows } from '../related/embedded-items';
import { measureRelated } from '../related/related-metrics';
import {
  buildSemanticModel,
  openSemanticModel,
  rateFreshness,
  type SemanticModel,
  type Standing,
  settleStanding,
} from '../related/semantic-model';
import { openSemantic } from '../related/semantic-recommender';
import { holdOutUsers } from '../test-users';
import type { FeatureWeights } from '../text/features';
import { findNameColumn } from '../text/features';
import { fitItemEmbedder } from '../text/item-vectors';

/** Trains `aws-semantic-similarity`, which has no hyperparameters. */
export const recipe: InferenceRecipe = {
  name: 'aws-semantic-similarity',
  kind: 'inference',
  reads: ['itemId'],
  explainUnfit,
  train,
  open: openSemantic,
  update,
};

/** The name counts beside the text, but not as much; tried on the products of a shop, the same that the benchmark shows. */
const WEIGHTS: FeatureWeights = { name: 0.15, text: 1, category: 0, number: 0 };

const NO_ITEMS: ItemTable = {
  columns: {},
  kinds: {},
  texts: {},
  textual: [],
  itemIds: [],
  created: new Float64Array(0),
};

/** The texts are nightjar's; AWS's are not known. */
function explainUnfit({ items }: TrainingData): string | undefined {
  if (items === undefined) return 'Create failed. The recipe aws-semantic-similarity needs an Items dataset.';
  if (findNameColumn(items) === undefined) {
    return 'Create failed. The recipe aws-semantic-similarity needs a string field with itemName set to true in the schema of the Items dataset.';
  }
  if (items.textual.length > 0) return undefined;
  return 'Create failed. The recipe aws-semantic-similarity needs a textual field in the schema of the Items dataset.';
}

function train(data: TrainingData): Training {
  const { histories, items = NO_ITEMS, seed } = data;
  const embedderParts = fitItemEmbedder(items, WEIGHTS, seed);
  const standing = settleStanding(histories, items);
  return finish(data, buildSemanticModel(histories.itemIds, items, embedderParts, standing));
}

/** Gives new and changed items vectors by what `parts` learnt. */
function update(parts: ModelParts, data: TrainingData): Training {
  const { histories, items = NO_ITEMS } = data;
  const before = openSemanticModel(parts);
  const places = new Map(takeTexts(parts, 'itemIds').map((id, place) => [id, place]));
  const rows = findRows(histories.itemIds, items);
  const carry = (values: ArrayLike<number>): readonly number[] =>
    histories.itemIds.map((id) => values[places.get(id) ?? -1] ?? 0);
  const freshness = carry(before.freshness).map((value, place) => {
    if (places.has(histories.itemIds[place] ?? '')) return value;
    return rateFreshness(items.created[rows[place] ?? -1], before.oldest, before.newest);
  });
  const standing: Standing = {
    itemWeights: Float64Array.from(carry(before.itemWeights)),
    popularity: Float32Array.from(carry(before.popularity)),
    freshness: Float32Array.from(freshness),
    oldest: before.oldest,
    newest: before.newest,
  };
  return finish(data, buildSemanticModel(histories.itemIds, items, parts, standing));
}

function finish({ histories, seed }: TrainingData, { parts, lists }: SemanticModel): Training {
  const { training, heldOut } = holdOutUsers(histories, seed);
  return { parts, metrics: measureRelated(training, heldOut, lists) };
}
