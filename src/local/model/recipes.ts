/** Models the operations on recipes, algorithms and feature transformations. */
import { operation } from './operation';
import {
  ARN,
  CONTINUOUS_MAX_VALUE,
  CONTINUOUS_MIN_VALUE,
  DOMAIN,
  INTEGER_MAX_VALUE,
  INTEGER_MIN_VALUE,
  MAX_RESULTS,
  NAME,
  NEXT_TOKEN,
  PARAMETER_NAME,
  PARAMETER_VALUE,
  STATUS,
} from './scalars';
import { BOOLEAN, list, map, oneOf, structure, TIMESTAMP, text } from './shape';
import { CATEGORICAL_VALUES, HYPER_PARAMETERS } from './structures';

const ALGORITHM_IMAGE = structure({ name: NAME, dockerURI: text({ max: 256 }) }, 'dockerURI');
const DEFAULT_INTEGER_HYPER_PARAMETER_RANGE = structure({
  name: PARAMETER_NAME,
  minValue: INTEGER_MIN_VALUE,
  maxValue: INTEGER_MAX_VALUE,
  isTunable: BOOLEAN,
});
const DEFAULT_CONTINUOUS_HYPER_PARAMETER_RANGE = structure({
  name: PARAMETER_NAME,
  minValue: CONTINUOUS_MIN_VALUE,
  maxValue: CONTINUOUS_MAX_VALUE,
  isTunable: BOOLEAN,
});
const DEFAULT_CATEGORICAL_HYPER_PARAMETER_RANGE = structure({
  name: PARAMETER_NAME,
  values: CATEGORICAL_VALUES,
  isTunable: BOOLEAN,
});
const DEFAULT_HYPER_PARAMETER_RANGES = structure({
  integerHyperParameterRanges: list(DEFAULT_INTEGER_HYPER_PARAMETER_RANGE, { max: 100 }),
  continuousHyperParameterRanges: list(DEFAULT_CONTINUOUS_HYPER_PARAMETER_RANGE, { max: 100 }),
  categoricalHyperParameterRanges: list(DEFAULT_CATEGORICAL_HYPER_PARAMETER_RANGE, { max: 100 }),
});
const ALGORITHM = structure({
  name: NAME,
  algorithmArn: ARN,
  algorithmImage: ALGORITHM_IMAGE,
  defaultHyperParameters: HYPER_PARAMETERS,
  defaultHyperParameterRanges: DEFAULT_HYPER_PARAMETER_RANGES,
  defaultResourceConfig: map(PARAMETER_NAME, PARAMETER_VALUE, { max: 100 }),
  trainingInputMode: text({ max: 256 }),
  roleArn: ARN,
  creationDateTime: TIMESTAMP,
  lastUpdatedDateTime: TIMESTAMP,
});
const FEATURE_TRANSFORMATION = structure({
  name: NAME,
  featureTransformationArn: ARN,
  defaultParameters: map(PARAMETER_NAME, PARAMETER_VALUE, { max: 100 }),
  creationDateTime: TIMESTAMP,
  lastUpdatedDateTime: TIMESTAMP,
  status: STATUS,
});
const RECIPE = structure({
  name: NAME,
  recipeArn: ARN,
  algorithmArn: ARN,
  featureTransformationArn: ARN,
  status: STATUS,
  description: text(),
  creationDateTime: TIMESTAMP,
  recipeType: text({ max: 256 }),
  lastUpdatedDateTime: TIMESTAMP,
});
const RECIPE_SUMMARY = structure({
  name: NAME,
  recipeArn: ARN,
  status: STATUS,
  creationDateTime: TIMESTAMP,
  lastUpdatedDateTime: TIMESTAMP,
  domain: DOMAIN,
});

/** Holds the operations on recipes, algorithms and feature transformations. */
export const RECIPE_OPERATIONS = {
  DescribeAlgorithm: operation(structure({ algorithmArn: ARN }, 'algorithmArn'), structure({ algorithm: ALGORITHM }), {
    errors: ['InvalidInput', 'ResourceNotFound'],
    idempotent: true,
  }),
  DescribeFeatureTransformation: operation(
    structure({ featureTransformationArn: ARN }, 'featureTransformationArn'),
    structure({ featureTransformation: FEATURE_TRANSFORMATION }),
    { errors: ['InvalidInput', 'ResourceNotFound'], idempotent: true },
  ),
  DescribeRecipe: operation(structure({ recipeArn: ARN }, 'recipeArn'), structure({ recipe: RECIPE }), {
    errors: ['InvalidInput', 'ResourceNotFound'],
    idempotent: true,
  }),
  ListRecipes: operation(
    structure({ recipeProvider: oneOf('SERVICE'), nextToken: NEXT_TOKEN, maxResults: MAX_RESULTS, domain: DOMAIN }),
    structure({ recipes: list(RECIPE_SUMMARY, { max: 100 }), nextToken: NEXT_TOKEN }),
    { errors: ['InvalidNextToken', 'InvalidInput'], idempotent: true },
  ),
} as const;
