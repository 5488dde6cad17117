/** Orders given items for a user: aws-personalized-ranking, with the model of aws-user-personalization. */
import { createRankingRecipe } from '../ranking/ranking-recipe';
import { recipe as userPersonalization } from './user-personalization';

/** Trains `aws-personalized-ranking`; heeds what `aws-user-personalization` heeds. */
export const recipe = createRankingRecipe('aws-personalized-ranking', userPersonalization);
