/** Lists what solutions and their versions are configured by. */

import {
  ARN,
  CONTINUOUS_MAX_VALUE,
  CONTINUOUS_MIN_VALUE,
  EVENT_TYPE,
  FAILURE_REASON,
  INTEGER_MAX_VALUE,
  INTEGER_MIN_VALUE,
  METRIC_NAME,
  PARAMETER_NAME,
  PARAMETER_VALUE,
  STATUS,
} from './scalars';
import { double, list, map, oneOf, structure, TIMESTAMP, text } from './shape';
import { CATEGORICAL_VALUES, HYPER_PARAMETERS, TRAINING_DATA_CONFIG } from './structures';

export const AUTO_ML_CONFIG = structure({ metricName: METRIC_NAME, recipeList: list(ARN, { max: 100 }) });
export const AUTO_TRAINING_CONFIG = structure({
  schedulingExpression: text({ min: 1, max: 16, pattern: 'rate\\(\\d+ days?\\)' }),
});
export const CATEGORICAL_HYPER_PARAMETER_RANGE = structure({ name: PARAMETER_NAME, values: CATEGORICAL_VALUES });
export const CONTINUOUS_HYPER_PARAMETER_RANGE = structure({
  name: PARAMETER_NAME,
  minValue: CONTINUOUS_MIN_VALUE,
  maxValue: CONTINUOUS_MAX_VALUE,
});
export const EVENT_PARAMETERS = structure({
  eventType: EVENT_TYPE,
  eventValueThreshold: double(),
  weight: double({ min: 0, max: 1 }),
});
export const EVENTS_CONFIG = structure({ eventParametersList: list(EVENT_PARAMETERS, { max: 10 }) });
export const HPO_OBJECTIVE = structure({
  type: text({ max: 256 }),
  metricName: METRIC_NAME,
  metricRegex: text({ max: 256 }),
});
export const HPO_RESOURCE = text({ max: 256 });
export const HPO_RESOURCE_CONFIG = structure({
  maxNumberOfTrainingJobs: HPO_RESOURCE,
  maxParallelTrainingJobs: HPO_RESOURCE,
});
export const INTEGER_HYPER_PARAMETER_RANGE = structure({
  name: PARAMETER_NAME,
  minValue: INTEGER_MIN_VALUE,
  maxValue: INTEGER_MAX_VALUE,
});
export const HYPER_PARAMETER_RANGES = structure({
  integerHyperParameterRanges: list(INTEGER_HYPER_PARAMETER_RANGE, { max: 100 }),
  continuousHyperParameterRanges: list(CONTINUOUS_HYPER_PARAMETER_RANGE, { max: 100 }),
  categoricalHyperParameterRanges: list(CATEGORICAL_HYPER_PARAMETER_RANGE, { max: 100 }),
});
export const HPO_CONFIG = structure({
  hpoObjective: HPO_OBJECTIVE,
  hpoResourceConfig: HPO_RESOURCE_CONFIG,
  algorithmHyperParameterRanges: HYPER_PARAMETER_RANGES,
});
export const OPTIMIZATION_OBJECTIVE = structure({
  itemAttribute: text({ min: 1, max: 150 }),
  objectiveSensitivity: oneOf('LOW', 'MEDIUM', 'HIGH', 'OFF'),
});
export const SOLUTION_CONFIG = structure({
  eventValueThreshold: text({ max: 256 }),
  hpoConfig: HPO_CONFIG,
  algorithmHyperParameters: HYPER_PARAMETERS,
  featureTransformationParameters: map(PARAMETER_NAME, PARAMETER_VALUE, { max: 100 }),
  autoMLConfig: AUTO_ML_CONFIG,
  eventsConfig: EVENTS_CONFIG,
  optimizationObjective: OPTIMIZATION_OBJECTIVE,
  trainingDataConfig: TRAINING_DATA_CONFIG,
  autoTrainingConfig: AUTO_TRAINING_CONFIG,
});
export const TRAINING_MODE = oneOf('FULL', 'UPDATE', 'AUTOTRAIN');
export const TRAINING_TYPE = oneOf('AUTOMATIC', 'MANUAL');
export const SOLUTION_VERSION_SUMMARY = structure({
  solutionVersionArn: ARN,
  status: STATUS,
  trainingMode: TRAINING_MODE,
  trainingType: TRAINING_TYPE,
  creationDateTime: TIMESTAMP,
  lastUpdatedDateTime: TIMESTAMP,
  failureReason: FAILURE_REASON,
});
