/** Checks by the job files alone whether the audiences that e-mail jobs take their recipients from can be there. */
import { nearestName } from '../../config/nearest';
import type { ParsedJob } from '../../job/definition';
import type { AudienceRef } from '../../job/email-job';
import { audiencesOf } from '../audiences/audiences-of';

export interface AudienceProblem {
  readonly job: string;
  readonly message: string;
  readonly fix: string;
}

/**
 * Finds e-mail jobs whose recipients are an audience that no job makes.
 *
 * @param jobs  those whose files are right
 * @param names  all jobs that there are; of one whose file is wrong nothing is known
 */
export function checkAudienceNames(jobs: readonly ParsedJob[], names: readonly string[]): readonly AudienceProblem[] {
  const made = new Map(
    jobs.map((job) => [job.name, job.kind === 'audience' ? audiencesOf(job).map(({ name }) => name) : []]),
  );
  return jobs.flatMap((job): AudienceProblem[] => {
    const from = job.kind === 'email' ? job.recipients.from : 'contacts';
    if (from === 'contacts') return [];
    const audiences = made.get(from.job);
    const isOpen = audiences === undefined && names.includes(from.job);
    if (isOpen || audiences?.includes(from.name) === true) return [];
    return [{ job: job.name, ...explain(from, made) }];
  });
}

function explain(
  { job, name }: AudienceRef,
  made: ReadonlyMap<string, readonly string[]>,
): Pick<AudienceProblem, 'message' | 'fix'> {
  const known = [...made].flatMap(([other, audiences]) => audiences.map((audience) => `${other}/${audience}`));
  const named = `${job}/${name}`;
  const near = nearestName(named, known) ?? known.find((other) => other.startsWith(`${job}/`));
  const message = `recipients.from.audience is "${named}", and no job makes it; audiences are ${known.join(', ') || 'none'}`;
  return { message, fix: near === undefined ? 'name one of these' : `write "audience: ${near}"` };
}
