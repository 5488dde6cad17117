/** Performs the operations on filters. */
import { arnOf } from '../arns';
import { checkExpression } from '../checks/filter-check';
import { alreadyExists } from '../resources/collection';
import { deleteResource, inUse, isInFlight, lifeOf, quickLife, requireActive, requireIdle } from '../resources/life';
import { takePage } from '../resources/pages';
import { checkCount } from '../resources/quotas';
import { DESCRIBE_FILTER, LIST_OF_GROUP } from '../wire/lookup-requests';
import { CREATE_FILTER } from '../wire/requests';
import { changing, creating, reading } from './operation';

/** Adds a filter to a dataset group. */
export const createFilter = creating(CREATE_FILTER, async (plane, detail) => {
  const { filters, datasetGroups } = plane.resources;
  const group = requireActive(plane, datasetGroups, detail.datasetGroupArn);
  const arn = arnOf(plane, `filter/${detail.name}`);
  if (filters.has(arn)) throw alreadyExists(arn);
  const siblings = filters.list().filter((one) => one.detail.datasetGroupArn === group.arn);
  checkCount(siblings.length, plane.quotas.filters, 'filters in a dataset group');
  checkExpression(plane, group.arn, detail.filterExpression);
  await filters.add({ arn, detail, ...quickLife(plane, arn) });
  return { filterArn: arn };
});

/** Describes a filter. */
export const describeFilter = reading(DESCRIBE_FILTER, (plane, { filterArn }) => {
  const filter = plane.resources.filters.get(filterArn);
  const { name, datasetGroupArn, filterExpression } = filter.detail;
  return { filter: { name, filterArn, datasetGroupArn, filterExpression, ...lifeOf(plane, filter) } };
});

/** Lists filters, of one dataset group where it is named. The model writes the answer's member with a capital. */
export const listFilters = reading(LIST_OF_GROUP, (plane, input) => {
  const { datasetGroupArn } = input;
  const all = plane.resources.filters.list();
  const page = takePage(
    all.filter(({ detail }) => datasetGroupArn === undefined || detail.datasetGroupArn === datasetGroupArn),
    input,
  );
  const filters = page.items.map((filter) => ({
    name: filter.detail.name,
    filterArn: filter.arn,
    datasetGroupArn: filter.detail.datasetGroupArn,
    ...lifeOf(plane, filter),
  }));
  return { Filters: filters, nextToken: page.nextToken };
});

/** Deletes a filter that no running job uses. */
export const deleteFilter = changing(DESCRIBE_FILTER, async (plane, { filterArn }) => {
  const { filters, batchInferenceJobs, batchSegmentJobs } = plane.resources;
  requireIdle(plane, filters, filterArn);
  const jobs = [...batchInferenceJobs.list(), ...batchSegmentJobs.list()];
  const job = jobs.find((one) => one.detail.filterArn === filterArn && isInFlight(plane, one));
  if (job !== undefined) throw inUse(filterArn, job.arn);
  await deleteResource(plane, filters, filterArn);
  return {};
});
