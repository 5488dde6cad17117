/** Lists the members of the requests that the local AWS takes, after the service model. Unknown members are dropped, as AWS does. */
import { z } from 'zod';
import {
  ARN,
  AVRO_SCHEMA,
  BATCH_INFERENCE_MODE,
  COLUMN_NAME,
  DATASET_TYPE,
  DOMAIN,
  HYPER_PARAMETERS,
  IMPORT_MODE,
  KMS_KEY_ARN,
  NAME,
  NUM_BATCH_RESULTS,
  PAGE,
  ROLE_ARN,
  S3_LOCATION,
  SCHEDULING_EXPRESSION,
  SHORT_TEXT,
  TAGS,
  TRAINING_MODE,
} from './constraints';

export const CREATE_SCHEMA = z.object({ name: NAME, schema: AVRO_SCHEMA, domain: DOMAIN.optional() });

export const CREATE_DATASET_GROUP = z.object({
  name: NAME,
  roleArn: ROLE_ARN.optional(),
  kmsKeyArn: KMS_KEY_ARN.optional(),
  domain: DOMAIN.optional(),
  tags: TAGS.optional(),
});

export const CREATE_DATASET = z.object({
  name: NAME,
  schemaArn: ARN,
  datasetGroupArn: ARN,
  datasetType: DATASET_TYPE,
  tags: TAGS.optional(),
});

export const CREATE_DATASET_IMPORT_JOB = z.object({
  jobName: NAME,
  datasetArn: ARN,
  dataSource: z.object({ dataLocation: S3_LOCATION }),
  roleArn: ROLE_ARN.optional(),
  tags: TAGS.optional(),
  importMode: IMPORT_MODE.optional(),
  publishAttributionMetricsToS3: z.boolean().optional(),
});

/** What a solution's training would need and the local AWS does not have: kept only to be refused by name. */
const NOT_BUILT = z.record(z.string(), z.unknown()).optional();

export const CREATE_SOLUTION = z.object({
  name: NAME,
  performHPO: z.boolean().optional(),
  performAutoML: z.boolean().optional(),
  performAutoTraining: z.boolean().optional(),
  performIncrementalUpdate: z.boolean().optional(),
  recipeArn: ARN.optional(),
  datasetGroupArn: ARN,
  eventType: SHORT_TEXT.optional(),
  solutionConfig: z
    .object({
      eventValueThreshold: SHORT_TEXT.optional(),
      algorithmHyperParameters: HYPER_PARAMETERS.optional(),
      featureTransformationParameters: HYPER_PARAMETERS.optional(),
      autoTrainingConfig: z.object({ schedulingExpression: SCHEDULING_EXPRESSION.optional() }).optional(),
      hpoConfig: NOT_BUILT,
      autoMLConfig: NOT_BUILT,
      eventsConfig: NOT_BUILT,
      optimizationObjective: NOT_BUILT,
      trainingDataConfig: NOT_BUILT,
    })
    .optional(),
  tags: TAGS.optional(),
});

export const CREATE_SOLUTION_VERSION = z.object({
  name: NAME.optional(),
  solutionArn: ARN,
  trainingMode: TRAINING_MODE.optional(),
  tags: TAGS.optional(),
});

const S3_DATA = z.object({ path: S3_LOCATION, kmsKeyArn: KMS_KEY_ARN.optional() });

export const CREATE_BATCH_SEGMENT_JOB = z.object({
  jobName: NAME,
  solutionVersionArn: ARN,
  filterArn: ARN.optional(),
  numResults: NUM_BATCH_RESULTS.optional(),
  jobInput: z.object({ s3DataSource: S3_DATA }),
  jobOutput: z.object({ s3DataDestination: S3_DATA }),
  roleArn: ROLE_ARN,
  tags: TAGS.optional(),
});

export const CREATE_BATCH_INFERENCE_JOB = CREATE_BATCH_SEGMENT_JOB.extend({
  batchInferenceJobConfig: z
    .object({
      itemExplorationConfig: HYPER_PARAMETERS.optional(),
      rankingInfluence: z.partialRecord(z.enum(['POPULARITY', 'FRESHNESS']), z.number().min(0).max(1)).optional(),
    })
    .optional(),
  batchInferenceJobMode: BATCH_INFERENCE_MODE.optional(),
  themeGenerationConfig: z.object({ fieldsForThemeGeneration: z.object({ itemName: COLUMN_NAME }) }).optional(),
});

export const DESCRIBE_SCHEMA = z.object({ schemaArn: ARN });
export const DESCRIBE_DATASET_GROUP = z.object({ datasetGroupArn: ARN });
export const DESCRIBE_DATASET = z.object({ datasetArn: ARN });
export const DESCRIBE_DATASET_IMPORT_JOB = z.object({ datasetImportJobArn: ARN });
export const DESCRIBE_SOLUTION = z.object({ solutionArn: ARN });
export const DESCRIBE_SOLUTION_VERSION = z.object({ solutionVersionArn: ARN });
export const DESCRIBE_BATCH_INFERENCE_JOB = z.object({ batchInferenceJobArn: ARN });
export const DESCRIBE_BATCH_SEGMENT_JOB = z.object({ batchSegmentJobArn: ARN });
export const DESCRIBE_RECIPE = z.object({ recipeArn: ARN });

export const LIST = z.object(PAGE);
export const LIST_OF_GROUP = z.object({ ...PAGE, datasetGroupArn: ARN.optional() });
export const LIST_OF_DATASET = z.object({ ...PAGE, datasetArn: ARN.optional() });
export const LIST_OF_SOLUTION = z.object({ ...PAGE, solutionArn: ARN.optional() });
export const LIST_OF_SOLUTION_VERSION = z.object({ ...PAGE, solutionVersionArn: ARN.optional() });
export const LIST_RECIPES = z.object({
  ...PAGE,
  recipeProvider: z.enum(['SERVICE']).optional(),
  domain: DOMAIN.optional(),
});
