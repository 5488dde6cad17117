/** Declares what a recipe is: one file in `recipes/` each, with the same export, so that adding one is adding a file. */
import type { EventColumns } from './event-log';
import type { Histories } from './histories';

/** Says how the values of a column are compared. */
export type ColumnKind = 'categorical' | 'number' | 'boolean';

/** Holds the columns of the items; a cell joins its values by `|` where it is categorical, and is empty where null. */
export interface ItemTable {
  /** Columns that queries may name → cells, in the order of `itemIds`. */
  readonly columns: Readonly<Record<string, readonly string[]>>;
  /** The kind of each of `columns`. */
  readonly kinds: Readonly<Record<string, ColumnKind>>;
  /** Textual columns and other strings, such as names, that can be read and not asked for; in the same order. */
  readonly texts: Readonly<Record<string, readonly string[]>>;
  /** Names of the textual columns among `texts`. */
  readonly textual: readonly string[];
  /** The column among `texts` that holds the items' names, where the schema marks one by `itemName`. */
  readonly nameColumn?: string | undefined;
  /** Ids in the order of the file. */
  readonly itemIds: readonly string[];
  /** CREATION_TIMESTAMP in epoch seconds, NaN where unknown, in the same order. */
  readonly created: Float64Array;
}

/** What a recipe learns from. */
export interface TrainingData {
  /** Their `itemIds` hold the items of the table too. */
  readonly histories: Histories;
  /** The interactions behind the histories, one by one; their places are those of their own id lists. */
  readonly events: EventColumns;
  readonly items: ItemTable | undefined;
  /** An item column of numbers to be favoured in the ranking, and how much. */
  readonly objective?: Objective | undefined;
  readonly seed: number;
  /** AWS's names; a recipe's file says which it heeds. */
  readonly hyperParameters: Readonly<Record<string, string>>;
}

/** Names a numeric column whose sum over what is taken is to grow, too; OFF leaves the ranking as it is. */
export interface Objective {
  readonly itemAttribute: string;
  readonly sensitivity: 'LOW' | 'MEDIUM' | 'HIGH' | 'OFF';
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

/** How much a list leans towards popular and towards fresh items: 0 to 1 each. */
export interface RankingInfluence {
  readonly popularity: number;
  readonly freshness: number;
}

/** What one input line asks about; which members are there is the recipe's `reads`. */
export interface ItemQuery {
  readonly userId?: string | undefined;
  readonly itemId?: string | undefined;
  /** Items to be put in order. */
  readonly itemList?: readonly string[] | undefined;
}

/** How a list is made. */
export interface ListWish {
  /** The longest list, 0 or more; heeded by all but rankings of a list that is given. */
  readonly count: number;
  readonly exploration: Exploration;
  readonly influence?: RankingInfluence | undefined;
  /** 1 for each place of the recommender's `itemIds` that may be listed; all where undefined. */
  readonly allowed?: Uint8Array | undefined;
}

/**
 * Items, best first, and their scores, descending, where the recipe has scores. Items behind the last score have none.
 */
export interface Recommendations {
  readonly items: readonly string[];
  readonly scores?: readonly number[];
  /** A title for the list and how well each item fits it, where themes were asked for. */
  readonly theme?: { readonly title: string; readonly relevance: readonly number[] };
}

export interface Recommender {
  /** Ids by place, as `ListWish.allowed` counts them. */
  readonly itemIds: readonly string[];
  /** Never fails: users and items that are not known get popular items. */
  recommend(query: ItemQuery, wish: ListWish): Recommendations;
  /** The same with a theme; `nameColumn` is the column of the items' names. Only recipes with themes have it. */
  recommendThemed?(query: ItemQuery, wish: ListWish, nameColumn: string): Recommendations;
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
  /** Ids by place, as `allowed` counts them. */
  readonly userIds: readonly string[];
  /** @param allowed  1 for each place of `userIds` that may be in the segment; all where undefined */
  segment(query: SegmentQuery, count: number, allowed?: Uint8Array): Segment;
}

interface RecipeBase {
  /** AWS's name, as in `arn:aws:personalize:::recipe/<name>`. */
  readonly name: string;
  /**
   * Says why the data can't be trained on with this recipe, as a failure reason; undefined where they suffice. Stands in
   * for the least of interactions that the other recipes need.
   */
  explainUnfit?(data: TrainingData): string | undefined;
  /** Pure; the same for the same data and seed, on any machine. */
  train(data: TrainingData): Training;
}

export interface InferenceRecipe extends RecipeBase {
  readonly kind: 'inference';
  /** The members that an input line must have. */
  readonly reads: readonly ('userId' | 'itemId' | 'itemList')[];
  /**
   * Opens a model.
   *
   * @param today  the items as they are now: recipes that explore list those that came after the training, too
   * @throws RangeError if a part is missing
   */
  open(parts: ModelParts, today?: ItemTable): Recommender;
  /** Adds what came after the training without learning anew: training mode UPDATE. Few recipes have it. */
  update?(parts: ModelParts, data: TrainingData): Training;
}

export interface SegmentRecipe extends RecipeBase {
  readonly kind: 'segment';
  /** The member of an input line that carries the query. */
  readonly reads: 'itemId' | 'itemAttributes';
  /** @throws RangeError if a part is missing */
  open(parts: ModelParts): Segmenter;
}

export type Recipe = InferenceRecipe | SegmentRecipe;
