/**
 * Lists the scalar types of the Personalize service model with their constraints (version 2018-05-22).
 * A pattern must fit the whole value, as AWS's own check demands.
 */
import { z } from 'zod';

/** Holds the bounds of a text: lengths in characters. */
interface TextBounds {
  readonly min?: number;
  readonly max?: number;
  readonly pattern?: string;
}

function text(bounds: TextBounds): z.ZodString {
  let schema = z.string();
  if (bounds.min !== undefined) schema = schema.min(bounds.min);
  if (bounds.max !== undefined) schema = schema.max(bounds.max);
  if (bounds.pattern !== undefined) schema = schema.regex(new RegExp(`^(?:${bounds.pattern})$`, 'u'));
  return schema;
}

export const NAME = text({ min: 1, max: 63, pattern: '[a-zA-Z0-9][a-zA-Z0-9\\-_]*' });
export const ARN = text({ max: 256, pattern: 'arn:([a-z\\d\\-]+):personalize:.*:.*:.+' });
export const ROLE_ARN = text({ max: 256, pattern: 'arn:([a-z\\d\\-]+):iam::\\d{12}:role/?[a-zA-Z_0-9+=,.@\\-_/]+' });
export const KMS_KEY_ARN = text({ max: 2048, pattern: 'arn:aws.*:kms:.*:[0-9]{12}:key/.*' });
export const S3_LOCATION = text({ max: 256, pattern: '(s3|http|https)://.+' });
export const AVRO_SCHEMA = text({ max: 20_000 });
export const DATASET_TYPE = text({ max: 256, pattern: '[A-Za-z_]+' });
export const SHORT_TEXT = text({ max: 256 });
export const DOMAIN = z.enum(['ECOMMERCE', 'VIDEO_ON_DEMAND']);
export const IMPORT_MODE = z.enum(['FULL', 'INCREMENTAL']);
export const TRAINING_MODE = z.enum(['FULL', 'UPDATE', 'AUTOTRAIN']);
export const BATCH_INFERENCE_MODE = z.enum(['BATCH_INFERENCE', 'THEME_GENERATION']);
export const COLUMN_NAME = text({ max: 150, pattern: '[A-Za-z_][A-Za-z\\d_]*' });
export const SCHEDULING_EXPRESSION = text({ min: 1, max: 16, pattern: 'rate\\(\\d+ days?\\)' });
/** The model gives it no bounds. */
export const NUM_BATCH_RESULTS = z.number().int();
export const HYPER_PARAMETERS = z
  .record(text({ max: 256 }), text({ max: 1000 }))
  .refine((map) => Object.keys(map).length <= 100, 'Member must have length less than or equal to 100');

const TAG_PATTERN = '([\\p{L}\\p{Z}\\p{N}_.:/=+\\-@]*)';
export const TAGS = z
  .array(
    z.object({
      tagKey: text({ min: 1, max: 128, pattern: TAG_PATTERN }),
      tagValue: text({ min: 0, max: 256, pattern: TAG_PATTERN }),
    }),
  )
  .max(200);

/** Members that every List operation takes. */
export const PAGE = {
  nextToken: text({ max: 1500, pattern: '\\p{ASCII}{0,1500}' }).optional(),
  maxResults: z.number().int().min(1).max(100).optional(),
};
