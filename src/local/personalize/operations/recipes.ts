/** Performs the operations on recipes. */
import { recipeArn } from '../arns';
import { takePage } from '../pages';
import { findRecipe, RECIPES, type Recipe } from '../recipes';
import { DESCRIBE_RECIPE, LIST_RECIPES } from '../requests';
import { type JsonObject, reading } from './operation';

/** Day on which Amazon Personalize became generally available, in epoch seconds; recipes have no date of their own here. */
const RECIPE_DATE = Date.UTC(2019, 5, 10) / 1000;

/** Lists the recipes that can be trained; none of them is of a domain. */
export const listRecipes = reading(LIST_RECIPES, (_, input) => {
  const recipes = input.domain === undefined ? RECIPES : [];
  const page = takePage(
    recipes.map((recipe, index) => ({ recipe, sequence: index + 1 })),
    input,
  );
  return { recipes: page.items.map(({ recipe }) => summarise(recipe)), nextToken: page.nextToken };
});

/** Describes a recipe. */
export const describeRecipe = reading(DESCRIBE_RECIPE, (_, input) => {
  const recipe = findRecipe(input.recipeArn);
  const algorithmArn = input.recipeArn.replace(':recipe/', ':algorithm/');
  const { recipeType, description } = recipe;
  return { recipe: { ...summarise(recipe), algorithmArn, recipeType, description } };
});

function summarise(recipe: Recipe): JsonObject {
  return {
    name: recipe.name,
    recipeArn: recipeArn(recipe.name),
    status: 'ACTIVE',
    creationDateTime: RECIPE_DATE,
    lastUpdatedDateTime: RECIPE_DATE,
  };
}
