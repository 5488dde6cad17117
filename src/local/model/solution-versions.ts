/** Models the operations on solution versions and their metrics. */
import { operation } from './operation';
import { ARN, EVENT_TYPE, FAILURE_REASON, MAX_RESULTS, NAME, NEXT_TOKEN, STATUS } from './scalars';
import { BOOLEAN, double, list, structure, TIMESTAMP } from './shape';
import { SOLUTION_CONFIG, SOLUTION_VERSION_SUMMARY, TRAINING_MODE, TRAINING_TYPE } from './solution-config';
import { HYPER_PARAMETERS, METRICS, TAGS } from './structures';

const TUNED_HPO_PARAMS = structure({ algorithmHyperParameters: HYPER_PARAMETERS });
const SOLUTION_VERSION = structure({
  name: NAME,
  solutionVersionArn: ARN,
  solutionArn: ARN,
  performHPO: BOOLEAN,
  performAutoML: BOOLEAN,
  performIncrementalUpdate: BOOLEAN,
  recipeArn: ARN,
  eventType: EVENT_TYPE,
  datasetGroupArn: ARN,
  solutionConfig: SOLUTION_CONFIG,
  trainingHours: double({ min: 0 }),
  trainingMode: TRAINING_MODE,
  tunedHPOParams: TUNED_HPO_PARAMS,
  status: STATUS,
  failureReason: FAILURE_REASON,
  creationDateTime: TIMESTAMP,
  lastUpdatedDateTime: TIMESTAMP,
  trainingType: TRAINING_TYPE,
});

/** Holds the operations on solution versions and their metrics. */
export const SOLUTION_VERSION_OPERATIONS = {
  CreateSolutionVersion: operation(
    structure({ name: NAME, solutionArn: ARN, trainingMode: TRAINING_MODE, tags: TAGS }, 'solutionArn'),
    structure({ solutionVersionArn: ARN }),
    {
      errors: [
        'InvalidInput',
        'ResourceNotFound',
        'LimitExceeded',
        'ResourceInUse',
        'TooManyTags',
        'ResourceAlreadyExists',
      ],
    },
  ),
  DescribeSolutionVersion: operation(
    structure({ solutionVersionArn: ARN }, 'solutionVersionArn'),
    structure({ solutionVersion: SOLUTION_VERSION }),
    { errors: ['InvalidInput', 'ResourceNotFound'], idempotent: true },
  ),
  GetSolutionMetrics: operation(
    structure({ solutionVersionArn: ARN }, 'solutionVersionArn'),
    structure({ solutionVersionArn: ARN, metrics: METRICS }),
    { errors: ['InvalidInput', 'ResourceNotFound', 'ResourceInUse'] },
  ),
  ListSolutionVersions: operation(
    structure({ solutionArn: ARN, nextToken: NEXT_TOKEN, maxResults: MAX_RESULTS }),
    structure({ solutionVersions: list(SOLUTION_VERSION_SUMMARY, { max: 100 }), nextToken: NEXT_TOKEN }),
    { errors: ['InvalidInput', 'ResourceNotFound', 'InvalidNextToken'], idempotent: true },
  ),
  StopSolutionVersionCreation: operation(structure({ solutionVersionArn: ARN }, 'solutionVersionArn'), null, {
    errors: ['InvalidInput', 'ResourceNotFound', 'ResourceInUse'],
    idempotent: true,
  }),
} as const;
