/** Imports CSV objects: keeps their bytes as they are now, and checks them against the dataset's schema. */
import { rm } from 'node:fs/promises';
import { clearFolder, syncFolder } from '../../files';
import { parseSchema } from '../data/avro-schema';
import { checkCsvFiles } from '../data/csv-check';
import { importFolder } from '../data/dataset-data';
import type { ImportResult, Plane } from '../plane';
import { takeData } from './take-data';
import { failWork, type WorkEnd, type Workshop } from './work';

const GB = 1024 ** 3;

/** The most that an import takes. Source: developer guide, "Amazon Personalize endpoints and quotas". */
const MAX_GB = { FULL: 100, INCREMENTAL: 1 } as const;

/** Imports the objects of a job. Done again after a kill, it starts afresh; failed, it leaves the dataset as it was. */
export async function importData(shop: Workshop, arn: string): Promise<WorkEnd<ImportResult>> {
  const { plane } = shop;
  const job = plane.resources.datasetImportJobs.get(arn);
  const folder = importFolder(plane, job);
  await clearFolder(folder);
  const end = await importInto(shop, folder, job.detail);
  if (!end.ok) await rm(folder, { recursive: true, force: true });
  return end;
}

type ImportDetail = ReturnType<Plane['resources']['datasetImportJobs']['get']>['detail'];

async function importInto(shop: Workshop, folder: string, detail: ImportDetail): Promise<WorkEnd<ImportResult>> {
  const { plane } = shop;
  const dataset = plane.resources.datasets.get(detail.datasetArn).detail;
  const location = detail.dataSource.dataLocation ?? '';
  const files = await takeData(plane, location, { folder, allLevels: false });
  if (files.length === 0) {
    const what = `Failed to create a data import job for ${dataset.datasetType} dataset. Invalid Data location.`;
    return failWork(`${what} There is no data at ${location}.`);
  }
  const bytes = files.reduce((sum, file) => sum + file.bytes, 0);
  const mode = detail.importMode === 'INCREMENTAL' ? 'INCREMENTAL' : 'FULL';
  if (bytes > MAX_GB[mode] * GB) {
    return failWork(`Data of an import with mode ${mode} cannot be larger than ${MAX_GB[mode]} GB.`);
  }
  await syncFolder(folder);
  const schema = parseSchema(plane.resources.schemas.get(dataset.schemaArn).detail.schema);
  const check = await shop.waitFor(checkCsvFiles(files, schema));
  if (!check.ok) return check;
  return { ok: true, result: { rowCount: check.rowCount, files: files.map(({ file }) => file) } };
}
