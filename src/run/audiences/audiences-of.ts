/** Lists the audiences of a job. */

import type { AudienceJob } from '../../job/audience-job';
import type { NamedExpression } from '../../job/combine/expression';

/** Gives name and expression of each audience, in the order of the file; without expressions each query is one. */
export function audiencesOf({ audience, segment }: AudienceJob): readonly NamedExpression[] {
  if (audience.combine !== 'each') return audience.combine;
  return segment.queries.map(({ name }) => ({
    name,
    text: name,
    expression: { op: 'leaf', leaf: { kind: 'query', name } },
  }));
}

/** Tells whether a job makes an audience of this name, or has it withdrawn. */
export function isMade(job: AudienceJob, audience: string): boolean {
  return audiencesOf(job).some(({ name }) => name === audience);
}

/** Tells whether a job makes this part of an audience; `''` is all of one that is not split. */
export function isPartMade(job: AudienceJob, { audience, part }: { audience: string; part: string }): boolean {
  const parts = job.audience.split?.map(({ name }) => name) ?? [''];
  return isMade(job, audience) && parts.includes(part);
}
