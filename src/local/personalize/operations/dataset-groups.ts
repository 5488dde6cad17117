/** Performs the operations on dataset groups. */
import { arnOf } from '../arns';
import { deleteResource, inUse, isInFlight, lifeOf, quickLife, requireIdle } from '../resources/life';
import { takePage } from '../resources/pages';
import { checkCount } from '../resources/quotas';
import { DESCRIBE_DATASET_GROUP, LIST } from '../wire/lookup-requests';
import { CREATE_DATASET_GROUP } from '../wire/requests';
import { invalidInput } from '../wire/validate';
import { changing, creating, reading } from './operation';

/** Adds a dataset group. Its role and key are kept, and not used. */
export const createDatasetGroup = creating(CREATE_DATASET_GROUP, async (plane, detail) => {
  const { datasetGroups } = plane.resources;
  const arn = arnOf(plane, `dataset-group/${detail.name}`);
  if (detail.kmsKeyArn !== undefined && detail.roleArn === undefined) {
    throw invalidInput('A roleArn must be provided with a kmsKeyArn.');
  }
  if (!datasetGroups.has(arn)) {
    checkCount(datasetGroups.list().length, plane.quotas['dataset-groups'], 'dataset groups in a region');
  }
  await datasetGroups.add({ arn, detail, ...quickLife(plane, arn) });
  return { datasetGroupArn: arn, domain: detail.domain };
});

/** Deletes a dataset group that holds nothing any more. */
export const deleteDatasetGroup = changing(DESCRIBE_DATASET_GROUP, async (plane, { datasetGroupArn }) => {
  const { datasetGroups, datasets, solutions, filters, dataDeletionJobs } = plane.resources;
  requireIdle(plane, datasetGroups, datasetGroupArn);
  const busy = dataDeletionJobs.list().filter((job) => isInFlight(plane, job));
  const held = [...datasets.list(), ...solutions.list(), ...filters.list(), ...busy];
  const one = held.find(({ detail }) => detail.datasetGroupArn === datasetGroupArn);
  if (one !== undefined) throw inUse(datasetGroupArn, one.arn);
  await deleteResource(plane, datasetGroups, datasetGroupArn);
  return {};
});

/** Describes a dataset group. */
export const describeDatasetGroup = reading(DESCRIBE_DATASET_GROUP, (plane, { datasetGroupArn }) => {
  const group = plane.resources.datasetGroups.get(datasetGroupArn);
  const { name, roleArn, kmsKeyArn, domain } = group.detail;
  return { datasetGroup: { name, datasetGroupArn, roleArn, kmsKeyArn, domain, ...lifeOf(plane, group) } };
});

/** Lists dataset groups. */
export const listDatasetGroups = reading(LIST, (plane, input) => {
  const page = takePage(plane.resources.datasetGroups.list(), input);
  const datasetGroups = page.items.map((group) => ({
    name: group.detail.name,
    datasetGroupArn: group.arn,
    domain: group.detail.domain,
    ...lifeOf(plane, group),
  }));
  return { datasetGroups, nextToken: page.nextToken };
});
