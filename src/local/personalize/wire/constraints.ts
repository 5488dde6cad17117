/** Names the plain types of requests. Their bounds stand in the service model, by which every request is checked first. */
import { z } from 'zod';

const TEXT = z.string();

export const NAME = TEXT;
export const ARN = TEXT;
export const ROLE_ARN = TEXT;
export const KMS_KEY_ARN = TEXT;
export const S3_LOCATION = TEXT;
export const AVRO_SCHEMA = TEXT;
export const DATASET_TYPE = TEXT;
export const FILTER_EXPRESSION = TEXT;
export const SHORT_TEXT = TEXT;
export const COLUMN_NAME = TEXT;
export const SCHEDULING_EXPRESSION = TEXT;
export const DOMAIN = z.enum(['ECOMMERCE', 'VIDEO_ON_DEMAND']);
export const IMPORT_MODE = z.enum(['FULL', 'INCREMENTAL']);
export const TRAINING_MODE = z.enum(['FULL', 'UPDATE', 'AUTOTRAIN']);
export const BATCH_INFERENCE_MODE = z.enum(['BATCH_INFERENCE', 'THEME_GENERATION']);
export const NUM_BATCH_RESULTS = z.number();
export const HYPER_PARAMETERS = z.record(TEXT, TEXT);
export const TAGS = z.array(z.object({ tagKey: TEXT, tagValue: TEXT }));

/** Members that every List operation takes. */
export const PAGE = {
  nextToken: TEXT.optional(),
  maxResults: z.number().optional(),
};
