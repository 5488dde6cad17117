/** Takes a share of an audience, the same users each time. */
import type { Share } from '../../units';
import { shareOf } from './share-of';

/**
 * Makes the test of a sample. Stable by user and audience: who is in it stays in it while the share does not shrink, whoever
 * else comes or goes.
 */
export function createSample(sample: {
  readonly job: string;
  readonly audience: string;
  readonly share: Share;
}): (userId: string) => boolean {
  const purpose = `sample:${sample.job}/${sample.audience}`;
  return (userId) => shareOf(purpose, userId) < sample.share;
}
