/** Orders given items for a user: aws-personalized-ranking-v2, with the model of aws-user-personalization-v2. */
import { createRankingRecipe } from '../ranking/ranking-recipe';
import { recipe as userPersonalization } from './user-personalization-v2';

/** Trains `aws-personalized-ranking-v2`; heeds what `aws-user-personalization-v2` heeds. */
export const recipe = createRankingRecipe('aws-personalized-ranking-v2', userPersonalization);
