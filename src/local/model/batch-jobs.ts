/** Models the operations on batch inference and batch segment jobs. */
import { operation } from './operation';
import { ARN, COLUMN_NAME, FAILURE_REASON, MAX_RESULTS, NAME, NEXT_TOKEN, ROLE_ARN, STATUS } from './scalars';
import { integer, list, oneOf, structure, TIMESTAMP } from './shape';
import { HYPER_PARAMETERS, RANKING_INFLUENCE, S3_DATA_CONFIG, TAGS } from './structures';

const NUM_BATCH_RESULTS = integer();
const BATCH_INFERENCE_JOB_INPUT = structure({ s3DataSource: S3_DATA_CONFIG }, 's3DataSource');
const BATCH_INFERENCE_JOB_OUTPUT = structure({ s3DataDestination: S3_DATA_CONFIG }, 's3DataDestination');
const BATCH_INFERENCE_JOB_CONFIG = structure({
  itemExplorationConfig: HYPER_PARAMETERS,
  rankingInfluence: RANKING_INFLUENCE,
});
const BATCH_INFERENCE_JOB_MODE = oneOf('BATCH_INFERENCE', 'THEME_GENERATION');
const FIELDS_FOR_THEME_GENERATION = structure({ itemName: COLUMN_NAME }, 'itemName');
const THEME_GENERATION_CONFIG = structure(
  { fieldsForThemeGeneration: FIELDS_FOR_THEME_GENERATION },
  'fieldsForThemeGeneration',
);
const BATCH_INFERENCE_JOB = structure({
  jobName: NAME,
  batchInferenceJobArn: ARN,
  filterArn: ARN,
  failureReason: FAILURE_REASON,
  solutionVersionArn: ARN,
  numResults: NUM_BATCH_RESULTS,
  jobInput: BATCH_INFERENCE_JOB_INPUT,
  jobOutput: BATCH_INFERENCE_JOB_OUTPUT,
  batchInferenceJobConfig: BATCH_INFERENCE_JOB_CONFIG,
  roleArn: ROLE_ARN,
  batchInferenceJobMode: BATCH_INFERENCE_JOB_MODE,
  themeGenerationConfig: THEME_GENERATION_CONFIG,
  status: STATUS,
  creationDateTime: TIMESTAMP,
  lastUpdatedDateTime: TIMESTAMP,
});
const BATCH_INFERENCE_JOB_SUMMARY = structure({
  batchInferenceJobArn: ARN,
  jobName: NAME,
  status: STATUS,
  creationDateTime: TIMESTAMP,
  lastUpdatedDateTime: TIMESTAMP,
  failureReason: FAILURE_REASON,
  solutionVersionArn: ARN,
  batchInferenceJobMode: BATCH_INFERENCE_JOB_MODE,
});
const BATCH_SEGMENT_JOB_INPUT = structure({ s3DataSource: S3_DATA_CONFIG }, 's3DataSource');
const BATCH_SEGMENT_JOB_OUTPUT = structure({ s3DataDestination: S3_DATA_CONFIG }, 's3DataDestination');
const BATCH_SEGMENT_JOB = structure({
  jobName: NAME,
  batchSegmentJobArn: ARN,
  filterArn: ARN,
  failureReason: FAILURE_REASON,
  solutionVersionArn: ARN,
  numResults: NUM_BATCH_RESULTS,
  jobInput: BATCH_SEGMENT_JOB_INPUT,
  jobOutput: BATCH_SEGMENT_JOB_OUTPUT,
  roleArn: ROLE_ARN,
  status: STATUS,
  creationDateTime: TIMESTAMP,
  lastUpdatedDateTime: TIMESTAMP,
});
const BATCH_SEGMENT_JOB_SUMMARY = structure({
  batchSegmentJobArn: ARN,
  jobName: NAME,
  status: STATUS,
  creationDateTime: TIMESTAMP,
  lastUpdatedDateTime: TIMESTAMP,
  failureReason: FAILURE_REASON,
  solutionVersionArn: ARN,
});

/** Holds the operations on batch inference and batch segment jobs. */
export const BATCH_JOB_OPERATIONS = {
  CreateBatchInferenceJob: operation(
    structure(
      {
        jobName: NAME,
        solutionVersionArn: ARN,
        filterArn: ARN,
        numResults: NUM_BATCH_RESULTS,
        jobInput: BATCH_INFERENCE_JOB_INPUT,
        jobOutput: BATCH_INFERENCE_JOB_OUTPUT,
        roleArn: ROLE_ARN,
        batchInferenceJobConfig: BATCH_INFERENCE_JOB_CONFIG,
        tags: TAGS,
        batchInferenceJobMode: BATCH_INFERENCE_JOB_MODE,
        themeGenerationConfig: THEME_GENERATION_CONFIG,
      },
      'jobName',
      'solutionVersionArn',
      'jobInput',
      'jobOutput',
      'roleArn',
    ),
    structure({ batchInferenceJobArn: ARN }),
    {
      errors: [
        'InvalidInput',
        'ResourceAlreadyExists',
        'LimitExceeded',
        'ResourceNotFound',
        'ResourceInUse',
        'TooManyTags',
      ],
    },
  ),
  CreateBatchSegmentJob: operation(
    structure(
      {
        jobName: NAME,
        solutionVersionArn: ARN,
        filterArn: ARN,
        numResults: NUM_BATCH_RESULTS,
        jobInput: BATCH_SEGMENT_JOB_INPUT,
        jobOutput: BATCH_SEGMENT_JOB_OUTPUT,
        roleArn: ROLE_ARN,
        tags: TAGS,
      },
      'jobName',
      'solutionVersionArn',
      'jobInput',
      'jobOutput',
      'roleArn',
    ),
    structure({ batchSegmentJobArn: ARN }),
    {
      errors: [
        'InvalidInput',
        'ResourceAlreadyExists',
        'LimitExceeded',
        'ResourceNotFound',
        'ResourceInUse',
        'TooManyTags',
      ],
    },
  ),
  DescribeBatchInferenceJob: operation(
    structure({ batchInferenceJobArn: ARN }, 'batchInferenceJobArn'),
    structure({ batchInferenceJob: BATCH_INFERENCE_JOB }),
    { errors: ['InvalidInput', 'ResourceNotFound'], idempotent: true },
  ),
  DescribeBatchSegmentJob: operation(
    structure({ batchSegmentJobArn: ARN }, 'batchSegmentJobArn'),
    structure({ batchSegmentJob: BATCH_SEGMENT_JOB }),
    { errors: ['InvalidInput', 'ResourceNotFound'], idempotent: true },
  ),
  ListBatchInferenceJobs: operation(
    structure({ solutionVersionArn: ARN, nextToken: NEXT_TOKEN, maxResults: MAX_RESULTS }),
    structure({ batchInferenceJobs: list(BATCH_INFERENCE_JOB_SUMMARY, { max: 100 }), nextToken: NEXT_TOKEN }),
    { errors: ['InvalidInput', 'InvalidNextToken'], idempotent: true },
  ),
  ListBatchSegmentJobs: operation(
    structure({ solutionVersionArn: ARN, nextToken: NEXT_TOKEN, maxResults: MAX_RESULTS }),
    structure({ batchSegmentJobs: list(BATCH_SEGMENT_JOB_SUMMARY, { max: 100 }), nextToken: NEXT_TOKEN }),
    { errors: ['InvalidInput', 'InvalidNextToken'], idempotent: true },
  ),
} as const;
