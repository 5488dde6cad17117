/** Defines what a recipe of AWS is to the control plane. */

/** Says which batch job takes a recipe's versions. */
export type BatchFamily = 'inference' | 'segment' | 'none';

/** Names what some recipes have and others don't. */
export type RecipeFeature =
  /** Lists items that came after the training, where the version is the newest that was trained wholly. */
  | 'adds-new-items'
  /** Batch jobs take explorationWeight and explorationItemAgeCutOff. */
  | 'exploration-settings'
  /** Batch jobs take rankingInfluence. */
  | 'ranking-influence'
  /** Batch jobs take mode THEME_GENERATION. */
  | 'themes'
  /** Versions take trainingMode UPDATE. */
  | 'training-update'
  /** Solutions take performIncrementalUpdate. */
  | 'incremental-update'
  /** Solutions take performHPO. */
  | 'hpo'
  /** Solutions take optimizationObjective. */
  | 'objective'
  /** Solutions take eventsConfig. */
  | 'event-weights';

/** Names dataset types as ARNs do. */
export type DatasetType = 'INTERACTIONS' | 'ITEMS' | 'USERS' | 'ACTIONS' | 'ACTION_INTERACTIONS';

/**
 * Holds a recipe. Solutions take those that are `complete`; `absent` ones are of AWS only, `legacy` ones are no longer
 * offered by AWS, and `domain` ones are for recommenders.
 */
export interface Recipe {
  readonly name: string;
  readonly recipeType: string;
  readonly standing: 'complete' | 'absent' | 'legacy' | 'domain';
  readonly domain?: 'ECOMMERCE' | 'VIDEO_ON_DEMAND';
  readonly family: BatchFamily;
  /** The datasets without which it can't be trained. */
  readonly needs: readonly DatasetType[];
  readonly features: readonly RecipeFeature[];
  readonly description: string;
}
