/** Lists the structures that several topics of the model of Personalize share. */

import {
  COLUMN_NAME,
  DATASET_TYPE,
  KMS_KEY_ARN,
  METRIC_NAME,
  PARAMETER_NAME,
  PARAMETER_VALUE,
  S3_LOCATION,
  TAG_KEY,
} from './scalars';
import { double, list, map, oneOf, structure, text } from './shape';

export const CATEGORICAL_VALUES = list(text({ max: 1000 }), { max: 100 });
export const COLUMN_NAMES_LIST = list(COLUMN_NAME, { max: 50 });
export const HYPER_PARAMETERS = map(PARAMETER_NAME, PARAMETER_VALUE, { max: 100 });
export const METRICS = map(METRIC_NAME, double(), { max: 100 });
export const RANKING_INFLUENCE = map(oneOf('POPULARITY', 'FRESHNESS'), double({ min: 0, max: 1 }));
export const S3_DATA_CONFIG = structure({ path: S3_LOCATION, kmsKeyArn: KMS_KEY_ARN }, 'path');
export const TAG = structure(
  {
    tagKey: TAG_KEY,
    tagValue: text({ min: 0, max: 256, pattern: '^([\\p{L}\\p{Z}\\p{N}_.:/=+\\-@]*)$', sensitive: true }),
  },
  'tagKey',
  'tagValue',
);
export const TAGS = list(TAG, { min: 0, max: 200 });
export const TRAINING_DATA_CONFIG = structure({
  excludedDatasetColumns: map(DATASET_TYPE, COLUMN_NAMES_LIST, { max: 3 }),
  includedDatasetColumns: map(DATASET_TYPE, COLUMN_NAMES_LIST, { max: 3 }),
});
