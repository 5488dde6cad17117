/** Lists the plain types that several topics of the model of Personalize share (version 2018-05-22). */
import { double, integer, oneOf, text } from './shape';

export const ARN = text({ max: 256, pattern: 'arn:([a-z\\d-]+):personalize:.*:.*:.+' });
export const COLUMN_NAME = text({ max: 150, pattern: '[A-Za-z_][A-Za-z\\d_]*' });
export const CONTINUOUS_MAX_VALUE = double({ min: -1_000_000 });
export const CONTINUOUS_MIN_VALUE = double({ min: -1_000_000 });
export const DATASET_TYPE = text({ max: 256, pattern: '^[A-Za-z_]+$' });
export const DOMAIN = oneOf('ECOMMERCE', 'VIDEO_ON_DEMAND');
export const EVENT_TYPE = text({ max: 256 });
export const FAILURE_REASON = text();
export const INTEGER_MAX_VALUE = integer({ max: 1_000_000 });
export const INTEGER_MIN_VALUE = integer({ min: -1_000_000 });
export const KMS_KEY_ARN = text({ max: 2048, pattern: 'arn:aws.*:kms:.*:[0-9]{12}:key/.*' });
export const MAX_RESULTS = integer({ min: 1, max: 100 });
export const METRIC_NAME = text({ max: 256 });
export const NAME = text({ min: 1, max: 63, pattern: '^[a-zA-Z0-9][a-zA-Z0-9\\-_]*' });
export const NEXT_TOKEN = text({ max: 1500, pattern: '\\p{ASCII}{0,1500}' });
export const PARAMETER_NAME = text({ max: 256 });
export const PARAMETER_VALUE = text({ max: 1000 });
export const ROLE_ARN = text({ max: 256, pattern: 'arn:([a-z\\d-]+):iam::\\d{12}:role/?[a-zA-Z_0-9+=,.@\\-_/]+' });
export const S3_LOCATION = text({ max: 256, pattern: '(s3|http|https)://.+' });
export const STATUS = text({ max: 256 });
export const TAG_KEY = text({ min: 1, max: 128, pattern: '^([\\p{L}\\p{Z}\\p{N}_.:/=+\\-@]*)$', sensitive: true });
export const TRACKING_ID = text({ max: 256 });
export const TRANSACTIONS_PER_SECOND = integer({ min: 1 });
