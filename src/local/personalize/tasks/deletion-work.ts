/** Deletes users from the data of a dataset group: rows of their ids in interactions and users. */
import { randomUUID } from 'node:crypto';
import { access } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { CsvProblem } from '../../csv/csv-problem';
import { importFolder } from '../data/dataset-data';
import type { DeletionResult, Plane } from '../plane';
import { copyWithoutUsers } from './copy-without-users';
import { carryOut, type DeletionPlan, finishPlans, type Move, planFolder, readPlan, writePlan } from './deletion-plan';
import { takeData } from './take-data';
import { readUserIds } from './user-ids';
import { failWork, type WorkEnd, type Workshop } from './work';

const MB = 1024 ** 2;

/** Bytes of the lists of one job. Source: developer guide, "Deleting users and their data". */
const MAX_LIST_BYTES = 100 * MB;

/**
 * Deletes the users that a job lists. The files without them are written aside first, and then put in the places of the
 * old ones by a plan, which is carried on after a kill: a job that has failed has deleted nothing. Jobs take turns, and
 * wait for the imports into their group that have begun.
 */
export async function deleteData(shop: Workshop, arn: string): Promise<WorkEnd<DeletionResult>> {
  const { plane } = shop;
  return plane.takeTurns('data-deletion', async () => {
    await finishPlans(plane);
    const job = plane.resources.dataDeletionJobs.get(arn);
    const former = await readPlan(planFolder(plane, job));
    if (former !== undefined) return { ok: true, result: { numDeleted: former.numDeleted } };
    const users = await takeUsers(shop, job.detail.dataSource.dataLocation ?? '');
    if ('failureReason' in users) return users;
    await waitForImports(shop, job.detail.datasetGroupArn);
    const plan = await makePlan(shop, job, users.ids);
    await writePlan(plane, job, plan);
    await carryOut(plane, planFolder(plane, job), plan);
    return { ok: true, result: { numDeleted: plan.numDeleted } };
  });
}

type UserIds = { readonly ids: ReadonlySet<string> } | ReturnType<typeof failWork>;

async function takeUsers(shop: Workshop, location: string): Promise<UserIds> {
  const files = await takeData(shop.plane, location, { folder: shop.folder, allLevels: true, asCopies: false });
  if (files.length === 0) return failWork(`Invalid Data location. There is no data at ${location}.`);
  if (files.reduce((sum, file) => sum + file.bytes, 0) > MAX_LIST_BYTES) {
    return failWork(`Lists of users to delete cannot be larger than ${MAX_LIST_BYTES / MB} MB in total.`);
  }
  const ids = new Set<string>();
  for (const { path, name } of files) {
    try {
      await shop.waitFor(readUserIds(path, ids));
    } catch (error) {
      if (error instanceof CsvProblem) return failWork(`${error.message} File ${name}, line ${error.line}.`);
      throw error;
    }
  }
  return { ids };
}

type DeletionJob = ReturnType<Plane['resources']['dataDeletionJobs']['get']>;

async function makePlan(shop: Workshop, job: DeletionJob, ids: ReadonlySet<string>): Promise<DeletionPlan> {
  const folder = planFolder(shop.plane, job);
  const attempt = randomUUID();
  const moves: Move[] = [];
  let numDeleted = 0;
  for (const { path, place } of await findFiles(shop.plane, job.detail.datasetGroupArn)) {
    const from = join(attempt, `${moves.length}.csv`);
    const copied = copyWithoutUsers(path, join(folder, from), ids).catch(async (error: unknown) => {
      if (await isThere(path)) throw error;
      // An import that ended just before had it removed, and its rows with it.
      return 0;
    });
    const count = await shop.waitFor(copied);
    if (count > 0) moves.push({ from, to: place });
    numDeleted += count;
  }
  return { numDeleted, moves };
}

const WAIT_MS = 50;

/** Work begins in the order of creation, so that imports of before the deletion have begun; later ones are not waited for. */
async function waitForImports(shop: Workshop, datasetGroupArn: string): Promise<void> {
  const { plane } = shop;
  const isUnderWay = ({ arn, outcome }: { readonly arn: string; readonly outcome?: unknown }): boolean =>
    outcome === undefined && plane.isStarted(arn);
  const begun = importsOf(plane, datasetGroupArn).filter(isUnderWay);
  for (const { arn } of begun) {
    while (isUnderWay(plane.resources.datasetImportJobs.get(arn))) await shop.waitFor(setTimeout(WAIT_MS));
  }
}

interface DataFile {
  readonly path: string;
  /** Path below the data folder. */
  readonly place: string;
}

/** Lists the imports into datasets with users. */
function importsOf(plane: Plane, datasetGroupArn: string): ReturnType<Plane['resources']['datasetImportJobs']['list']> {
  const datasets = plane.resources.datasets
    .list()
    .filter(({ detail }) => detail.datasetGroupArn === datasetGroupArn && detail.datasetType !== 'ITEMS')
    .map(({ arn }) => arn);
  return plane.resources.datasetImportJobs.list().filter(({ detail }) => datasets.includes(detail.datasetArn));
}

/** Finds the files of all imports into datasets with users, those too that a newer one replaces. */
async function findFiles(plane: Plane, datasetGroupArn: string): Promise<readonly DataFile[]> {
  const found: DataFile[] = [];
  for (const job of importsOf(plane, datasetGroupArn)) {
    for (const file of job.outcome?.ok === true ? job.outcome.result.files : []) {
      const folder = importFolder(plane, job);
      const path = join(folder, file);
      if (await isThere(path)) found.push({ path, place: relative(plane.folders.data, path) });
    }
  }
  return found;
}

async function isThere(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
