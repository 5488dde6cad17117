/** Performs the operations on recipes and what they consist of: algorithms and feature transformations. */
import { recipeArn } from '../arns';
import { ALGORITHM_PARAMETERS, FEATURE_TRANSFORMATIONS, type Parameter } from '../recipes/recipe-contents';
import { ALL_RECIPES } from '../recipes/recipe-table';
import { findRecipe, type Recipe } from '../recipes/recipes';
import { notFound } from '../resources/collection';
import { takePage } from '../resources/pages';
import {
  DESCRIBE_ALGORITHM,
  DESCRIBE_FEATURE_TRANSFORMATION,
  DESCRIBE_RECIPE,
  LIST_RECIPES,
} from '../wire/lookup-requests';
import { type JsonObject, reading } from './operation';

/** Day on which Amazon Personalize became generally available, in epoch seconds; recipes have no date of their own here. */
const RECIPE_DATE = Date.UTC(2019, 5, 10) / 1000;

const DATES = { creationDateTime: RECIPE_DATE, lastUpdatedDateTime: RECIPE_DATE };

/** Lists the recipes of AWS, also those that can't be trained here; of one domain where it is named. */
export const listRecipes = reading(LIST_RECIPES, (_, input) => {
  const recipes = ALL_RECIPES.filter(({ domain }) => input.domain === undefined || domain === input.domain);
  const page = takePage(
    recipes.map((recipe, index) => ({ recipe, sequence: index + 1 })),
    input,
  );
  return { recipes: page.items.map(({ recipe }) => summarise(recipe)), nextToken: page.nextToken };
});

/** Describes a recipe. */
export const describeRecipe = reading(DESCRIBE_RECIPE, (_, input) => {
  const recipe = findRecipe(input.recipeArn);
  const transformation = FEATURE_TRANSFORMATIONS.find(({ recipes }) => recipes.includes(recipe.name));
  const { domain: __, ...summary } = summarise(recipe);
  return {
    recipe: {
      ...summary,
      algorithmArn: algorithmArn(recipe.name),
      featureTransformationArn: transformation === undefined ? undefined : transformationArn(transformation.name),
      recipeType: recipe.recipeType,
      description: recipe.description,
    },
  };
});

function summarise(recipe: Recipe): JsonObject {
  const { name, domain } = recipe;
  return { name, recipeArn: recipeArn(name), status: 'ACTIVE', domain, ...DATES };
}

/** Describes the algorithm of a recipe, whose name it has. */
export const describeAlgorithm = reading(DESCRIBE_ALGORITHM, (_, input) => {
  const recipe = ALL_RECIPES.find(({ name }) => algorithmArn(name) === input.algorithmArn);
  if (recipe === undefined) throw notFound(input.algorithmArn);
  const parameters = ALGORITHM_PARAMETERS[recipe.name] ?? [];
  return {
    algorithm: {
      name: recipe.name,
      algorithmArn: input.algorithmArn,
      defaultHyperParameters: Object.fromEntries(parameters.map((one) => [one.name, one.default])),
      defaultHyperParameterRanges: {
        integerHyperParameterRanges: rangesOf(parameters, 'integer'),
        continuousHyperParameterRanges: rangesOf(parameters, 'continuous'),
        categoricalHyperParameterRanges: rangesOf(parameters, 'categorical'),
      },
      ...DATES,
    },
  };
});

function rangesOf(parameters: readonly Parameter[], kind: Parameter['range'][0]): readonly JsonObject[] {
  return parameters
    .filter(({ range }) => range[0] === kind)
    .map(({ name, range, isTunable }) => {
      if (range[0] === 'categorical') return { name, values: range.slice(1), isTunable };
      const [, minValue, maxValue] = range;
      return { name, minValue, maxValue, isTunable };
    });
}

/** Describes a feature transformation. */
export const describeFeatureTransformation = reading(DESCRIBE_FEATURE_TRANSFORMATION, (_, input) => {
  const { featureTransformationArn } = input;
  const found = FEATURE_TRANSFORMATIONS.find(({ name }) => transformationArn(name) === featureTransformationArn);
  if (found === undefined) throw notFound(featureTransformationArn);
  const { name, parameters } = found;
  const life = { status: 'ACTIVE', ...DATES };
  return { featureTransformation: { name, featureTransformationArn, defaultParameters: parameters, ...life } };
});

function algorithmArn(name: string): string {
  return recipeArn(name).replace(':recipe/', ':algorithm/');
}

function transformationArn(name: string): string {
  return recipeArn(name).replace(':recipe/', ':feature-transformation/');
}
