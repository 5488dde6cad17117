/** Checks the sets of an audience job that other jobs make: whether they are there, before anything is bought. */
import { nearestName } from '../../config/nearest';
import {
  type FinishedAudience,
  findFinishedAudience,
  listFinishedAudiences,
} from '../../database/audiences/finished-audience';
import { listEmailJobs } from '../../database/people/user-sets';
import { combineErrors, isNightjarError, NightjarError } from '../../errors';
import type { AudienceJob } from '../../job/audience-job';
import { type Leaf, listLeaves, writeLeaf } from '../../job/combine/expression';
import type { Engines } from '../engines';
import { audiencesOf } from './audiences-of';
import { findWrongListIds } from './check-list-ids';

type CheckEngines = Pick<Engines, 'db'>;
type AudienceLeaf = Extract<Leaf, { readonly kind: 'audience' }>;

/** A set that an audience job takes from elsewhere, and what it is now. */
export interface ForeignSet {
  readonly name: string;
  readonly about: string;
}

/**
 * Checks the sets that other jobs make, and describes them.
 * @param jobs  the names of the project's jobs; a job that has had no run must be one of them
 * @throws E_JOB_FIELD, all problems at once
 */
export async function checkSets(
  engines: CheckEngines,
  job: AudienceJob,
  jobs: readonly string[] = [],
): Promise<readonly ForeignSet[]> {
  const leaves = new Map(
    audiencesOf(job).flatMap(({ expression }) => listLeaves(expression).map((leaf) => [writeLeaf(leaf), leaf])),
  );
  const sets: ForeignSet[] = [];
  const errors: NightjarError[] = [...findWrongListIds(job)];
  for (const [name, leaf] of leaves) {
    try {
      if (leaf.kind === 'audience') sets.push({ name, about: describe(await requireAudience(engines, job, leaf)) });
      if (leaf.kind === 'recipients') await requireEmailJob(engines, { job, named: leaf.job, jobs });
    } catch (error) {
      if (!isNightjarError(error) || error.code !== 'E_JOB_FIELD') throw error;
      errors.push(error);
    }
  }
  const error = combineErrors(errors);
  if (error !== undefined) throw error;
  return sets;
}

function describe({ runId, members }: FinishedAudience): string {
  return `${members.toLocaleString('en-US')} members, made by ${runId}`;
}

/**
 * Finds the audience of a finished run.
 * @param except  the run that asks
 * @throws E_JOB_FIELD where there is none, or its members are deleted
 */
export async function requireAudience(
  { db }: CheckEngines,
  { file }: AudienceJob,
  leaf: AudienceLeaf,
  except?: string,
): Promise<FinishedAudience> {
  const { job, name, slot } = leaf;
  const wish = { job, name, ...(slot === undefined ? {} : { slot }), ...(except === undefined ? {} : { except }) };
  const found = await findFinishedAudience(db, wish);
  if (found !== undefined && !found.isDeleted) return found;
  const known = await listFinishedAudiences(db);
  const named = `${job}/${name}`;
  const near = nearestName(named, known) ?? known.find((other) => other.startsWith(`${job}/`) && other !== named);
  const run = `run it first: nightjar run ${job}${slot === undefined ? '' : ` --date ${slot}`}`;
  const message =
    found === undefined
      ? `audience.combine names ${writeLeaf(leaf)}, and no finished run has made it`
      : `audience.combine names ${writeLeaf(leaf)}, and the members that ${found.runId} found are deleted`;
  const fix = near === undefined || found !== undefined ? run : `write ${near}, or ${run}`;
  throw new NightjarError('E_JOB_FIELD', message, { where: { file }, fix });
}

async function requireEmailJob(
  { db }: CheckEngines,
  { job, named, jobs }: { readonly job: AudienceJob; readonly named: string; readonly jobs: readonly string[] },
): Promise<void> {
  const known = [...new Set([...(await listEmailJobs(db)), ...jobs])].filter((name) => name !== job.name);
  const isAudienceJob = (await listFinishedAudiences(db)).some((name) => name.startsWith(`${named}/`));
  if (known.includes(named) && !isAudienceJob) return;
  const near = nearestName(
    named,
    known.filter((name) => name !== named),
  );
  const message = `audience.combine names the recipients of "${named}", and there is no such e-mail job`;
  const fix = near === undefined ? 'write the name of an e-mail job' : `write ${near}`;
  throw new NightjarError('E_JOB_FIELD', message, { where: { file: job.file }, fix });
}
