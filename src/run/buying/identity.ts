/** Says what makes two purchases of nightjar equal. */
import type { BatchIdentity } from '../../personalize/batch-name';
import type { Engines } from '../engines';

/** The part that differs from job to job. */
export type PurchaseIdentity = Pick<
  BatchIdentity,
  'kind' | 'solutionVersionArn' | 'recipe' | 'filterArn' | 'numResults' | 'inputSha256'
>;

/** Everything that decides what a batch job of nightjar returns. */
export function identityOf(engines: Pick<Engines, 'settings'>, purchase: PurchaseIdentity): BatchIdentity {
  const { kind, solutionVersionArn, recipe, filterArn, numResults, inputSha256 } = purchase;
  return {
    instance: engines.settings.instance,
    kind,
    solutionVersionArn,
    recipe,
    filterArn,
    numResults,
    mode: kind === 'inference' ? 'BATCH_INFERENCE' : null,
    exploration: null,
    rankingInfluence: null,
    themeItemName: null,
    inputSha256,
  };
}
