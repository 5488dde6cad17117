/** Checks a job by what its file alone can't tell: Personalize, items, contacts and other jobs. All problems are told at once. */
import { currentCatalogueVersion } from '../database/catalogue';
import { isNightjarError, type NightjarError } from '../errors';
import type { AudienceJob } from '../job/audience-job';
import type { ParsedJob } from '../job/definition';
import type { EmailJob } from '../job/email-job';
import { checkFormatAttributes } from './audiences/check-format-attributes';
import { checkSets } from './audiences/check-sets';
import type { JobSource } from './bundle';
import { checkSegment } from './buying/check-segment';
import { checkAttributes } from './buying/filter-values';
import { findFilter } from './buying/resolve-filter';
import { type ResolvedSolution, resolveSolution } from './buying/resolve-solution';
import { checkQueries } from './buying/segment-queries';
import { partsOf, resolveSource } from './buying/sources';
import { checkAfter } from './check-after';
import type { Engines } from './engines';
import { joinProblems } from './join-problems';
import { checkPopularBy } from './mails/fallback';
import { checkWhere } from './recipients/check-where';
import { findRecipientAudience } from './recipients/recipient-audience';

type CheckEngines = Pick<Engines, 'settings' | 'personalize' | 'db'>;
type Check = () => unknown;

interface JobCase {
  readonly job: ParsedJob;
  readonly source: JobSource;
}

/**
 * Checks a job before a run of it is made.
 * @throws NightjarError whose others are the further problems, in the order of the file
 */
export async function checkJob(engines: CheckEngines, given: JobCase): Promise<void> {
  const error = joinProblems(await findProblems(listChecks(engines, given)));
  if (error !== undefined) throw error;
}

/** Adds to a problem that stopped the planning of a job what else is wrong with it; another error stays as it is. */
export async function tellAllProblems(engines: CheckEngines, given: JobCase, error: unknown): Promise<unknown> {
  if (!isOfFile(error)) return error;
  try {
    const found = await findProblems([...listChecks(engines, given), ...listPlanned(engines, given.job)]);
    return joinProblems([error, ...found]);
  } catch {
    // An engine that is away by now has nothing to add.
    return error;
  }
}

function listChecks(engines: CheckEngines, { job, source }: JobCase): readonly Check[] {
  const own = job.kind === 'email' ? listOfEmail(engines, job) : listOfAudience(engines, job, source);
  return [() => checkAfter(job, source.jobs), () => checkWhere(engines.db, job), ...own];
}

function listOfEmail(engines: CheckEngines, job: EmailJob): readonly Check[] {
  const { kind } = job;
  const solutions = partsOf(job).map(
    ({ recommend, at }) =>
      () =>
        resolveSolution(engines, { solution: recommend.solution, kind, job, at, recommend }),
  );
  return [...solutions, () => findRecipientAudience(engines, { job })];
}

/** What planning looks at beside: filters, and what is listed. */
function listPlanned(engines: CheckEngines, job: ParsedJob): readonly Check[] {
  if (job.kind === 'email') {
    const sources = partsOf(job).map(
      (part) => () => resolveSource(engines, part, { job, catalogueVersion: undefined }),
    );
    return [() => checkAttributes(engines.db, job), () => checkPopularBy(engines, job), ...sources];
  }
  const { kind, segment } = job;
  const findOwn = async () => {
    const solution = await resolveSolution(engines, { solution: segment.solution, kind, job, at: 'segment' });
    return findFilter(engines, { wish: segment.filter, solution, section: 'segment', job });
  };
  return segment.filter === undefined ? [] : [findOwn];
}

function listOfAudience(engines: CheckEngines, job: AudienceJob, source: JobSource): readonly Check[] {
  const { kind, segment } = job;
  let solution: ResolvedSolution | undefined;
  return [
    async () => {
      solution = await resolveSolution(engines, { solution: segment.solution, kind, job, at: 'segment' });
    },
    async () => {
      // Without its solution nobody knows the columns; the grammar is the same for all.
      if (solution === undefined) return checkQueries(job);
      return checkSegment(engines, { job, solution, catalogueVersion: await currentCatalogueVersion(engines.db) });
    },
    () => checkFormatAttributes(engines.db, job, source.formatFiles),
    () => checkSets(engines, job, source.jobs),
  ];
}

async function findProblems(checks: readonly Check[]): Promise<readonly NightjarError[]> {
  const problems: NightjarError[] = [];
  for (const check of checks) {
    try {
      await check();
    } catch (error) {
      if (!isOfFile(error)) throw error;
      problems.push(error);
    }
  }
  return problems;
}

/** Engines that are away, and what a person has typed, have no place in a file. */
function isOfFile(error: unknown): error is NightjarError {
  return isNightjarError(error) && error.where?.file !== undefined;
}
