/** Lists AWS's recipes. Source: developer guide, "Choosing a recipe" and the pages of the recipes and use cases. */
import type { DatasetType, Recipe, RecipeFeature } from './recipe';

const USER_PERSONALIZATION: readonly Recipe[] = [
  custom('aws-user-personalization-v2', 'USER_PERSONALIZATION', {
    features: ['adds-new-items', 'event-weights', 'objective'],
    description: 'Recommends items to each user, and tries new ones by itself.',
  }),
  custom('aws-user-personalization', 'USER_PERSONALIZATION', {
    features: ['adds-new-items', 'exploration-settings', 'training-update', 'hpo', 'objective'],
    description: 'Recommends items to each user, with exploration of new ones.',
  }),
  ...['aws-hrnn', 'aws-hrnn-metadata', 'aws-hrnn-coldstart'].map((name) =>
    custom(name, 'USER_PERSONALIZATION', {
      standing: 'legacy',
      description: 'Recommends items to each user by a recurrent network; a legacy recipe.',
    }),
  ),
];

const POPULAR_ITEMS: readonly Recipe[] = [
  custom('aws-popularity-count', 'POPULAR_ITEMS', { description: 'Recommends the items with the most interactions.' }),
  custom('aws-trending-now', 'POPULAR_ITEMS', {
    family: 'none',
    description: 'Recommends the items whose interactions increase the fastest.',
  }),
];

const PERSONALIZED_RANKING: readonly Recipe[] = [
  custom('aws-personalized-ranking-v2', 'PERSONALIZED_RANKING', {
    features: ['event-weights', 'objective'],
    description: 'Puts a given list of items in the order of a user.',
  }),
  custom('aws-personalized-ranking', 'PERSONALIZED_RANKING', {
    features: ['hpo', 'objective'],
    description: 'Puts a given list of items in the order of a user.',
  }),
];

const RELATED_ITEMS: readonly Recipe[] = [
  custom('aws-similar-items', 'RELATED_ITEMS', {
    features: ['themes', 'hpo'],
    description: 'Recommends items like a given one, by interactions and by what the items are.',
  }),
  custom('aws-sims', 'RELATED_ITEMS', {
    features: ['hpo'],
    description: 'Recommends items that the users of a given one have used as well.',
  }),
  custom('aws-semantic-similarity', 'RELATED_ITEMS', {
    needs: ['ITEMS'],
    features: ['ranking-influence', 'incremental-update'],
    description: 'Recommends items whose texts are like those of a given one.',
  }),
];

const USER_SEGMENTATION: readonly Recipe[] = [
  custom('aws-item-affinity', 'USER_SEGMENTATION', {
    family: 'segment',
    description: 'Creates segments of users most interested in given items.',
  }),
  custom('aws-item-attribute-affinity', 'USER_SEGMENTATION', {
    family: 'segment',
    needs: ['INTERACTIONS', 'ITEMS'],
    description: 'Creates segments of users most interested in items with given attributes.',
  }),
];

const ACTIONS: readonly Recipe[] = [
  custom('aws-next-best-action', 'PERSONALIZED_ACTIONS', {
    standing: 'absent',
    family: 'none',
    needs: ['ACTIONS', 'ACTION_INTERACTIONS'],
    description: 'Recommends the next best actions for each user.',
  }),
];

const DOMAINS: readonly Recipe[] = [
  store('aws-ecomm-popular-items-by-views', 'POPULAR_ITEMS', 'Recommends the items that are viewed most.'),
  store('aws-ecomm-popular-items-by-purchases', 'POPULAR_ITEMS', 'Recommends the items that are purchased most.'),
  store('aws-ecomm-frequently-bought-together', 'RELATED_ITEMS', 'Recommends what is bought with an item.'),
  store(
    'aws-ecomm-customers-who-viewed-x-also-viewed',
    'RELATED_ITEMS',
    'Recommends what those who viewed an item viewed as well.',
  ),
  store('aws-ecomm-recommended-for-you', 'USER_PERSONALIZATION', 'Recommends items to each shopper.'),
  video('aws-vod-because-you-watched-x', 'RELATED_ITEMS', 'Recommends what those who watched a video watched as well.'),
  video('aws-vod-more-like-x', 'RELATED_ITEMS', 'Recommends videos like a given one.'),
  video('aws-vod-most-popular', 'POPULAR_ITEMS', 'Recommends the videos that are watched most.'),
  video('aws-vod-trending-now', 'POPULAR_ITEMS', 'Recommends the videos whose popularity increases the fastest.'),
  video('aws-vod-top-picks', 'USER_PERSONALIZATION', 'Recommends videos to each user.'),
];

/** Holds all recipes, in the order of the guide's table. */
export const ALL_RECIPES: readonly Recipe[] = [
  ...USER_PERSONALIZATION,
  ...POPULAR_ITEMS,
  ...PERSONALIZED_RANKING,
  ...RELATED_ITEMS,
  ...USER_SEGMENTATION,
  ...ACTIONS,
  ...DOMAINS,
];

interface CustomRecipe {
  readonly standing?: Recipe['standing'];
  readonly family?: Recipe['family'];
  readonly needs?: readonly DatasetType[];
  readonly features?: readonly RecipeFeature[];
  readonly description: string;
}

function custom(name: string, recipeType: string, recipe: CustomRecipe): Recipe {
  return {
    name,
    recipeType,
    standing: 'complete',
    family: 'inference',
    needs: ['INTERACTIONS'],
    features: [],
    ...recipe,
  };
}

function store(name: string, recipeType: string, description: string): Recipe {
  return ofDomain('ECOMMERCE', custom(name, recipeType, { description }));
}

function video(name: string, recipeType: string, description: string): Recipe {
  return ofDomain('VIDEO_ON_DEMAND', custom(name, recipeType, { description }));
}

function ofDomain(domain: 'ECOMMERCE' | 'VIDEO_ON_DEMAND', recipe: Recipe): Recipe {
  return { ...recipe, standing: 'domain', domain, family: 'none' };
}
