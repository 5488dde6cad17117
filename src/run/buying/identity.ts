/** Says what makes two purchases of nightjar equal. */
import type { BatchIdentity } from '../../personalize/batch-name';
import type { Engines } from '../engines';

/** The part that differs from job to job. */
export type PurchaseIdentity = Pick<
  BatchIdentity,
  'kind' | 'solutionVersionArn' | 'recipe' | 'filterArn' | 'numResults' | 'inputSha256'
> & {
  /** Where themes are wanted. */
  readonly themeItemName?: string | undefined;
};

/** What is bought for the slot of a job, but for its input. */
export interface PurchaseTerms extends Omit<PurchaseIdentity, 'inputSha256'> {
  readonly job: string;
  readonly slot: string;
}

/** Everything that decides what a batch job of nightjar returns. */
export function identityOf(engines: Pick<Engines, 'settings'>, purchase: PurchaseIdentity): BatchIdentity {
  const { kind, solutionVersionArn, recipe, filterArn, numResults, inputSha256, themeItemName } = purchase;
  return {
    instance: engines.settings.instance,
    kind,
    solutionVersionArn,
    recipe,
    filterArn,
    numResults,
    mode: kind === 'inference' ? (themeItemName === undefined ? 'BATCH_INFERENCE' : 'THEME_GENERATION') : null,
    exploration: null,
    rankingInfluence: null,
    themeItemName: themeItemName ?? null,
    inputSha256,
  };
}
