/** Plans how the audiences of a run are made: expressions, and how members are chosen. */

import type { AudienceJob } from '../../job/audience-job';
import type { AudiencePlan } from '../../job/plan';

/** Plans the choice. */
export function planChoice(job: AudienceJob): Pick<AudiencePlan, 'audiences' | 'choice'> {
  const { combine, top, sample, split } = job.audience;
  const choice = {
    ...(top === undefined ? {} : { top: 'count' in top ? top.count : writeShare(top.share) }),
    ...(sample === undefined ? {} : { sample: writeShare(sample) }),
    ...(split === undefined ? {} : { split: split.map(({ name, share }) => ({ name, share: writeShare(share) })) }),
  };
  return {
    ...(combine === 'each' ? {} : { audiences: combine.map(({ name, text }) => ({ name, expression: text })) }),
    ...(Object.keys(choice).length === 0 ? {} : { choice }),
  };
}

function writeShare(share: number): string {
  return `${Number((share * 100).toFixed(6))}%`;
}
