/** Lists the recipes that the local engine has; a new one is a file in `recommender/recipes/` and a line here. */
import type { Recipe } from '../recommender/recipe';
import { recipe as itemAffinity } from '../recommender/recipes/item-affinity';
import { recipe as itemAttributeAffinity } from '../recommender/recipes/item-attribute-affinity';
import { recipe as personalizedRanking } from '../recommender/recipes/personalized-ranking';
import { recipe as personalizedRankingV2 } from '../recommender/recipes/personalized-ranking-v2';
import { recipe as popularityCount } from '../recommender/recipes/popularity-count';
import { recipe as semanticSimilarity } from '../recommender/recipes/semantic-similarity';
import { recipe as similarItems } from '../recommender/recipes/similar-items';
import { recipe as sims } from '../recommender/recipes/sims';
import { recipe as trendingNow } from '../recommender/recipes/trending-now';
import { recipe as userPersonalization } from '../recommender/recipes/user-personalization';
import { recipe as userPersonalizationV2 } from '../recommender/recipes/user-personalization-v2';
import { DataProblem } from './data-problem';

/** All recipes, by AWS's names. */
export const RECIPES: readonly Recipe[] = [
  userPersonalization,
  userPersonalizationV2,
  popularityCount,
  trendingNow,
  personalizedRanking,
  personalizedRankingV2,
  similarItems,
  sims,
  semanticSimilarity,
  itemAffinity,
  itemAttributeAffinity,
];

/** @throws DataProblem if there is no such recipe */
export function findRecipe(name: string): Recipe {
  const recipe = RECIPES.find((one) => one.name === name);
  if (recipe === undefined) {
    const known = RECIPES.map((one) => one.name).join(', ');
    throw new DataProblem(`The local engine does not have the recipe ${name}; it has ${known}`);
  }
  return recipe;
}
