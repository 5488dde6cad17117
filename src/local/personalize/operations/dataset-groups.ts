/** Performs the operations on dataset groups. */
import { arnOf } from '../arns';
import { lifeOf, quickLife } from '../life';
import { takePage } from '../pages';
import { CREATE_DATASET_GROUP, DESCRIBE_DATASET_GROUP, LIST } from '../requests';
import { creating, reading } from './operation';

/** Adds a dataset group. */
export const createDatasetGroup = creating(CREATE_DATASET_GROUP, async (plane, detail) => {
  const arn = arnOf(plane, `dataset-group/${detail.name}`);
  await plane.resources.datasetGroups.add({ arn, detail, ...quickLife(plane) });
  return { datasetGroupArn: arn, domain: detail.domain };
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
