/** Imports CSV objects: keeps their bytes as they are now, and checks them against the dataset's schema. */
import { access, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { clearFolder, syncFolder } from '../../files';
import { parseSchema } from '../data/avro-schema';
import { checkCsvFiles } from '../data/csv-check';
import { importFolder } from '../data/dataset-data';
import type { ImportResult, Plane } from '../plane';
import { type TakenFile, takeData } from './take-data';
import { failWork, type WorkEnd, type Workshop } from './work';

const GB = 1024 ** 3;

/** The most that an import takes. Source: developer guide, "Amazon Personalize endpoints and quotas". */
const MAX_GB = { FULL: 100, INCREMENTAL: 1 } as const;

/** Imports the objects of a job. Done again after a kill, it goes on with the files that it took; failed, it leaves the dataset as it was. */
export async function importData(shop: Workshop, arn: string): Promise<WorkEnd<ImportResult>> {
  const { plane } = shop;
  const job = plane.resources.datasetImportJobs.get(arn);
  const folder = importFolder(plane, job);
  const end = await importInto(shop, folder, job);
  if (!end.ok) await rm(folder, { recursive: true, force: true });
  return end;
}

type ImportJob = ReturnType<Plane['resources']['datasetImportJobs']['get']>;

async function importInto(shop: Workshop, folder: string, job: ImportJob): Promise<WorkEnd<ImportResult>> {
  const { plane } = shop;
  const { detail } = job;
  const dataset = plane.resources.datasets.get(detail.datasetArn).detail;
  const location = detail.dataSource.dataLocation ?? '';
  const files = await takeFiles(plane, folder, job);
  if (files.length === 0) {
    const what = `Failed to create a data import job for ${dataset.datasetType} dataset. Invalid Data location.`;
    return failWork(`${what} There is no data at ${location}.`);
  }
  const bytes = files.reduce((sum, file) => sum + file.bytes, 0);
  const mode = detail.importMode === 'INCREMENTAL' ? 'INCREMENTAL' : 'FULL';
  if (bytes > MAX_GB[mode] * GB) {
    return failWork(`Data of an import with mode ${mode} cannot be larger than ${MAX_GB[mode]} GB.`);
  }
  const schema = parseSchema(plane.resources.schemas.get(dataset.schemaArn).detail.schema);
  const check = await shop.waitFor(checkCsvFiles(files, schema));
  if (!check.ok) return check;
  return { ok: true, result: { rowCount: check.rowCount, files: files.map(({ file }) => file) } };
}

/** Keeps the list of what it takes, so that the import after a kill is of the same bytes. */
async function takeFiles(plane: Plane, folder: string, { arn, detail }: ImportJob): Promise<readonly TakenFile[]> {
  const taken = detail.takenFiles?.map((one) => ({ ...one, path: join(folder, one.file) }));
  if (taken !== undefined && (await areThere(taken))) return taken;
  await clearFolder(folder);
  const how = { folder, allLevels: false, asCopies: true };
  const files = await takeData(plane, detail.dataSource.dataLocation, how).catch(async (error: unknown) => {
    // Of a full disk, which copies that nobody reads would keep full.
    await rm(folder, { recursive: true, force: true });
    throw error;
  });
  await syncFolder(folder);
  await syncFolder(plane.folders.data);
  const takenFiles = files.map(({ file, name, bytes }) => ({ file, name, bytes }));
  await plane.resources.datasetImportJobs.change(arn, { ...detail, takenFiles });
  return files;
}

/** The files of an import that failed are removed before its end is kept. */
async function areThere(files: readonly TakenFile[]): Promise<boolean> {
  for (const { path } of files) {
    const isThere = await access(path).then(
      () => true,
      () => false,
    );
    if (!isThere) return false;
  }
  return true;
}
