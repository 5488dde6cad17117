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
