/** Finds the filter that a job means, and checks that the job has a value for each of its placeholders. */
import {
  DescribeFilterCommand,
  type Filter,
  type PersonalizeClient,
  paginateListFilters,
} from '@aws-sdk/client-personalize';
import { listNames, nearestName } from '../../config/nearest';
import { combineErrors, NightjarError } from '../../errors';
import type { FilterWish } from '../../job/base-job';
import { type JobFile, placeOfField } from '../../job/place';
import { findPlaceholders } from '../../personalize/filter-values';
import { readStatus } from '../../personalize/status';
import type { ResolvedSolution } from './resolve-solution';

/** A filter that can be used. */
export interface ResolvedFilter {
  readonly arn: string;
  /** Names of the placeholders that are compared by =, <, and so on. */
  readonly compared: string[];
}

export interface FilterSearch {
  readonly wish: FilterWish;
  readonly solution: ResolvedSolution;
  /** Where the filter stands in the job file: `recommend`, `segment`, `content.sections.fresh.recommend`. */
  readonly section: string;
  readonly job: JobFile;
}

/**
 * Finds the filter of a job; undefined where the job names none.
 * @throws E_RECO_FILTER where it doesn't exist, isn't ACTIVE, is of another dataset group, or its placeholders are others
 */
export async function findFilter(
  { personalize }: { readonly personalize: PersonalizeClient },
  { wish, ...place }: Omit<FilterSearch, 'wish'> & { readonly wish: FilterWish | undefined },
): Promise<ResolvedFilter | undefined> {
  if (wish === undefined) return undefined;
  const search = { wish, ...place };
  const { solution } = place;
  const arn = filterArn(wish.named, solution.solutionVersionArn);
  const filter = await describe(personalize, arn, search);
  const status = readStatus(filter.status ?? '');
  if (status !== 'active') {
    const reason = filter.failureReason === undefined ? '' : `: ${filter.failureReason}`;
    const fix = status === 'failed' ? 'delete it and make it again' : 'wait until it is ACTIVE, then run the job again';
    throw wrong(search, `is ${filter.status ?? 'of no status'}; expected ACTIVE${reason}`, fix);
  }
  if (solution.datasetGroupArn !== undefined && filter.datasetGroupArn !== solution.datasetGroupArn) {
    const message = `is of the dataset group ${filter.datasetGroupArn}, and the solution is of ${solution.datasetGroupArn}`;
    throw wrong(search, message, "name a filter of the solution's dataset group");
  }
  const placeholders = findPlaceholders(filter.filterExpression ?? '');
  checkPlaceholders(
    search,
    placeholders.map(({ name }) => name),
  );
  return { arn, compared: placeholders.filter(({ isCompared }) => isCompared).map(({ name }) => name) };
}

/** Makes the ARN of a filter: of the same partition, region and account as the solution version. */
function filterArn(named: string, solutionVersionArn: string): string {
  if (named.startsWith('arn:')) return named;
  return [...solutionVersionArn.split(':').slice(0, 5), `filter/${named}`].join(':');
}

async function describe(personalize: PersonalizeClient, arn: string, search: FilterSearch): Promise<Filter> {
  try {
    return (await personalize.send(new DescribeFilterCommand({ filterArn: arn }))).filter ?? {};
  } catch (error) {
    if (!(error instanceof Error) || error.name !== 'ResourceNotFoundException') throw error;
    const names = await findFilterNames(personalize, search.solution.datasetGroupArn);
    const near = nearestName(search.wish.named, names);
    const make = 'make it: aws personalize create-filter';
    const others = names.length === 0 ? make : `name one of these: ${listNames(names)}; or ${make}`;
    const fix = near === undefined ? others : `write "filter: ${near}"`;
    throw wrong(search, `does not exist in Personalize; filters are ${names.join(', ') || 'none'}`, fix);
  }
}

async function findFilterNames(
  personalize: PersonalizeClient,
  datasetGroupArn: string | undefined,
): Promise<readonly string[]> {
  const names: string[] = [];
  for await (const page of paginateListFilters({ client: personalize }, { datasetGroupArn })) {
    names.push(...(page.Filters ?? []).flatMap(({ name }) => name ?? []));
  }
  return names;
}

/** A value that is missing would make AWS ignore an EXCLUDE without a word; one too many is a misspelt one. */
function checkPlaceholders(search: FilterSearch, placeholders: readonly string[]): void {
  const given = Object.keys(search.wish.values);
  const missing = placeholders.filter((name) => !given.includes(name));
  const unknown = given.filter((name) => !placeholders.includes(name));
  const problems = [
    ...missing.map((name) =>
      wrong(
        search,
        `has the placeholder $${name}, and filterValues has no ${name}`,
        `add "${name}: …" below "filterValues:"`,
        'filterValues',
      ),
    ),
    ...unknown.map((name) => {
      const near = nearestName(name, placeholders);
      const fix = near === undefined ? `remove "${name}:"` : `write "${near}:" instead of "${name}:"`;
      return wrong(search, `has no placeholder $${name}, which filterValues names`, fix, `filterValues.${name}`);
    }),
  ];
  const problem = combineErrors(problems);
  if (problem !== undefined) throw problem;
}

/** `field` is what a person has to change, below the section. */
function wrong({ wish, section, job }: FilterSearch, what: string, fix: string, field = 'filter'): NightjarError {
  return new NightjarError('E_RECO_FILTER', `${section}.filter is "${wish.named}", which ${what}`, {
    where: placeOfField(job, `${section}.${field}`),
    fix,
  });
}
