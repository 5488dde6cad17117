/** Performs the operations on jobs that delete users from the data of a dataset group. */
import { AwsFault } from '../../http/fault';
import { arnOf } from '../arns';
import type { Plane } from '../plane';
import { alreadyExists } from '../resources/collection';
import { isInFlight, jobLife, lifeOf, requireActive } from '../resources/life';
import { takePage } from '../resources/pages';
import { parseS3Path } from '../s3-path';
import { DESCRIBE_DATA_DELETION_JOB, LIST_OF_GROUP } from '../wire/lookup-requests';
import { CREATE_DATA_DELETION_JOB } from '../wire/requests';
import { invalidInput } from '../wire/validate';
import { creating, reading } from './operation';

/** In a dataset group. Source: developer guide, "Deleting users and their data". */
const MAX_IN_FLIGHT = 5;

/** Starts a deletion. */
export const createDataDeletionJob = creating(CREATE_DATA_DELETION_JOB, async (plane, input) => {
  const { datasetGroups, dataDeletionJobs } = plane.resources;
  const arn = arnOf(plane, `data-deletion-job/${input.jobName}`);
  if (parseS3Path(input.dataSource.dataLocation ?? '') === undefined) throw invalidInput('Invalid Data location');
  requireActive(plane, datasetGroups, input.datasetGroupArn);
  if (dataDeletionJobs.list().some((job) => job.arn === arn)) throw alreadyExists(arn);
  checkGroup(plane, input.datasetGroupArn);
  await dataDeletionJobs.add({ arn, detail: input, ...jobLife(plane, { operation: 'CreateDataDeletionJob', arn }) });
  plane.start('dataDeletionJobs', arn);
  return { dataDeletionJobArn: arn };
});

function checkGroup(plane: Plane, datasetGroupArn: string): void {
  const jobs = plane.resources.dataDeletionJobs.list();
  const busy = jobs.filter((job) => job.detail.datasetGroupArn === datasetGroupArn && isInFlight(plane, job));
  if (busy.length < MAX_IN_FLIGHT) return;
  const message = `More than ${MAX_IN_FLIGHT} resources with PENDING or IN_PROGRESS status.`;
  throw new AwsFault('LimitExceededException', message);
}

/** Describes a deletion; the number of rows that were deleted comes with its end. */
export const describeDataDeletionJob = reading(DESCRIBE_DATA_DELETION_JOB, (plane, { dataDeletionJobArn }) => {
  const job = plane.resources.dataDeletionJobs.get(dataDeletionJobArn);
  const { jobName, datasetGroupArn, dataSource, roleArn } = job.detail;
  const life = lifeOf(plane, job);
  const numDeleted = life.status === 'ACTIVE' && job.outcome?.ok === true ? job.outcome.result.numDeleted : undefined;
  return {
    dataDeletionJob: { jobName, dataDeletionJobArn, datasetGroupArn, dataSource, roleArn, numDeleted, ...life },
  };
});

/** Lists deletions, of one dataset group where it is named. */
export const listDataDeletionJobs = reading(LIST_OF_GROUP, (plane, input) => {
  const { datasetGroupArn } = input;
  const all = plane.resources.dataDeletionJobs.list();
  const wanted = all.filter(
    ({ detail }) => datasetGroupArn === undefined || detail.datasetGroupArn === datasetGroupArn,
  );
  const page = takePage(wanted, input);
  const dataDeletionJobs = page.items.map((job) => ({
    dataDeletionJobArn: job.arn,
    datasetGroupArn: job.detail.datasetGroupArn,
    jobName: job.detail.jobName,
    ...lifeOf(plane, job),
  }));
  return { dataDeletionJobs, nextToken: page.nextToken };
});
