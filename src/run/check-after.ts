/** Checks that the job is there that a job follows: else no run of it would ever begin by itself. */
import { NightjarError } from '../errors';
import { checkChains } from '../job/chains';
import type { ParsedJob } from '../job/definition';
import { placeOf } from '../job/place';

/**
 * Checks `after`; where the project's jobs are not known, nobody can tell.
 * @throws E_JOB_FIELD with the nearest name
 */
export function checkAfter(job: ParsedJob, names: readonly string[] | undefined): void {
  const [problem] = names === undefined ? [] : checkChains([job], names);
  if (problem === undefined) return;
  const { message, fix } = problem;
  throw new NightjarError('E_JOB_FIELD', message, { where: placeOf(job, ['after']), fix });
}
