/** Imports CSV objects: keeps their bytes as they are now, and checks them against the dataset's schema. */
import { join } from 'node:path';
import { clearFolder, syncFolder } from '../../files';
import { isAwsFault } from '../../http/fault';
import type { ObjectName } from '../../s3/object-place';
import { parseSchema } from '../avro-schema';
import { checkCsvFiles } from '../csv-check';
import { importFolder } from '../dataset-data';
import { readDatasetKind } from '../operations/datasets';
import type { ImportResult } from '../plane';
import { findObjects, parseS3Path } from '../s3-path';
import { failWork, type WorkEnd, type Workshop } from './work';

/** Objects that one import takes at most; AWS states no number. */
const MAX_IMPORT_FILES = 10_000;

/** Imports the objects of a job. Done again after a kill, it starts afresh. */
export async function importData(shop: Workshop, arn: string): Promise<WorkEnd<ImportResult>> {
  const { plane } = shop;
  const job = plane.resources.datasetImportJobs.get(arn);
  const dataset = plane.resources.datasets.get(job.detail.datasetArn).detail;
  const objects = await locate(shop, job.detail.dataSource.dataLocation);
  if (objects.length === 0) {
    const place = job.detail.dataSource.dataLocation;
    return failWork(
      `Failed to create a data import job for ${dataset.datasetType} dataset. Invalid Data location: ${place}`,
    );
  }
  const folder = importFolder(plane, job);
  await clearFolder(folder);
  const files: string[] = [];
  for (const [index, object] of objects.entries()) {
    const file = `${String(index).padStart(5, '0')}.csv`;
    if (!(await plane.store.linkTo(object, join(folder, file))))
      return failWork(`Invalid Data location: ${object.key}`);
    files.push(file);
  }
  await syncFolder(folder);
  const schema = parseSchema(plane.resources.schemas.get(dataset.schemaArn).detail.schema);
  const paths = files.map((file) => join(folder, file));
  const check = await shop.waitFor(checkCsvFiles(paths, readDatasetKind(dataset.datasetType), schema));
  return check.ok ? { ok: true, result: { rowCount: check.rowCount, files } } : check;
}

async function locate(shop: Workshop, location: string): Promise<readonly ObjectName[]> {
  const path = parseS3Path(location);
  if (path === undefined) return [];
  try {
    const names = await findObjects(shop.plane, path, MAX_IMPORT_FILES);
    const exact = names.find((name) => name.key === path.prefix);
    return exact === undefined ? names : [exact];
  } catch (error) {
    if (isAwsFault(error)) return [];
    throw error;
  }
}
