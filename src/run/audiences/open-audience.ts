/** Opens an audience: the sets of its expression, merged. */
import { compileExpression } from '../../audience/algebra/compile';
import { evaluate } from '../../audience/algebra/evaluate';
import { type Member, readMembers, writeMembers } from '../../audience/members';
import { NightjarError } from '../../errors';
import type { AudienceJob } from '../../job/audience-job';
import type { StageContext } from '../stage';
import { audiencesOf } from './audiences-of';
import { openLeaf } from './open-leaf';

/**
 * Streams, as a member file, the members of an audience before admission, ascending by user id in bytes, each with the best rank of the sets
 * that make the expression hold. Memory is bounded by a batch of each set.
 *
 * @param name  one of `audiencesOf`
 * @throws E_BUG where the job has no such audience
 */
export async function* openAudience(context: StageContext, job: AudienceJob, name: string): AsyncGenerator<Uint8Array> {
  const audience = audiencesOf(job).find((one) => one.name === name);
  if (audience === undefined) throw new NightjarError('E_BUG', `${job.name} has no audience "${name}"`);
  const { expression } = audience;
  if (expression.op === 'leaf') return yield* await openLeaf(context, job, expression.leaf);
  const compiled = compileExpression(expression);
  const sources: AsyncIterable<readonly Member[]>[] = [];
  for (const leaf of compiled.leaves) sources.push(readMembers(await openLeaf(context, job, leaf)));
  yield* writeMembers(evaluate(compiled, sources));
}
