/** Lists the members of the requests that describe, list, delete and tag, after the service model. */
import { z } from 'zod';
import { ARN, DOMAIN, PAGE, TAGS } from './constraints';

export const DESCRIBE_SCHEMA = z.object({ schemaArn: ARN });
export const DESCRIBE_DATASET_GROUP = z.object({ datasetGroupArn: ARN });
export const DESCRIBE_DATASET = z.object({ datasetArn: ARN });
export const DESCRIBE_DATA_DELETION_JOB = z.object({ dataDeletionJobArn: ARN });
export const DESCRIBE_DATASET_IMPORT_JOB = z.object({ datasetImportJobArn: ARN });
export const DESCRIBE_SOLUTION = z.object({ solutionArn: ARN });
export const DESCRIBE_SOLUTION_VERSION = z.object({ solutionVersionArn: ARN });
export const DESCRIBE_BATCH_INFERENCE_JOB = z.object({ batchInferenceJobArn: ARN });
export const DESCRIBE_BATCH_SEGMENT_JOB = z.object({ batchSegmentJobArn: ARN });
export const DESCRIBE_FILTER = z.object({ filterArn: ARN });
export const DESCRIBE_RECIPE = z.object({ recipeArn: ARN });
export const DESCRIBE_ALGORITHM = z.object({ algorithmArn: ARN });
export const DESCRIBE_FEATURE_TRANSFORMATION = z.object({ featureTransformationArn: ARN });

export const TAG_RESOURCE = z.object({ resourceArn: ARN, tags: TAGS });
export const UNTAG_RESOURCE = z.object({ resourceArn: ARN, tagKeys: z.array(z.string()) });
export const LIST_TAGS_FOR_RESOURCE = z.object({ resourceArn: ARN });

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
