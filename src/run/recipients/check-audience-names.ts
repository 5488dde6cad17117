/** Checks by the job files alone whether the audiences that e-mail jobs take their recipients from can be there. */
import { listNames, nearestName } from '../../config/nearest';
import type { AudienceJob } from '../../job/audience-job';
import { type AudienceRef, writeAudienceRef } from '../../job/audience-ref';
import type { ParsedJob } from '../../job/definition';

import { describeParts, onlyOf, suggestPart } from '../audiences/audience-parts';
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
  const made = new Map(jobs.map((job) => [job.name, job.kind === 'audience' ? audiencesIn(job) : []]));
  return jobs.flatMap((job): AudienceProblem[] => {
    const from = job.kind === 'email' ? job.recipients.from : 'contacts';
    if (from === 'contacts') return [];
    const audiences = made.get(from.job);
    const isOpen = audiences === undefined && names.includes(from.job);
    const audience = audiences?.find(({ name }) => name === from.name);
    if (isOpen || (audience !== undefined && (from.part === undefined || audience.parts.includes(from.part))))
      return [];
    return [{ job: job.name, ...(audience === undefined ? explain(from, made) : explainPart(from, audience)) }];
  });
}

interface MadeAudience {
  readonly name: string;
  /** None where it is not split. */
  readonly parts: readonly string[];
}

function audiencesIn(job: AudienceJob): readonly MadeAudience[] {
  const parts = (job.audience.split ?? []).map(({ name }) => name);
  return audiencesOf(job).map(({ name }) => ({ name, parts }));
}

function explain(
  { job, name }: AudienceRef,
  made: ReadonlyMap<string, readonly MadeAudience[]>,
): Pick<AudienceProblem, 'message' | 'fix'> {
  const known = [...made].flatMap(([other, audiences]) => audiences.map((audience) => `${other}/${audience.name}`));
  const named = `${job}/${name}`;
  const near = nearestName(named, known) ?? onlyOf(known, `${job}/`);
  const message = `recipients.from.audience is "${named}", and no job makes it; audiences are ${known.join(', ') || 'none'}`;
  const ofJob = known.filter((other) => other.startsWith(`${job}/`));
  const some = listNames(ofJob.length > 0 ? ofJob : known);
  const others = known.length === 0 ? `write an audience job: jobs/${job}.yaml` : `name one of these: ${some}`;
  return { message, fix: near === undefined ? others : `write "audience: ${near}"` };
}

function explainPart(from: AudienceRef, { parts }: MadeAudience): Pick<AudienceProblem, 'message' | 'fix'> {
  return {
    message: `recipients.from.audience is "${writeAudienceRef(from)}"; ${describeParts(parts)}`,
    fix: suggestPart(from, parts, (name) => `write "audience: ${name}"`),
  };
}
