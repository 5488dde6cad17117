/** Finds AWS's recipes, and tells what solutions and batch jobs of each may ask for. */
import { recipeArn } from '../arns';
import { notFound } from '../resources/collection';
import { notComplete } from '../wire/not-complete';
import { invalidInput } from '../wire/validate';
import type { Recipe, RecipeFeature } from './recipe';
import { ALL_RECIPES } from './recipe-table';

export type { BatchFamily, DatasetType, Recipe, RecipeFeature } from './recipe';

/** Tells whether a recipe has a feature. */
export function hasFeature(recipe: Recipe, feature: RecipeFeature): boolean {
  return recipe.features.includes(feature);
}

/**
 * Finds a recipe by its ARN.
 *
 * @throws AwsFault ResourceNotFoundException
 */
export function findRecipe(arn: string): Recipe {
  const recipe = ALL_RECIPES.find(({ name }) => recipeArn(name) === arn);
  if (recipe === undefined) throw notFound(arn);
  return recipe;
}

/**
 * Finds a recipe that solutions can be made of.
 *
 * @throws AwsFault ResourceNotFoundException, InvalidInputException for a domain's, NotImplementedException for one that
 * only AWS has or had
 */
export function findSolutionRecipe(arn: string): Recipe {
  const recipe = findRecipe(arn);
  if (recipe.standing === 'complete') return recipe;
  if (recipe.standing === 'domain') {
    throw invalidInput(
      `Recipe ${arn} is for recommenders of a ${recipe.domain ?? ''} dataset group, not for solutions.`,
    );
  }
  throw notComplete(`The ${recipe.standing === 'legacy' ? 'legacy recipe' : 'recipe'} ${recipe.name}`);
}
