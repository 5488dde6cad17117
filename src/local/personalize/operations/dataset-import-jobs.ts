/** Performs the operations on dataset import jobs. */
import type { z } from 'zod';
import { arnOf } from '../arns';
import { importsAt } from '../data/dataset-data';
import type { Plane } from '../plane';
import { alreadyExists } from '../resources/collection';
import { checkInFlight, jobLife, lifeOf, requireActive } from '../resources/life';
import { takePage } from '../resources/pages';
import { parseS3Path } from '../s3-path';
import { DESCRIBE_DATASET_IMPORT_JOB, LIST_OF_DATASET } from '../wire/lookup-requests';
import { notComplete } from '../wire/not-complete';
import { CREATE_DATASET_IMPORT_JOB } from '../wire/requests';
import { invalidInput } from '../wire/validate';
import { creating, reading } from './operation';

/** Starts an import of CSV objects into a dataset. */
export const createDatasetImportJob = creating(CREATE_DATASET_IMPORT_JOB, async (plane, input) => {
  const { datasets, datasetImportJobs } = plane.resources;
  const arn = arnOf(plane, `dataset-import-job/${input.jobName}`);
  if (parseS3Path(input.dataSource.dataLocation) === undefined) throw invalidInput('Invalid Data location');
  if (input.publishAttributionMetricsToS3 === true) throw notComplete('publishAttributionMetricsToS3');
  requireActive(plane, datasets, input.datasetArn);
  checkMode(plane, input);
  if (datasetImportJobs.list().some((job) => job.arn === arn)) throw alreadyExists(arn);
  checkInFlight(plane, datasetImportJobs, plane.quotas['imports-in-flight']);
  await datasetImportJobs.add({ arn, detail: input, ...jobLife(plane, { operation: 'CreateDatasetImportJob', arn }) });
  plane.start('datasetImportJobs', arn);
  return { datasetImportJobArn: arn };
});

function checkMode(plane: Plane, input: z.infer<typeof CREATE_DATASET_IMPORT_JOB>): void {
  if (input.importMode !== 'INCREMENTAL') return;
  if (importsAt(plane, input.datasetArn, plane.now()).length === 0)
    throw invalidInput('The first import of a dataset must be of mode FULL.');
}

/** Describes an import job. */
export const describeDatasetImportJob = reading(DESCRIBE_DATASET_IMPORT_JOB, (plane, { datasetImportJobArn }) => {
  const job = plane.resources.datasetImportJobs.get(datasetImportJobArn);
  const { jobName, datasetArn, dataSource, roleArn, publishAttributionMetricsToS3 } = job.detail;
  const importMode = job.detail.importMode ?? 'FULL';
  return {
    datasetImportJob: {
      jobName,
      datasetImportJobArn,
      datasetArn,
      dataSource,
      roleArn,
      importMode,
      publishAttributionMetricsToS3,
      ...lifeOf(plane, job),
    },
  };
});

/** Lists import jobs, of one dataset where it is named. */
export const listDatasetImportJobs = reading(LIST_OF_DATASET, (plane, input) => {
  const all = plane.resources.datasetImportJobs.list();
  const wanted = all.filter(({ detail }) => input.datasetArn === undefined || detail.datasetArn === input.datasetArn);
  const page = takePage(wanted, input);
  const datasetImportJobs = page.items.map((job) => ({
    datasetImportJobArn: job.arn,
    jobName: job.detail.jobName,
    importMode: job.detail.importMode ?? 'FULL',
    ...lifeOf(plane, job),
  }));
  return { datasetImportJobs, nextToken: page.nextToken };
});
