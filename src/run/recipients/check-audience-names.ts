/** Checks by the job files alone whether the audiences of other jobs that jobs name can be there. */
import { listNames, nearestName } from '../../config/nearest';
import type { Where } from '../../errors';
import type { AudienceJob } from '../../job/audience-job';
import { type AudienceRef, writeAudienceRef } from '../../job/audience-ref';
import { listLeaves, writeLeaf } from '../../job/combine/expression';
import type { ParsedJob } from '../../job/definition';
import { placeOf } from '../../job/place';
import { describeParts, onlyOf, suggestPart } from '../audiences/audience-parts';
import { audiencesOf } from '../audiences/audiences-of';
import { placeOfLeaf } from '../audiences/check-sets';

export interface AudienceProblem {
  readonly job: string;
  readonly message: string;
  readonly fix: string;
  readonly where: Where;
}

/**
 * Finds e-mail jobs whose recipients are an audience that no job makes, and expressions that name such a one.
 * An expression may name the audience of a slot of long ago, of which the job's file need not know any more.
 *
 * @param jobs  those whose files are right
 * @param names  all jobs that there are; of one whose file is wrong nothing is known
 */
export function checkAudienceNames(jobs: readonly ParsedJob[], names: readonly string[]): readonly AudienceProblem[] {
  const made = new Map(jobs.map((job) => [job.name, job.kind === 'audience' ? audiencesIn(job) : []]));
  return jobs.flatMap((job) =>
    listNamed(job).flatMap((named): AudienceProblem[] => {
      const { ref, isOfSlot, where } = named;
      const audiences = made.get(ref.job);
      const audience = audiences?.find(({ name }) => name === ref.name);
      const isOpen = audiences === undefined ? names.includes(ref.job) : isOfSlot && audiences.length > 0;
      if (isOpen || (audience !== undefined && (ref.part === undefined || audience.parts.includes(ref.part))))
        return [];
      const problem = audience === undefined ? explain(named, made) : explainPart(named, audience);
      return [{ job: job.name, ...problem, where: where() }];
    }),
  );
}

/** An audience as a job names it. */
interface NamedAudience {
  readonly ref: AudienceRef;
  /** Whether the audience of a slot will do that the job's file does not make any more. */
  readonly isOfSlot: boolean;
  /** Begins the message. */
  readonly said: (name: string) => string;
  readonly write: (name: string) => string;
  readonly where: () => Where;
}

function listNamed(job: ParsedJob): readonly NamedAudience[] {
  if (job.kind === 'email') {
    const { from } = job.recipients;
    if (from === 'contacts') return [];
    const said = (name: string) => `recipients.from.audience is "${name}"`;
    const where = () => placeOf(job, ['recipients', 'from', 'audience']);
    return [{ ref: from, isOfSlot: false, said, write: (name) => `write "audience: ${name}"`, where }];
  }
  const leaves = audiencesOf(job).flatMap(({ expression }) => listLeaves(expression));
  const named = new Map(leaves.flatMap((leaf) => (leaf.kind === 'audience' ? [[writeLeaf(leaf), leaf] as const] : [])));
  return [...named.values()].map((leaf) => ({
    ref: leaf,
    isOfSlot: leaf.slot !== undefined,
    said: (name) => `audience.combine names ${name}`,
    write: (name) => `write ${name}`,
    where: () => placeOfLeaf(job, leaf),
  }));
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
  { ref, said, write }: NamedAudience,
  made: ReadonlyMap<string, readonly MadeAudience[]>,
): Pick<AudienceProblem, 'message' | 'fix'> {
  const { job, name } = ref;
  const known = [...made].flatMap(([other, audiences]) => audiences.map((audience) => `${other}/${audience.name}`));
  const named = `${job}/${name}`;
  const near = nearestName(named, known) ?? onlyOf(known, `${job}/`);
  const message = `${said(named)}, and no job makes it; audiences are ${known.join(', ') || 'none'}`;
  const ofJob = known.filter((other) => other.startsWith(`${job}/`));
  const some = listNames(ofJob.length > 0 ? ofJob : known);
  const others = known.length === 0 ? `write an audience job: jobs/${job}.yaml` : `name one of these: ${some}`;
  return { message, fix: near === undefined ? others : write(near) };
}

function explainPart(
  { ref, said, write }: NamedAudience,
  { parts }: MadeAudience,
): Pick<AudienceProblem, 'message' | 'fix'> {
  return { message: `${said(writeAudienceRef(ref))}; ${describeParts(parts)}`, fix: suggestPart(ref, parts, write) };
}
