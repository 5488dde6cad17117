/** Performs the operations on datasets: one of each type in a group. */
import { rm } from 'node:fs/promises';
import { AwsFault } from '../../http/fault';
import { arnOf, pathOf } from '../arns';
import { DATASET_KINDS, type DatasetKind, parseSchema } from '../data/avro-schema';
import { importFolder } from '../data/dataset-data';
import { checkSchemaOf, checkSchemaUpdate } from '../data/schema-check';
import type { Plane } from '../plane';
import { deleteResource, inUse, isInFlight, lifeOf, quickLife, requireActive, requireIdle } from '../resources/life';
import { takePage } from '../resources/pages';
import { DESCRIBE_DATASET, LIST_OF_GROUP } from '../wire/lookup-requests';
import { notComplete } from '../wire/not-complete';
import { CREATE_DATASET, UPDATE_DATASET } from '../wire/requests';
import { invalidInput } from '../wire/validate';
import { changing, creating, type JsonObject, reading } from './operation';

/** Adds a dataset to a group. */
export const createDataset = creating(CREATE_DATASET, async (plane, input) => {
  const { datasetGroups, schemas, datasets } = plane.resources;
  const kind = readDatasetKind(input.datasetType);
  const schema = schemas.get(input.schemaArn);
  const group = requireActive(plane, datasetGroups, input.datasetGroupArn);
  checkDomain(schema.detail.domain, group.detail.domain);
  checkSchemaOf(kind, parseSchema(schema.detail.schema), schema.detail.domain);
  const datasetType = kind.toUpperCase();
  const arn = arnOf(plane, `${pathOf(group.arn).replace('dataset-group/', 'dataset/')}/${datasetType}`);
  await datasets.add({ arn, detail: { ...input, datasetType }, ...quickLife(plane, arn) });
  return { datasetArn: arn };
});

function checkDomain(ofSchema: string | undefined, ofGroup: string | undefined): void {
  if (ofSchema === ofGroup) return;
  throw invalidInput('The domain of the schema must be the same as that of the dataset group.');
}

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

/** Replaces a dataset's schema by one that adds columns; rows that were imported before have none of these. */
export const updateDataset = changing(UPDATE_DATASET, async (plane, { datasetArn, schemaArn }) => {
  const { datasets, schemas } = plane.resources;
  const dataset = requireActive(plane, datasets, datasetArn);
  const { latestUpdate: before, ...detail } = dataset.detail;
  const now = plane.now();
  if (before !== undefined && now < before.readyMs) {
    throw new AwsFault('ResourceInUseException', `The schema of ${datasetArn} is being replaced.`);
  }
  const busy = importsInFlight(plane, datasetArn)[0];
  if (busy !== undefined) throw inUse(datasetArn, busy.arn);
  const kind = readDatasetKind(detail.datasetType);
  const { domain, schema } = schemas.get(schemaArn).detail;
  const after = parseSchema(schema);
  checkDomain(domain, plane.resources.datasetGroups.get(detail.datasetGroupArn).detail.domain);
  checkSchemaOf(kind, after, domain);
  checkSchemaUpdate(kind, parseSchema(schemas.get(detail.schemaArn).detail.schema), after);
  const readyMs = now + plane.durations.ofUpdate(datasetArn);
  const latestUpdate = { schemaArn, formerSchemaArn: detail.schemaArn, createdMs: now, readyMs };
  await datasets.change(datasetArn, { ...detail, schemaArn, latestUpdate });
  return { datasetArn };
});

/** Deletes a dataset with all data that was imported into it; its imports stay listed, and their names taken. */
export const deleteDataset = changing(DESCRIBE_DATASET, async (plane, { datasetArn }) => {
  const { datasets, datasetImportJobs } = plane.resources;
  const dataset = requireIdle(plane, datasets, datasetArn);
  const busy = [...importsInFlight(plane, datasetArn), ...workOnGroup(plane, dataset.detail.datasetGroupArn)][0];
  if (busy !== undefined) throw inUse(datasetArn, busy.arn);
  await deleteResource(plane, datasets, datasetArn);
  for (const job of datasetImportJobs.list()) {
    if (job.detail.datasetArn !== datasetArn) continue;
    await rm(importFolder(plane, job), { recursive: true, force: true });
  }
  return {};
});

function importsInFlight(plane: Plane, datasetArn: string): readonly { readonly arn: string }[] {
  return plane.resources.datasetImportJobs
    .list()
    .filter((job) => job.detail.datasetArn === datasetArn && isInFlight(plane, job));
}

/** Lists what reads or changes the data of a group now: trainings, batch jobs, filters being made, deletions of users. */
function workOnGroup(plane: Plane, datasetGroupArn: string): readonly { readonly arn: string }[] {
  const { solutions, solutionVersions, filters, dataDeletionJobs, batchInferenceJobs, batchSegmentJobs } =
    plane.resources;
  const isOfGroup = ({ detail }: { readonly detail: { readonly datasetGroupArn: string } }) =>
    detail.datasetGroupArn === datasetGroupArn;
  const solutionArns = new Set(
    solutions
      .list()
      .filter(isOfGroup)
      .map(({ arn }) => arn),
  );
  const versions = solutionVersions.list().filter(({ detail }) => solutionArns.has(detail.solutionArn));
  const versionArns = new Set(versions.map(({ arn }) => arn));
  const jobs = [...batchInferenceJobs.list(), ...batchSegmentJobs.list()];
  return [
    ...versions,
    ...filters.list().filter(isOfGroup),
    ...dataDeletionJobs.list().filter(isOfGroup),
    ...jobs.filter(({ detail }) => versionArns.has(detail.solutionVersionArn)),
  ].filter((resource) => isInFlight(plane, resource));
}

/** Lists the schemas that a dataset holds on to: its own, and that which is being replaced. */
export function schemasOf(detail: Dataset['detail']): readonly string[] {
  return detail.latestUpdate === undefined
    ? [detail.schemaArn]
    : [detail.schemaArn, detail.latestUpdate.formerSchemaArn];
}

type Dataset = ReturnType<Plane['resources']['datasets']['get']>;

/** Describes a dataset with the latest replacement of its schema. */
export const describeDataset = reading(DESCRIBE_DATASET, (plane, { datasetArn }) => {
  const dataset = plane.resources.datasets.get(datasetArn);
  const { name, datasetGroupArn, datasetType, latestUpdate } = dataset.detail;
  const isUpdating = latestUpdate !== undefined && plane.now() < latestUpdate.readyMs;
  const schemaArn = isUpdating ? latestUpdate.formerSchemaArn : dataset.detail.schemaArn;
  const latestDatasetUpdate = latestUpdate === undefined ? undefined : describeUpdate(plane, latestUpdate);
  const members = { name, datasetArn, datasetGroupArn, datasetType, schemaArn, latestDatasetUpdate };
  return { dataset: { ...members, ...lifeOf(plane, dataset) } };
});

function describeUpdate(plane: Plane, update: NonNullable<Dataset['detail']['latestUpdate']>): JsonObject {
  const { schemaArn, createdMs, readyMs } = update;
  const outcome = { ok: true, atMs: createdMs, result: {} } as const;
  return { schemaArn, ...lifeOf(plane, { arn: schemaArn, sequence: 0, createdMs, readyMs, detail: {}, outcome }) };
}

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
