/** Splits an audience into parts for a test. */
import type { SplitPart } from '../../job/audience-job';
import { shareOf } from './share-of';

/** The part that is kept as a list and gets no file. */
export const HOLDOUT = 'holdout';

/**
 * Makes the function that tells a user's part. Stable by user: whoever else comes or goes, a user stays in the part. One part
 * in all audiences of the job, so that who is held out of one is not reached by another.
 *
 * @param split.parts  in their order; their shares add up to 1
 */
export function createSplit(split: {
  readonly job: string;
  readonly parts: readonly SplitPart[];
}): (userId: string) => string {
  const purpose = `split:${split.job}`;
  let sum = 0;
  const borders = split.parts.map(({ name, share }) => {
    sum += share;
    return { name, below: sum };
  });
  const last = borders.at(-1)?.name ?? '';
  return (userId) => {
    const share = shareOf(purpose, userId);
    return borders.find(({ below }) => share < below)?.name ?? last;
  };
}
