/** Opens an audience: the sets of its expression, merged. */
import { compileExpression } from '../../audience/algebra/compile';
import { evaluate } from '../../audience/algebra/evaluate';
import type { Member } from '../../audience/members';
import { NightjarError } from '../../errors';
import type { AudienceJob } from '../../job/audience-job';
import type { StageContext } from '../stage';
import { audiencesOf } from './audiences-of';
import { openLeaf } from './open-leaf';

/**
 * Streams the members of an audience before admission, ascending by user id in bytes, each with the best rank of the sets
 * that make the expression hold. Memory is bounded by a batch of each set.
 *
 * @param name  one of `audiencesOf`
 * @throws E_BUG where the job has no such audience
 */
export async function* openAudience(
  context: StageContext,
  job: AudienceJob,
  name: string,
): AsyncGenerator<readonly Member[]> {
  const audience = audiencesOf(job).find((one) => one.name === name);
  if (audience === undefined) throw new NightjarError('E_BUG', `${job.name} has no audience "${name}"`);
  const compiled = compileExpression(audience.expression);
  const sources: AsyncIterable<readonly Member[]>[] = [];
  for (const leaf of compiled.leaves) sources.push(await openLeaf(context, job, leaf));
  yield* evaluate(compiled, sources);
}
