/** Lists AWS's recipes, and what is needed of those that the local AWS can train. */
import { recipeArn } from './arns';
import { notFound } from './collection';
import { notComplete } from './not-complete';

/** Says which batch job takes a recipe's versions. */
export type BatchFamily = 'inference' | 'segment';

/** Holds a recipe that can be trained. */
export interface Recipe {
  readonly name: string;
  readonly recipeType: string;
  readonly family: BatchFamily;
  readonly needsItems: boolean;
  /** Whether batch jobs take explorationWeight and explorationItemAgeCutOff. */
  readonly explores: boolean;
  readonly description: string;
}

/** Lists the recipes that can be trained, in AWS's order. */
export const RECIPES: readonly Recipe[] = [
  {
    name: 'aws-item-affinity',
    recipeType: 'USER_SEGMENTATION',
    family: 'segment',
    needsItems: false,
    explores: false,
    description: 'Creates segments of users most interested in given items.',
  },
  {
    name: 'aws-item-attribute-affinity',
    recipeType: 'USER_SEGMENTATION',
    family: 'segment',
    needsItems: true,
    explores: false,
    description: 'Creates segments of users most interested in items with given attributes.',
  },
  {
    name: 'aws-popularity-count',
    recipeType: 'POPULAR_ITEMS',
    family: 'inference',
    needsItems: false,
    explores: false,
    description: 'Recommends the items with the most interactions.',
  },
  {
    name: 'aws-user-personalization',
    recipeType: 'USER_PERSONALIZATION',
    family: 'inference',
    needsItems: false,
    explores: true,
    description: 'Recommends items to each user, with exploration of new ones.',
  },
];

/** Names the recipes that AWS has and the local AWS can't train. */
const OTHER_RECIPES = new Set([
  'aws-user-personalization-v2',
  'aws-hrnn',
  'aws-hrnn-metadata',
  'aws-hrnn-coldstart',
  'aws-trending-now',
  'aws-personalized-ranking',
  'aws-personalized-ranking-v2',
  'aws-similar-items',
  'aws-sims',
  'aws-semantic-similarity',
  'aws-next-best-action',
]);

/**
 * Finds a recipe by its ARN.
 *
 * @throws AwsFault ResourceNotFoundException, or NotImplementedException for one that only AWS has
 */
export function findRecipe(arn: string): Recipe {
  const recipe = RECIPES.find(({ name }) => recipeArn(name) === arn);
  if (recipe !== undefined) return recipe;
  const name = arn.slice(arn.lastIndexOf('/') + 1);
  if (recipeArn(name) === arn && OTHER_RECIPES.has(name)) throw notComplete(`The recipe ${name}`);
  throw notFound(arn);
}
