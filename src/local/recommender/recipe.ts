/** Declares what a recipe is: one file in `recipes/` each, with the same export, so that adding one is adding a file. */
import type { Histories } from './histories';

/** Holds the columns of the items that queries may name; a cell joins its values by `|`, and is empty where null. */
export interface ItemTable {
  /** Column name → cells, in the order of `itemIds`. */
  readonly columns: Readonly<Record<string, readonly string[]>>;
  /** Ids in the order of the file. */
  readonly itemIds: readonly string[];
  /** CREATION_TIMESTAMP in epoch seconds, NaN where unknown, in the same order. */
  readonly created: Float64Array;
}

/** What a recipe learns from. */
export interface TrainingData {
  /** Their `itemIds` hold the items of the table too. */
  readonly histories: Histories;
  readonly items: ItemTable | undefined;
  readonly seed: number;
  /** AWS's names; a recipe's file says which it heeds. */
  readonly hyperParameters: Readonly<Record<string, string>>;
}

/** A model as it is kept in a file. */
export interface ModelParts {
  readonly numbers: Readonly<Record<string, number>>;
  readonly texts: Readonly<Record<string, readonly string[]>>;
  readonly arrays: Readonly<Record<string, Float32Array | Float64Array | Int32Array>>;
}

/** What training gives: the model, and metrics by AWS's names, rounded to 4 decimals. */
export interface Training {
  readonly parts: ModelParts;
  readonly metrics: Readonly<Record<string, number>>;
}

/** How new items are tried: `weight` 0 to 1, `ageCutOffDays` counted back from the newest interaction. */
export interface Exploration {
  readonly weight: number;
  readonly ageCutOffDays: number;
  readonly seed: number;
}

/** Items, best first, and their scores, descending, where the recipe has scores. */
export interface Recommendations {
  readonly items: readonly string[];
  readonly scores?: readonly number[];
}

export interface Recommender {
  /** Never fails: a user who is not known gets the most popular items. `count` is 0 or more. */
  recommend(userId: string, count: number, exploration: Exploration): Recommendations;
}

/** One condition of an attribute query: items whose column holds the value. */
export interface ItemCondition {
  readonly column: string;
  readonly value: string;
}

export type SegmentQuery = { readonly itemId: string } | { readonly conditions: readonly ItemCondition[] };

/** User ids, most likely first, or why the query has no answer. */
export type Segment = { readonly users: readonly string[] } | { readonly error: string };

export interface Segmenter {
  segment(query: SegmentQuery, count: number): Segment;
}

interface RecipeBase {
  /** AWS's name, as in `arn:aws:personalize:::recipe/<name>`. */
  readonly name: string;
  /** Pure; the same for the same data and seed, on any machine. */
  train(data: TrainingData): Training;
}

export interface InferenceRecipe extends RecipeBase {
  readonly kind: 'inference';
  /** @throws RangeError if a part is missing */
  open(parts: ModelParts): Recommender;
}

export interface SegmentRecipe extends RecipeBase {
  readonly kind: 'segment';
  /** The member of an input line that carries the query. */
  readonly reads: 'itemId' | 'itemAttributes';
  /** @throws RangeError if a part is missing */
  open(parts: ModelParts): Segmenter;
}

export type Recipe = InferenceRecipe | SegmentRecipe;
