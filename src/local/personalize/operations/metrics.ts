/** Performs the operation on the metrics of solution versions. */

import { requireTrained } from '../versions/versions';
import { DESCRIBE_SOLUTION_VERSION } from '../wire/lookup-requests';
import { reading } from './operation';

/** Answers the offline metrics of an ACTIVE version. */
export const getSolutionMetrics = reading(DESCRIBE_SOLUTION_VERSION, (plane, { solutionVersionArn: arn }) => {
  const version = requireTrained(plane, arn);
  return { solutionVersionArn: arn, metrics: version.outcome?.ok === true ? version.outcome.result.metrics : {} };
});
