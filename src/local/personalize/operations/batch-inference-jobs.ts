/** Performs the operations on batch inference jobs. There is none to stop, change or delete one, as on AWS. */
import { DEFAULT_RESULTS } from '../../../personalize/limits';
import { arnOf } from '../arns';
import { checkBatchRequest, readExploration } from '../checks/batch-request';
import { checkInfluence, checkThemes } from '../checks/inference-request';
import { alreadyExists } from '../resources/collection';
import { checkInFlight, jobLife, lifeOf } from '../resources/life';
import { takePage } from '../resources/pages';
import { DESCRIBE_BATCH_INFERENCE_JOB, LIST_OF_SOLUTION_VERSION } from '../wire/lookup-requests';
import { CREATE_BATCH_INFERENCE_JOB } from '../wire/requests';
import { creating, reading } from './operation';

/** Starts a batch inference job. Its name stays taken for ever, also where it fails. */
export const createBatchInferenceJob = creating(CREATE_BATCH_INFERENCE_JOB, async (plane, detail) => {
  const jobs = plane.resources.batchInferenceJobs;
  const arn = arnOf(plane, `batch-inference-job/${detail.jobName}`);
  const trained = checkBatchRequest(plane, detail, 'inference');
  readExploration(detail.batchInferenceJobConfig?.itemExplorationConfig, trained.recipe);
  checkInfluence(plane, detail, trained);
  checkThemes(plane, detail, trained);
  if (jobs.has(arn)) throw alreadyExists(arn);
  checkInFlight(plane, jobs, plane.quotas['inference-jobs-in-flight']);
  await jobs.add({ arn, detail, ...jobLife(plane, { operation: 'CreateBatchInferenceJob', arn }) });
  plane.start('batchInferenceJobs', arn);
  return { batchInferenceJobArn: arn };
});

/** Describes a batch inference job. */
export const describeBatchInferenceJob = reading(DESCRIBE_BATCH_INFERENCE_JOB, (plane, { batchInferenceJobArn }) => {
  const job = plane.resources.batchInferenceJobs.get(batchInferenceJobArn);
  const { tags: _, ...detail } = job.detail;
  return {
    batchInferenceJob: {
      ...detail,
      batchInferenceJobArn,
      numResults: detail.numResults ?? DEFAULT_RESULTS,
      batchInferenceJobMode: detail.batchInferenceJobMode ?? 'BATCH_INFERENCE',
      ...lifeOf(plane, job),
    },
  };
});

/** Lists batch inference jobs, of one solution version where it is named. */
export const listBatchInferenceJobs = reading(LIST_OF_SOLUTION_VERSION, (plane, input) => {
  const { solutionVersionArn } = input;
  const all = plane.resources.batchInferenceJobs.list();
  const page = takePage(
    all.filter(({ detail }) => solutionVersionArn === undefined || detail.solutionVersionArn === solutionVersionArn),
    input,
  );
  const batchInferenceJobs = page.items.map((job) => ({
    batchInferenceJobArn: job.arn,
    jobName: job.detail.jobName,
    solutionVersionArn: job.detail.solutionVersionArn,
    batchInferenceJobMode: job.detail.batchInferenceJobMode ?? 'BATCH_INFERENCE',
    ...lifeOf(plane, job),
  }));
  return { batchInferenceJobs, nextToken: page.nextToken };
});
