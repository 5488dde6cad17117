/** Performs the operations on batch segment jobs. There is none to stop, change or delete one, as on AWS. */
import { DEFAULT_RESULTS } from '../../../personalize/limits';
import { arnOf } from '../arns';
import { checkBatchRequest } from '../checks/batch-request';
import { alreadyExists } from '../resources/collection';
import { checkInFlight, jobLife, lifeOf } from '../resources/life';
import { takePage } from '../resources/pages';
import { DESCRIBE_BATCH_SEGMENT_JOB, LIST_OF_SOLUTION_VERSION } from '../wire/lookup-requests';
import { CREATE_BATCH_SEGMENT_JOB } from '../wire/requests';
import { creating, reading } from './operation';

/** Starts a batch segment job. Its name stays taken for ever, also where it fails. */
export const createBatchSegmentJob = creating(CREATE_BATCH_SEGMENT_JOB, async (plane, detail) => {
  const jobs = plane.resources.batchSegmentJobs;
  const arn = arnOf(plane, `batch-segment-job/${detail.jobName}`);
  checkBatchRequest(plane, detail, 'segment');
  if (jobs.has(arn)) throw alreadyExists(arn);
  checkInFlight(plane, jobs, plane.quotas['segment-jobs-in-flight']);
  await jobs.add({ arn, detail, ...jobLife(plane, { operation: 'CreateBatchSegmentJob', arn }) });
  plane.start('batchSegmentJobs', arn);
  return { batchSegmentJobArn: arn };
});

/** Describes a batch segment job. */
export const describeBatchSegmentJob = reading(DESCRIBE_BATCH_SEGMENT_JOB, (plane, { batchSegmentJobArn }) => {
  const job = plane.resources.batchSegmentJobs.get(batchSegmentJobArn);
  const { tags: _, ...detail } = job.detail;
  const numResults = detail.numResults ?? DEFAULT_RESULTS;
  return { batchSegmentJob: { ...detail, batchSegmentJobArn, numResults, ...lifeOf(plane, job) } };
});

/** Lists batch segment jobs, of one solution version where it is named. */
export const listBatchSegmentJobs = reading(LIST_OF_SOLUTION_VERSION, (plane, input) => {
  const { solutionVersionArn } = input;
  const all = plane.resources.batchSegmentJobs.list();
  const page = takePage(
    all.filter(({ detail }) => solutionVersionArn === undefined || detail.solutionVersionArn === solutionVersionArn),
    input,
  );
  const batchSegmentJobs = page.items.map((job) => ({
    batchSegmentJobArn: job.arn,
    jobName: job.detail.jobName,
    solutionVersionArn: job.detail.solutionVersionArn,
    ...lifeOf(plane, job),
  }));
  return { batchSegmentJobs, nextToken: page.nextToken };
});
