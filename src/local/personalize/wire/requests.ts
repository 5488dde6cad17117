/** Lists the members of the requests that the local AWS takes, after the service model. Unknown members are dropped, as AWS does. */
import { z } from 'zod';
import {
  ARN,
  AVRO_SCHEMA,
  BATCH_INFERENCE_MODE,
  COLUMN_NAME,
  DATASET_TYPE,
  DOMAIN,
  FILTER_EXPRESSION,
  HYPER_PARAMETERS,
  IMPORT_MODE,
  KMS_KEY_ARN,
  NAME,
  NUM_BATCH_RESULTS,
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

export const CREATE_DATA_DELETION_JOB = z.object({
  jobName: NAME,
  datasetGroupArn: ARN,
  dataSource: z.object({ dataLocation: S3_LOCATION.optional() }),
  roleArn: ROLE_ARN,
  tags: TAGS.optional(),
});

export const UPDATE_DATASET = z.object({ datasetArn: ARN, schemaArn: ARN });

/** What is kept of a dataset: how it was made, with the schema that it has now, and its latest replacement (epoch ms). */
export const DATASET = CREATE_DATASET.extend({
  latestUpdate: z
    .object({ schemaArn: ARN, formerSchemaArn: ARN, createdMs: z.number(), readyMs: z.number() })
    .optional(),
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

/** What is kept of an import: how it was asked for, and the files that it took, by name in its folder, once it has. */
export const DATASET_IMPORT_JOB = CREATE_DATASET_IMPORT_JOB.extend({
  takenFiles: z.array(z.object({ file: z.string(), name: z.string(), bytes: z.number() })).optional(),
});

const AUTO_TRAINING_CONFIG = z.object({ schedulingExpression: SCHEDULING_EXPRESSION.optional() });
const EVENTS_CONFIG = z.object({
  eventParametersList: z
    .array(
      z.object({
        eventType: SHORT_TEXT.optional(),
        eventValueThreshold: z.number().optional(),
        weight: z.number().optional(),
      }),
    )

    .optional(),
});
const COLUMNS_OF_DATASETS = z.record(DATASET_TYPE, z.array(COLUMN_NAME));
const RANGE = z.object({
  name: SHORT_TEXT.optional(),
  minValue: z.number().optional(),
  maxValue: z.number().optional(),
});
const HPO_CONFIG = z.object({
  hpoObjective: z
    .object({ type: SHORT_TEXT.optional(), metricName: SHORT_TEXT.optional(), metricRegex: SHORT_TEXT.optional() })
    .optional(),
  hpoResourceConfig: z
    .object({ maxNumberOfTrainingJobs: SHORT_TEXT.optional(), maxParallelTrainingJobs: SHORT_TEXT.optional() })
    .optional(),
  algorithmHyperParameterRanges: z
    .object({
      integerHyperParameterRanges: z.array(RANGE).optional(),
      continuousHyperParameterRanges: z.array(RANGE).optional(),
      categoricalHyperParameterRanges: z
        .array(z.object({ name: SHORT_TEXT.optional(), values: z.array(z.string()).optional() }))

        .optional(),
    })
    .optional(),
});

export const SOLUTION_CONFIG = z.object({
  eventValueThreshold: SHORT_TEXT.optional(),
  hpoConfig: HPO_CONFIG.optional(),
  algorithmHyperParameters: HYPER_PARAMETERS.optional(),
  featureTransformationParameters: HYPER_PARAMETERS.optional(),
  autoMLConfig: z.object({ metricName: SHORT_TEXT.optional(), recipeList: z.array(ARN).optional() }).optional(),
  eventsConfig: EVENTS_CONFIG.optional(),
  optimizationObjective: z
    .object({
      itemAttribute: z.string().optional(),
      objectiveSensitivity: z.enum(['LOW', 'MEDIUM', 'HIGH', 'OFF']).optional(),
    })
    .optional(),
  trainingDataConfig: z
    .object({
      excludedDatasetColumns: COLUMNS_OF_DATASETS.optional(),
      includedDatasetColumns: COLUMNS_OF_DATASETS.optional(),
    })
    .optional(),
  autoTrainingConfig: AUTO_TRAINING_CONFIG.optional(),
});

export const CREATE_SOLUTION = z.object({
  name: NAME,
  performHPO: z.boolean().optional(),
  performAutoML: z.boolean().optional(),
  performAutoTraining: z.boolean().optional(),
  performIncrementalUpdate: z.boolean().optional(),
  recipeArn: ARN.optional(),
  datasetGroupArn: ARN,
  eventType: SHORT_TEXT.optional(),
  solutionConfig: SOLUTION_CONFIG.optional(),
  tags: TAGS.optional(),
});

export const UPDATE_SOLUTION = z.object({
  solutionArn: ARN,
  performAutoTraining: z.boolean().optional(),
  performIncrementalUpdate: z.boolean().optional(),
  solutionUpdateConfig: z
    .object({ autoTrainingConfig: AUTO_TRAINING_CONFIG.optional(), eventsConfig: EVENTS_CONFIG.optional() })
    .optional(),
});

/** What is kept of a solution: how it was made, with what later updates changed, and the latest of these (epoch ms). */
export const SOLUTION = CREATE_SOLUTION.extend({
  /** The columns that there were when it was made, by dataset type in capitals. */
  knownColumns: z.record(z.string(), z.array(z.string())).optional(),
  /** When an update turned automatic training on. */
  automaticSinceMs: z.number().optional(),
  latestUpdate: UPDATE_SOLUTION.omit({ solutionArn: true })
    .extend({ createdMs: z.number(), readyMs: z.number() })
    .optional(),
});

export const CREATE_SOLUTION_VERSION = z.object({
  name: NAME.optional(),
  solutionArn: ARN,
  trainingMode: TRAINING_MODE.optional(),
  tags: TAGS.optional(),
});

/** What is kept of a version: how its solution was configured when it was made, and when it was stopped (epoch ms). */
export const SOLUTION_VERSION = CREATE_SOLUTION_VERSION.extend({
  solutionConfig: SOLUTION_CONFIG.optional(),
  performIncrementalUpdate: z.boolean().optional(),
  trainingType: z.enum(['MANUAL', 'AUTOMATIC']).optional(),
  /** The version that training mode UPDATE adds to. */
  updatedVersionArn: ARN.optional(),
  stop: z.object({ askedMs: z.number(), stoppedMs: z.number() }).optional(),
});

export const CREATE_FILTER = z.object({
  name: NAME,
  datasetGroupArn: ARN,
  filterExpression: FILTER_EXPRESSION,
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
      rankingInfluence: z.partialRecord(z.enum(['POPULARITY', 'FRESHNESS']), z.number()).optional(),
    })
    .optional(),
  batchInferenceJobMode: BATCH_INFERENCE_MODE.optional(),
  themeGenerationConfig: z.object({ fieldsForThemeGeneration: z.object({ itemName: COLUMN_NAME }) }).optional(),
});
