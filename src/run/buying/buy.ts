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
import { NightjarError } from '../../errors';
import { isInFlightQuota } from '../../personalize/in-flight-quota';
import type { BatchRequest } from './request';

/** What a describe tells of either kind of batch job. */
export type DescribedJob = Pick<
  BatchInferenceJob & BatchSegmentJob,
  'status' | 'failureReason' | 'jobName' | 'solutionVersionArn' | 'numResults' | 'jobInput' | 'jobOutput' | 'filterArn'
> & {
  readonly mode?: string | undefined;
  readonly themeItemName?: string | undefined;
};

/**
 * Creates the batch job, or adopts it where the name exists: then every parameter has to be the one that we intended.
 * Calling it again after any crash or lost answer never makes a second one, for names are unique for ever.
 * @returns its ARN
 * @throws E_RECO_JOB_MISMATCH where a job of the name exists with other parameters; the quota's answer as it is
 */
export async function buyBatchJob(personalize: PersonalizeClient, request: BatchRequest): Promise<string> {
  try {
    return await create(personalize, request);
  } catch (error) {
    const exists = error instanceof Error && error.name === 'ResourceAlreadyExistsException';
    // A full region may be full of our own: one whose answer was lost is found by its name, however long the region stays full.
    if (!exists && !isInFlightQuota(error)) throw error;
    const found = await findBatchJob(personalize, request);
    if (found === undefined) throw error;
    checkSame(request, found);
    return batchJobArn(request);
  }
}

async function create(personalize: PersonalizeClient, request: BatchRequest): Promise<string> {
  const key = request.kmsKeyArn === null ? {} : { kmsKeyArn: request.kmsKeyArn };
  const input = {
    jobName: request.jobName,
    solutionVersionArn: request.solutionVersionArn,
    numResults: request.numResults,
    ...(request.filterArn === null ? {} : { filterArn: request.filterArn }),
    jobInput: { s3DataSource: { path: request.inputPath, ...key } },
    jobOutput: { s3DataDestination: { path: request.outputPath, ...key } },
    roleArn: request.roleArn,
  };
  const arn =
    request.kind === 'inference'
      ? (await personalize.send(new CreateBatchInferenceJobCommand({ ...input, ...printThemes(request) })))
          .batchInferenceJobArn
      : (await personalize.send(new CreateBatchSegmentJobCommand(input))).batchSegmentJobArn;
  return arn ?? batchJobArn(request);
}

function printThemes({ themeItemName: itemName }: BatchRequest) {
  if (itemName === undefined) return {};
  return {
    batchInferenceJobMode: 'THEME_GENERATION' as const,
    themeGenerationConfig: { fieldsForThemeGeneration: { itemName } },
  };
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
  const { batchInferenceJobMode: mode, themeGenerationConfig, ...described } = answer.batchInferenceJob ?? {};
  return { ...described, mode, themeItemName: themeGenerationConfig?.fieldsForThemeGeneration?.itemName };
}

/** Describes the batch job of a request; undefined where no job has its name. */
export async function findBatchJob(
  personalize: PersonalizeClient,
  request: Pick<BatchRequest, 'kind' | 'jobName' | 'solutionVersionArn'>,
): Promise<DescribedJob | undefined> {
  try {
    return await describeBatchJob(personalize, { kind: request.kind, arn: batchJobArn(request) });
  } catch (error) {
    if (isUnknownJob(error)) return undefined;
    throw error;
  }
}

/** Tells whether Personalize says that there is no such job. */
export function isUnknownJob(error: unknown): boolean {
  return error instanceof Error && error.name === 'ResourceNotFoundException';
}

/** Lists in words where a job differs from the one that we intended; empty where it is ours. */
export function differences(request: BatchRequest, found: DescribedJob): readonly string[] {
  const isInference = request.kind === 'inference';
  const wantedMode = request.themeItemName === undefined ? 'BATCH_INFERENCE' : 'THEME_GENERATION';
  return [
    ['jobName', request.jobName, found.jobName],
    ['solutionVersionArn', request.solutionVersionArn, found.solutionVersionArn],
    ['numResults', request.numResults, found.numResults],
    ['jobInput', request.inputPath, found.jobInput?.s3DataSource?.path],
    ['jobOutput', request.outputPath, found.jobOutput?.s3DataDestination?.path],
    ['filterArn', request.filterArn ?? undefined, found.filterArn],
    ['batchInferenceJobMode', wantedMode, isInference ? (found.mode ?? 'BATCH_INFERENCE') : wantedMode],
    ['itemName', request.themeItemName, found.themeItemName],
  ].flatMap(([member, wanted, is]) => (wanted === is ? [] : [`${member} is "${is}", expected "${wanted}"`]));
}

function checkSame(request: BatchRequest, found: DescribedJob): void {
  const differing = differences(request, found);
  if (differing.length === 0) return;
  throw new NightjarError(
    'E_RECO_JOB_MISMATCH',
    `a batch job "${request.jobName}" exists that is not ours: ${differing.join('; ')}`,
    { fix: 'give this instance a name of its own (setting "instance"), so that its batch jobs have other names' },
  );
}
