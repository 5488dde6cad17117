/** Lists the recipes that the local engine has; a new one is a file in `recommender/recipes/` and a line here. */
import type { Recipe } from '../recommender/recipe';
import { recipe as itemAffinity } from '../recommender/recipes/item-affinity';
import { recipe as itemAttributeAffinity } from '../recommender/recipes/item-attribute-affinity';
import { recipe as popularityCount } from '../recommender/recipes/popularity-count';
import { recipe as userPersonalization } from '../recommender/recipes/user-personalization';
import { DataProblem } from './data-problem';

/** All recipes, by AWS's names. */
export const RECIPES: readonly Recipe[] = [userPersonalization, popularityCount, itemAffinity, itemAttributeAffinity];

/** @throws DataProblem if there is no such recipe */
export function findRecipe(name: string): Recipe {
  const recipe = RECIPES.find((one) => one.name === name);
  if (recipe === undefined) {
    const known = RECIPES.map((one) => one.name).join(', ');
    throw new DataProblem(`The local engine does not have the recipe ${name}; it has ${known}`);
  }
  return recipe;
}
