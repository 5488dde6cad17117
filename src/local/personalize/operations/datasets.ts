/** Performs the operations on datasets: one of each type in a group. */
import { arnOf, pathOf } from '../arns';
import { checkSchemaOf, DATASET_KINDS, type DatasetKind, parseSchema } from '../avro-schema';
import { lifeOf, quickLife, requireActive } from '../life';
import { notComplete } from '../not-complete';
import { takePage } from '../pages';
import { CREATE_DATASET, DESCRIBE_DATASET, LIST_OF_GROUP } from '../requests';
import { invalidInput } from '../validate';
import { creating, reading } from './operation';

/** Adds a dataset to a group. */
export const createDataset = creating(CREATE_DATASET, async (plane, input) => {
  const { datasetGroups, schemas, datasets } = plane.resources;
  const kind = readDatasetKind(input.datasetType);
  const schema = schemas.get(input.schemaArn);
  const group = requireActive(plane, datasetGroups, input.datasetGroupArn);
  if (schema.detail.domain !== group.detail.domain) {
    throw invalidInput('The domain of the schema must be the same as that of the dataset group.');
  }
  checkSchemaOf(kind, parseSchema(schema.detail.schema));
  const datasetType = kind.toUpperCase();
  const arn = arnOf(plane, `${pathOf(group.arn).replace('dataset-group/', 'dataset/')}/${datasetType}`);
  await datasets.add({ arn, detail: { ...input, datasetType }, ...quickLife(plane) });
  return { datasetArn: arn };
});

/**
 * Reads a dataset type in any case.
 *
 * @throws AwsFault InvalidInputException, or NotImplementedException for a type that only AWS has
 */
export function readDatasetKind(text: string): DatasetKind {
  const kind = DATASET_KINDS.find((one) => one.toLowerCase() === text.toLowerCase());
  if (kind !== undefined) return kind;
  if (/^actions$|^action_interactions$/i.test(text)) throw notComplete(`The dataset type ${text}`);
  throw invalidInput(`The dataset type ${text} is not valid; expected one of [${DATASET_KINDS.join(', ')}].`);
}

/** Describes a dataset. */
export const describeDataset = reading(DESCRIBE_DATASET, (plane, { datasetArn }) => {
  const dataset = plane.resources.datasets.get(datasetArn);
  const { name, datasetGroupArn, datasetType, schemaArn } = dataset.detail;
  return { dataset: { name, datasetArn, datasetGroupArn, datasetType, schemaArn, ...lifeOf(plane, dataset) } };
});

/** Lists datasets, of one group where it is named. */
export const listDatasets = reading(LIST_OF_GROUP, (plane, input) => {
  const { datasetGroupArn } = input;
  const all = plane.resources.datasets.list();
  const page = takePage(
    all.filter(({ detail }) => datasetGroupArn === undefined || detail.datasetGroupArn === datasetGroupArn),
    input,
  );
  const datasets = page.items.map((dataset) => ({
    name: dataset.detail.name,
    datasetArn: dataset.arn,
    datasetType: dataset.detail.datasetType,
    ...lifeOf(plane, dataset),
  }));
  return { datasets, nextToken: page.nextToken };
});
