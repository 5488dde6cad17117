/** What a run is planned with, and what the plans of all kinds of jobs say alike. */
import type { FilterWish, JobBase, PlaceholderValue } from '../job/base-job';
import type { GivenParams } from '../job/params';
import type { Plan } from '../job/plan';
import type { JobSource } from './bundle';
import type { ResolvedFilter } from './buying/resolve-filter';
import type { Engines } from './engines';

/** What planning works with. */
export type PlanEngines = Pick<Engines, 'settings' | 'db' | 's3' | 'personalize' | 'inputLimits' | 'secret' | 'now'>;

/** What a run would be started with. */
export interface PlanWish {
  readonly source: JobSource;
  readonly slot: string;
  /** Address patterns: nobody else would get a mail. */
  readonly onlyTo?: readonly string[] | undefined;
  /** Values of the job's params; the others have their defaults. */
  readonly params?: GivenParams | undefined;
  /** How many recipients at most. */
  readonly limit?: number | undefined;
}

/** What a plan says of the job's params. */
export function paramsOf({ params }: Pick<JobBase, 'params'>): Pick<Plan, 'params'> {
  return params === undefined ? {} : { params };
}

/** What a plan says of a filter. */
export function planFilter(filter: ResolvedFilter | undefined, wish: FilterWish | undefined): Pick<Plan, 'filter'> {
  if (filter === undefined) return {};
  const values = Object.entries(wish?.values ?? {}).map(([name, value]) => ({ name, value: describeValue(value) }));
  return { filter: { arn: filter.arn, values } };
}

function describeValue(value: PlaceholderValue): string {
  if (value.by === 'constants') return value.constants.join(', ');
  const otherwise = value.otherwise === undefined ? '' : `, or else ${value.otherwise.join(', ')}`;
  return `the contact's ${value.attribute}${otherwise}`;
}

/** What a plan says of the day of the prices. */
export function pricesAsOf({ settings }: PlanEngines): { readonly pricesAsOf?: string } {
  const asOf = settings.prices[settings.aws.region]?.asOf;
  return asOf === undefined ? {} : { pricesAsOf: asOf };
}
