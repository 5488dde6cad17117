/** Buys a batch job exactly once: creates it under its own name, or adopts the one that an earlier, lost call created. */
import {
  type BatchInferenceJob,
  type BatchSegmentJob,
  CreateBatchInferenceJobCommand,
  CreateBatchSegmentJobCommand,
  DescribeBatchInferenceJobCommand,
  DescribeBatchSegmentJobCommand,
  type PersonalizeClient,
} from '@aws-sdk/client-personalize';
import { NightjarError } from '../errors';
import type { BatchRequest } from './intend';

/** What a describe tells of either kind of batch job. */
export type DescribedJob = Pick<
  BatchInferenceJob & BatchSegmentJob,
  'status' | 'failureReason' | 'jobName' | 'solutionVersionArn' | 'numResults' | 'jobInput' | 'jobOutput' | 'filterArn'
> & { readonly mode?: string | undefined };

/**
 * Creates the batch job, or adopts it where the name exists: then every parameter has to be the one that we intended.
 * Calling it again after any crash or lost answer never makes a second one, for names are unique for ever.
 * @returns its ARN
 * @throws E_RECO_JOB_MISMATCH where a job of the name exists with other parameters
 */
export async function buyBatchJob(personalize: PersonalizeClient, request: BatchRequest): Promise<string> {
  try {
    return await create(personalize, request);
  } catch (error) {
    if (!(error instanceof Error) || error.name !== 'ResourceAlreadyExistsException') throw error;
    const arn = batchJobArn(request);
    const described = await describeBatchJob(personalize, { kind: request.kind, arn });
    checkSame(request, described);
    return arn;
  }
}

async function create(personalize: PersonalizeClient, request: BatchRequest): Promise<string> {
  const key = request.kmsKeyArn === null ? {} : { kmsKeyArn: request.kmsKeyArn };
  const input = {
    jobName: request.jobName,
    solutionVersionArn: request.solutionVersionArn,
    numResults: request.numResults,
    jobInput: { s3DataSource: { path: request.inputPath, ...key } },
    jobOutput: { s3DataDestination: { path: request.outputPath, ...key } },
    roleArn: request.roleArn,
  };
  const arn =
    request.kind === 'inference'
      ? (await personalize.send(new CreateBatchInferenceJobCommand(input))).batchInferenceJobArn
      : (await personalize.send(new CreateBatchSegmentJobCommand(input))).batchSegmentJobArn;
  return arn ?? batchJobArn(request);
}

/** Derives the ARN of a batch job from its name and the solution version's ARN: same partition, region and account. */
export function batchJobArn(request: Pick<BatchRequest, 'kind' | 'jobName' | 'solutionVersionArn'>): string {
  const [arn, partition, personalize, region, account] = request.solutionVersionArn.split(':');
  const type = request.kind === 'inference' ? 'batch-inference-job' : 'batch-segment-job';
  return [arn, partition, personalize, region, account, `${type}/${request.jobName}`].join(':');
}

/** Describes a batch job of either kind. */
export async function describeBatchJob(
  personalize: PersonalizeClient,
  job: { kind: 'inference' | 'segment'; arn: string },
): Promise<DescribedJob> {
  if (job.kind === 'segment') {
    const answer = await personalize.send(new DescribeBatchSegmentJobCommand({ batchSegmentJobArn: job.arn }));
    return answer.batchSegmentJob ?? {};
  }
  const answer = await personalize.send(new DescribeBatchInferenceJobCommand({ batchInferenceJobArn: job.arn }));
  return { ...answer.batchInferenceJob, mode: answer.batchInferenceJob?.batchInferenceJobMode };
}

function checkSame(request: BatchRequest, found: DescribedJob): void {
  const differing = [
    ['jobName', request.jobName, found.jobName],
    ['solutionVersionArn', request.solutionVersionArn, found.solutionVersionArn],
    ['numResults', request.numResults, found.numResults],
    ['jobInput', request.inputPath, found.jobInput?.s3DataSource?.path],
    ['jobOutput', request.outputPath, found.jobOutput?.s3DataDestination?.path],
    ['filterArn', undefined, found.filterArn],
    [
      'batchInferenceJobMode',
      request.kind === 'inference' ? 'BATCH_INFERENCE' : undefined,
      request.kind === 'inference' ? (found.mode ?? 'BATCH_INFERENCE') : undefined,
    ],
  ].filter(([, wanted, is]) => wanted !== is);
  if (differing.length === 0) return;
  const list = differing.map(([member, wanted, is]) => `${member} is "${is}", expected "${wanted}"`).join('; ');
  throw new NightjarError('E_RECO_JOB_MISMATCH', `a batch job "${request.jobName}" exists that is not ours: ${list}`, {
    fix: 'give this instance a name of its own (setting "instance"), so that its batch jobs have other names',
  });
}
