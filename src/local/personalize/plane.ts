/** Holds the state of the control plane: one collection for each kind of resource, and what their operations share. */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import type { Faults } from '../faults/faults';
import { clearFolder, type TakeTurns } from '../files';
import type { ObjectStore } from '../s3/object-store';
import { type Collection, openCollection } from './resources/collection';
import type { Durations } from './resources/durations';
import type { Quotas } from './resources/quotas';
import type { StatusSpelling } from './resources/statuses';
import {
  CREATE_BATCH_INFERENCE_JOB,
  CREATE_BATCH_SEGMENT_JOB,
  CREATE_DATA_DELETION_JOB,
  CREATE_DATASET_GROUP,
  CREATE_FILTER,
  CREATE_SCHEMA,
  DATASET,
  DATASET_IMPORT_JOB,
  SOLUTION,
  SOLUTION_VERSION,
} from './wire/requests';

const NO_RESULT = z.object({});
const IMPORT_RESULT = z.object({ rowCount: z.number(), files: z.array(z.string()) });
const DELETION_RESULT = z.object({ numDeleted: z.number() });
const TRAINING_RESULT = z.object({
  metrics: z.record(z.string(), z.number()),
  trainingSeconds: z.number(),
  /** File name in the models folder. */
  model: z.string(),
});
const BATCH_RESULT = z.object({ lines: z.number(), errorLines: z.number() });

type NoResult = z.infer<typeof NO_RESULT>;

/** Holds what an import kept: file names in its own folder below the data folder. */
export type ImportResult = z.infer<typeof IMPORT_RESULT>;
/** Holds how many rows a deletion of users removed. */
export type DeletionResult = z.infer<typeof DELETION_RESULT>;
/** Holds what a training gave. */
export type TrainingResult = z.infer<typeof TRAINING_RESULT>;

/** Holds all resources of the local AWS by kind. */
export interface Resources {
  readonly schemas: Collection<z.infer<typeof CREATE_SCHEMA>, NoResult>;
  readonly datasetGroups: Collection<z.infer<typeof CREATE_DATASET_GROUP>, NoResult>;
  readonly datasets: Collection<z.infer<typeof DATASET>, NoResult>;
  readonly datasetImportJobs: Collection<z.infer<typeof DATASET_IMPORT_JOB>, ImportResult>;
  readonly dataDeletionJobs: Collection<z.infer<typeof CREATE_DATA_DELETION_JOB>, DeletionResult>;
  readonly solutions: Collection<z.infer<typeof SOLUTION>, NoResult>;
  readonly solutionVersions: Collection<z.infer<typeof SOLUTION_VERSION>, TrainingResult>;
  readonly filters: Collection<z.infer<typeof CREATE_FILTER>, NoResult>;
  readonly batchInferenceJobs: Collection<z.infer<typeof CREATE_BATCH_INFERENCE_JOB>, z.infer<typeof BATCH_RESULT>>;
  readonly batchSegmentJobs: Collection<z.infer<typeof CREATE_BATCH_SEGMENT_JOB>, z.infer<typeof BATCH_RESULT>>;
}

/** Names the folders of the control plane, all absolute. */
export interface Folders {
  readonly data: string;
  readonly models: string;
  readonly work: string;
}

/** Holds what every operation works on. */
export interface Plane {
  readonly resources: Resources;
  readonly folders: Folders;
  readonly store: ObjectStore;
  readonly faults: Faults;
  readonly region: string;
  readonly accountId: string;
  readonly now: () => number;
  /** The least times from the creation of a resource to its end, and of updates and deletions. */
  readonly durations: Durations;
  readonly quotas: Quotas;
  readonly statuses: StatusSpelling;
  readonly takeTurns: TakeTurns;
  /** Starts the work behind a resource that was just added; the work reports to the resource's collection. */
  readonly start: (kind: JobKind, arn: string) => void;
  /** Tells whether the work behind a resource has begun. */
  readonly isStarted: (arn: string) => boolean;
  /** Ends the work behind a resource, which gets no result then. Does nothing where it has none, or has ended. */
  readonly abort: (arn: string) => void;
  /** Whether solutions train new versions by their schedule. */
  readonly trainsByItself: boolean;
}

/** Names the kinds of resource whose making takes work. */
export type JobKind =
  | 'datasetImportJobs'
  | 'dataDeletionJobs'
  | 'solutionVersions'
  | 'batchInferenceJobs'
  | 'batchSegmentJobs';

/** Opens the folders below `folder`, and clears what killed work has left. */
export async function openFolders(folder: string): Promise<Folders & { readonly temporary: string }> {
  const folders = {
    data: join(folder, 'data'),
    models: join(folder, 'models'),
    work: join(folder, 'work'),
    temporary: join(folder, 'tmp'),
  };
  await mkdir(folders.data, { recursive: true });
  await mkdir(folders.models, { recursive: true });
  await clearFolder(folders.work);
  await clearFolder(folders.temporary);
  return folders;
}

/** Opens the collections below `folder`. */
export async function openResources(
  folder: string,
  { temporaryFolder, now }: { readonly temporaryFolder: string; readonly now: () => number },
): Promise<Resources> {
  const open = <Detail, Result>(name: string, detail: z.ZodType<Detail>, result: z.ZodType<Result>) =>
    openCollection({ folder: join(folder, name), temporaryFolder, detail, result, now });
  return {
    schemas: await open('schemas', CREATE_SCHEMA, NO_RESULT),
    datasetGroups: await open('dataset-groups', CREATE_DATASET_GROUP, NO_RESULT),
    datasets: await open('datasets', DATASET, NO_RESULT),
    datasetImportJobs: await open('dataset-import-jobs', DATASET_IMPORT_JOB, IMPORT_RESULT),
    dataDeletionJobs: await open('data-deletion-jobs', CREATE_DATA_DELETION_JOB, DELETION_RESULT),
    solutions: await open('solutions', SOLUTION, NO_RESULT),
    solutionVersions: await open('solution-versions', SOLUTION_VERSION, TRAINING_RESULT),
    filters: await open('filters', CREATE_FILTER, NO_RESULT),
    batchInferenceJobs: await open('batch-inference-jobs', CREATE_BATCH_INFERENCE_JOB, BATCH_RESULT),
    batchSegmentJobs: await open('batch-segment-jobs', CREATE_BATCH_SEGMENT_JOB, BATCH_RESULT),
  };
}
