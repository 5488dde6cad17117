/** What a part of a job can want of its solution, and the recipes that do it. */

export interface SolutionNeed {
  /** Names of recipes, the newest of each kind first. */
  readonly recipes: readonly string[];
  /** Their names in words, with an article. */
  readonly words: string;
}

const ITEMS_RECIPE = 'aws-item-affinity';
const ATTRIBUTES_RECIPE = 'aws-item-attribute-affinity';

export const SOLUTION_NEEDS = {
  segment: { recipes: [ATTRIBUTES_RECIPE, ITEMS_RECIPE], words: 'an Item-Affinity or Item-Attribute-Affinity' },
  itemSegment: { recipes: [ITEMS_RECIPE], words: 'an Item-Affinity' },
  attributeSegment: { recipes: [ATTRIBUTES_RECIPE], words: 'an Item-Attribute-Affinity' },
  taste: {
    recipes: [
      'aws-user-personalization-v2',
      'aws-user-personalization',
      'aws-popularity-count',
      'aws-hrnn',
      'aws-hrnn-metadata',
      'aws-hrnn-coldstart',
    ],
    words: 'a User-Personalization or Popularity-Count',
  },
  ranking: {
    recipes: ['aws-personalized-ranking-v2', 'aws-personalized-ranking'],
    words: 'a Personalized-Ranking',
  },
  related: {
    recipes: ['aws-similar-items', 'aws-sims', 'aws-semantic-similarity'],
    words: 'a Similar-Items or SIMS',
  },
  themes: { recipes: ['aws-similar-items'], words: 'a Similar-Items' },
} satisfies Record<string, SolutionNeed>;
