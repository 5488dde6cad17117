/**
 * Lists the parameters of AWS's recipes, as DescribeAlgorithm and DescribeFeatureTransformation show them.
 * Source: developer guide, the page of each recipe. A recipe whose page names no feature transformation has none here.
 */

/** Holds a parameter of an algorithm: its default, its range or its values, and whether HPO may choose it. */
export interface Parameter {
  readonly name: string;
  readonly default: string;
  readonly range:
    | readonly ['integer' | 'continuous', minimum: number, maximum: number]
    | readonly ['categorical', ...values: string[]];
  readonly isTunable: boolean;
}

const HIDDEN_DIMENSION: Parameter = {
  name: 'hidden_dimension',
  default: '149',
  range: ['integer', 32, 256],
  isTunable: true,
};
const RECURRENT: readonly Parameter[] = [
  HIDDEN_DIMENSION,
  { name: 'bptt', default: '32', range: ['integer', 2, 32], isTunable: true },
  { name: 'recency_mask', default: 'true', range: ['categorical', 'true', 'false'], isTunable: true },
];
const RECENCY: readonly Parameter[] = [
  { name: 'apply_recency_bias', default: 'true', range: ['categorical', 'true', 'false'], isTunable: false },
];
const AFFINITY: readonly Parameter[] = [{ ...HIDDEN_DIMENSION, isTunable: false }];

/** Holds the parameters of algorithms by the name of their recipe; those that are not here have none. */
export const ALGORITHM_PARAMETERS: Readonly<Record<string, readonly Parameter[]>> = {
  'aws-user-personalization': RECURRENT,
  'aws-hrnn': RECURRENT,
  'aws-hrnn-metadata': RECURRENT,
  'aws-hrnn-coldstart': RECURRENT,
  'aws-personalized-ranking': RECURRENT,
  'aws-personalized-ranking-v2': RECENCY,
  'aws-user-personalization-v2': RECENCY,
  'aws-sims': [
    { name: 'popularity_discount_factor', default: '0.5', range: ['continuous', 0, 1], isTunable: true },
    { name: 'min_cointeraction_count', default: '3', range: ['integer', 0, 10], isTunable: true },
  ],
  'aws-similar-items': [
    { name: 'item_id_hidden_dimension', default: '100', range: ['integer', 30, 200], isTunable: true },
    { name: 'item_metadata_hidden_dimension', default: '100', range: ['integer', 30, 200], isTunable: true },
  ],
  'aws-item-affinity': AFFINITY,
  'aws-item-attribute-affinity': AFFINITY,
};

const HISTORY_LENGTHS = { min_user_history_length_percentile: '0.0', max_user_history_length_percentile: '0.99' };

/** Holds the feature transformations: the recipes that have each, and its parameters with their defaults. */
export const FEATURE_TRANSFORMATIONS: readonly {
  readonly name: string;
  readonly recipes: readonly string[];
  readonly parameters: Readonly<Record<string, string>>;
}[] = [
  {
    name: 'JSON-percentile-filtering',
    recipes: ['aws-hrnn', 'aws-personalized-ranking'],
    parameters: HISTORY_LENGTHS,
  },
  { name: 'featurize_metadata', recipes: ['aws-hrnn-metadata'], parameters: HISTORY_LENGTHS },
  {
    name: 'featurize_coldstart',
    recipes: ['aws-hrnn-coldstart'],
    parameters: {
      cold_start_max_interactions: '15',
      cold_start_max_duration: '5.0',
      cold_start_relative_from: 'latestItem',
      ...HISTORY_LENGTHS,
    },
  },
  {
    name: 'sims',
    recipes: ['aws-sims', 'aws-popularity-count'],
    parameters: {
      min_user_history_length_percentile: '0.005',
      max_user_history_length_percentile: '0.995',
      min_item_interaction_count_percentile: '0.01',
      max_item_interaction_count_percentile: '0.9',
    },
  },
  { name: 'item-affinity', recipes: ['aws-item-affinity'], parameters: {} },
  { name: 'item-attribute-affinity', recipes: ['aws-item-attribute-affinity'], parameters: {} },
  { name: 'aws-semantic-similarity', recipes: ['aws-semantic-similarity'], parameters: {} },
];
