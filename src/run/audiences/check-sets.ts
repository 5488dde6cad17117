/** Checks the sets of an audience job that other jobs make: whether they are there, before anything is bought. */
import { listNames, nearestName } from '../../config/nearest';
import {
  type FinishedAudience,
  findFinishedAudience,
  listFinishedAudiences,
  listFinishedSlots,
} from '../../database/audiences/finished-audience';
import type { Database } from '../../database/connecting/connection';
import { listEmailJobs } from '../../database/people/user-sets';
import { combineErrors, isNightjarError, NightjarError, type Where } from '../../errors';
import type { AudienceJob } from '../../job/audience-job';
import { writeAudienceRef } from '../../job/audience-ref';
import { type Leaf, listLeaves, writeLeaf } from '../../job/combine/expression';
import { findWord, placeOf, placeOfWord } from '../../job/place';
import type { Engines } from '../engines';
import { describeParts, isDeleted, onlyOf, suggestPart, takeParts } from './audience-parts';
import { audiencesOf } from './audiences-of';
import { findWrongListIds } from './check-list-ids';

type CheckEngines = Pick<Engines, 'db'>;
type AudienceLeaf = Extract<Leaf, { readonly kind: 'audience' }>;

/** A set that an audience job takes from elsewhere, and what it is now. */
export interface ForeignSet {
  readonly name: string;
  readonly about: string;
  readonly users: number;
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
      if (leaf.kind === 'audience') {
        const found = await requireAudience(engines, job, leaf);
        sets.push({ name, about: describe(found), users: found.members });
      }
      if (leaf.kind === 'recipients') await requireEmailJob(engines, { job, leaf, jobs });
    } catch (error) {
      if (!isNightjarError(error) || error.code !== 'E_JOB_FIELD') throw error;
      errors.push(error);
    }
  }
  const error = combineErrors(errors);
  if (error !== undefined) throw error;
  return sets;
}

function describe({ runId, members }: FoundAudience): string {
  return `${members.toLocaleString('en-US')} members, made by ${runId}`;
}

/** An audience that a finished run has made, or a part of it. */
export type FoundAudience = Pick<FinishedAudience, 'runId' | 'members' | 'uris'>;

/**
 * Finds the audience of a finished run.
 * @param except  the run that asks
 * @throws E_JOB_FIELD where there is none, it has no such part, or its members are deleted
 */
export async function requireAudience(
  { db }: CheckEngines,
  asking: AudienceJob,
  leaf: AudienceLeaf,
  except?: string,
): Promise<FoundAudience> {
  const { job, name, slot } = leaf;
  const wish = { job, name, ...(slot === undefined ? {} : { slot }), ...(except === undefined ? {} : { except }) };
  const found = await findFinishedAudience(db, wish);
  const named = `audience.combine names ${writeLeaf(leaf)}`;
  const where = placeOfLeaf(asking, leaf);
  if (found === undefined) throw await explainMissing(db, leaf, where);
  const { parts, taken } = await takeParts(db, leaf, found.runId);
  if (found.isDeleted || taken.some(isDeleted)) {
    const message = `${named}, and the members that ${found.runId} found are deleted`;
    throw new NightjarError('E_JOB_FIELD', message, { where, fix: `run it again: ${runCommand(leaf)}` });
  }
  if (taken.length > 0) {
    const members = taken.reduce((sum, part) => sum + part.members, 0);
    return { runId: found.runId, members, uris: taken.map(({ uri }) => uri) };
  }
  const fix = suggestPart(leaf, parts, (other) => `write ${other}`);
  throw new NightjarError('E_JOB_FIELD', `${named}, and ${describeParts(parts)}`, { where, fix });
}

/** Finds where an expression of the job names a set; the expressions' own place where it is written with other blanks. */
export function placeOfLeaf(job: AudienceJob, leaf: Leaf): Where {
  const word = writeLeaf(leaf);
  const naming = audiencesOf(job).find(({ text }) => findWord(text, word) >= 0);
  const field = ['audience', 'combine'];
  return naming === undefined ? placeOf(job, field) : placeOfWord(job, [...field, naming.name], word);
}

async function explainMissing(db: Database, leaf: AudienceLeaf, where: Where): Promise<NightjarError> {
  const { job, name, slot } = leaf;
  const message = `audience.combine names ${writeLeaf(leaf)}, and no finished run has made it`;
  const run = `run it first: ${runCommand(leaf)}`;
  const slots = slot === undefined ? [] : await listFinishedSlots(db, { job, name });
  if (slots.length > 0) {
    const fix = `${run}; or write ${writeAudienceRef({ ...leaf, slot: slots[0] })}`;
    return new NightjarError('E_JOB_FIELD', `${message} for that slot; slots are ${listNames(slots)}`, { where, fix });
  }
  const known = await listFinishedAudiences(db);
  const near = nearestName(`${job}/${name}`, known) ?? onlyOf(known, `${job}/`);
  const fix = near === undefined ? run : `write ${near}${slot === undefined ? '' : `@${slot}`}, or ${run}`;
  return new NightjarError('E_JOB_FIELD', message, { where, fix });
}

function runCommand({ job, slot }: AudienceLeaf): string {
  return `nightjar run ${job}${slot === undefined ? '' : ` --date ${slot}`}`;
}

interface EmailJobWish {
  readonly job: AudienceJob;
  readonly leaf: Extract<Leaf, { readonly kind: 'recipients' }>;
  readonly jobs: readonly string[];
}

async function requireEmailJob({ db }: CheckEngines, { job, leaf, jobs }: EmailJobWish): Promise<void> {
  const known = [...new Set([...(await listEmailJobs(db)), ...jobs])].filter((name) => name !== job.name);
  const made = await listFinishedAudiences(db);
  const isEmailJob = (name: string) => !made.some((audience) => audience.startsWith(`${name}/`));
  if (known.includes(leaf.job) && isEmailJob(leaf.job)) return;
  const others = known.filter((name) => name !== leaf.job && isEmailJob(name));
  const near = nearestName(leaf.job, others);
  const message = `audience.combine names the recipients of "${leaf.job}", and there is no such e-mail job`;
  const fix = near === undefined ? nameOne(others) : `write ${writeLeaf({ ...leaf, job: near })}`;
  throw new NightjarError('E_JOB_FIELD', message, { where: placeOfLeaf(job, leaf), fix });
}

function nameOne(jobs: readonly string[]): string {
  return jobs.length === 0 ? 'write the name of an e-mail job' : `name one of these: ${listNames(jobs)}`;
}
