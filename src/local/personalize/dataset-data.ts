/** Tells which imported files a dataset consists of at a time. */
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Resource } from './collection';
import type { ImportResult, Plane } from './plane';

/** Finds the dataset of a type (upper case) in a group. */
export function datasetOf(
  plane: Plane,
  datasetGroupArn: string,
  datasetType: string,
): ReturnType<Plane['resources']['datasets']['list']>[number] | undefined {
  return plane.resources.datasets
    .list()
    .find(({ detail }) => detail.datasetGroupArn === datasetGroupArn && detail.datasetType === datasetType);
}

type ImportJob = Resource<{ readonly importMode?: string | undefined; readonly datasetArn: string }, ImportResult>;

/**
 * Lists the imports that made up a dataset at a time (epoch ms), oldest first: the newest FULL one and what was
 * appended to it.
 */
export function importsAt(plane: Plane, datasetArn: string, atMs: number): readonly ImportJob[] {
  const done = plane.resources.datasetImportJobs.list().filter(({ detail, outcome, readyMs }) => {
    const isDone = outcome?.ok === true && Math.max(outcome.atMs, readyMs) <= atMs;
    return isDone && detail.datasetArn === datasetArn;
  });
  const start = done.findLastIndex((job) => (job.detail.importMode ?? 'FULL') === 'FULL');
  return start < 0 ? [] : done.slice(start);
}

/** Names the folder that an import's files are kept in. */
export function importFolder(plane: Plane, job: { readonly sequence: number }): string {
  return join(plane.folders.data, String(job.sequence).padStart(8, '0'));
}

/** Lists the absolute paths of imports' files, oldest first: where rows have the same id, the later one holds. */
export function importFiles(plane: Plane, imports: readonly ImportJob[]): readonly string[] {
  return imports.flatMap((job) => {
    const files = job.outcome?.ok === true ? job.outcome.result.files : [];
    return files.map((file) => join(importFolder(plane, job), file));
  });
}

/**
 * Removes the files of imports that a newer FULL one has replaced, so that nightly imports do not pile up.
 * Does nothing while a version is in training, which may still read them.
 */
export async function removeSupersededFiles(plane: Plane): Promise<void> {
  if (plane.resources.solutionVersions.list().some((version) => version.outcome === undefined)) return;
  const jobs = plane.resources.datasetImportJobs.list().filter((job) => job.outcome !== undefined);
  const now = plane.now();
  for (const dataset of plane.resources.datasets.list()) {
    const oldest = importsAt(plane, dataset.arn, now)[0]?.sequence ?? 0;
    const replaced = jobs.filter((job) => job.detail.datasetArn === dataset.arn && job.sequence < oldest);
    for (const job of replaced) await rm(importFolder(plane, job), { recursive: true, force: true });
  }
}
