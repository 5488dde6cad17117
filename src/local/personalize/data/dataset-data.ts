/** Tells which imported files a dataset consists of at a time. */
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { ImportResult, Plane } from '../plane';
import type { Resource } from '../resources/collection';

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
 * appended to it. Those into a former dataset of the same ARN, which was deleted, do not count.
 */
export function importsAt(plane: Plane, datasetArn: string, atMs: number): readonly ImportJob[] {
  const dataset = plane.resources.datasets.list().find(({ arn }) => arn === datasetArn);
  if (dataset === undefined) return [];
  const done = plane.resources.datasetImportJobs.list().filter(({ createdMs, detail, outcome, readyMs }) => {
    const isDone = outcome?.ok === true && Math.max(outcome.atMs, readyMs) <= atMs;
    return isDone && detail.datasetArn === datasetArn && createdMs >= dataset.createdMs;
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
 * Removes the files of imports that a newer FULL one has replaced, or whose dataset was deleted, so that nightly imports
 * do not pile up. Does nothing while a training, a batch job or a deletion of users is in progress, which may read them.
 */
export async function removeSupersededFiles(plane: Plane): Promise<void> {
  const { solutionVersions, batchInferenceJobs, batchSegmentJobs, dataDeletionJobs, datasets, datasetImportJobs } =
    plane.resources;
  const readers = [solutionVersions, batchInferenceJobs, batchSegmentJobs, dataDeletionJobs];
  if (readers.some((jobs) => jobs.list().some(({ outcome }) => outcome === undefined))) return;
  const now = plane.now();
  const oldest = new Map(
    datasets.list().map(({ arn, createdMs }) => {
      const [first] = importsAt(plane, arn, now);
      return [arn, { sequence: first?.sequence ?? 0, createdMs }];
    }),
  );
  for (const job of datasetImportJobs.list()) {
    if (job.outcome === undefined) continue;
    const kept = oldest.get(job.detail.datasetArn);
    const isKept = kept !== undefined && job.createdMs >= kept.createdMs && job.sequence >= kept.sequence;
    if (!isKept) await rm(importFolder(plane, job), { recursive: true, force: true });
  }
}
