/** Models the operations on solutions. */
import { operation } from './operation';
import { ARN, EVENT_TYPE, FAILURE_REASON, MAX_RESULTS, NAME, NEXT_TOKEN, STATUS } from './scalars';
import { BOOLEAN, list, structure, TIMESTAMP } from './shape';
import { AUTO_TRAINING_CONFIG, EVENTS_CONFIG, SOLUTION_CONFIG, SOLUTION_VERSION_SUMMARY } from './solution-config';
import { TAGS } from './structures';

const AUTO_ML_RESULT = structure({ bestRecipeArn: ARN });
const SOLUTION_UPDATE_CONFIG = structure({ autoTrainingConfig: AUTO_TRAINING_CONFIG, eventsConfig: EVENTS_CONFIG });
const SOLUTION_UPDATE_SUMMARY = structure({
  solutionUpdateConfig: SOLUTION_UPDATE_CONFIG,
  status: STATUS,
  performAutoTraining: BOOLEAN,
  performIncrementalUpdate: BOOLEAN,
  creationDateTime: TIMESTAMP,
  lastUpdatedDateTime: TIMESTAMP,
  failureReason: FAILURE_REASON,
});
const SOLUTION = structure({
  name: NAME,
  solutionArn: ARN,
  performHPO: BOOLEAN,
  performAutoML: BOOLEAN,
  performAutoTraining: BOOLEAN,
  performIncrementalUpdate: BOOLEAN,
  recipeArn: ARN,
  datasetGroupArn: ARN,
  eventType: EVENT_TYPE,
  solutionConfig: SOLUTION_CONFIG,
  autoMLResult: AUTO_ML_RESULT,
  status: STATUS,
  creationDateTime: TIMESTAMP,
  lastUpdatedDateTime: TIMESTAMP,
  latestSolutionVersion: SOLUTION_VERSION_SUMMARY,
  latestSolutionUpdate: SOLUTION_UPDATE_SUMMARY,
});
const SOLUTION_SUMMARY = structure({
  name: NAME,
  solutionArn: ARN,
  status: STATUS,
  creationDateTime: TIMESTAMP,
  lastUpdatedDateTime: TIMESTAMP,
  recipeArn: ARN,
});

/** Holds the operations on solutions. */
export const SOLUTION_OPERATIONS = {
  CreateSolution: operation(
    structure(
      {
        name: NAME,
        performHPO: BOOLEAN,
        performAutoML: BOOLEAN,
        performAutoTraining: BOOLEAN,
        performIncrementalUpdate: BOOLEAN,
        recipeArn: ARN,
        datasetGroupArn: ARN,
        eventType: EVENT_TYPE,
        solutionConfig: SOLUTION_CONFIG,
        tags: TAGS,
      },
      'name',
      'datasetGroupArn',
    ),
    structure({ solutionArn: ARN }),
    {
      errors: [
        'InvalidInput',
        'ResourceAlreadyExists',
        'ResourceNotFound',
        'LimitExceeded',
        'ResourceInUse',
        'TooManyTags',
      ],
    },
  ),
  DeleteSolution: operation(structure({ solutionArn: ARN }, 'solutionArn'), null, {
    errors: ['InvalidInput', 'ResourceNotFound', 'ResourceInUse'],
    idempotent: true,
  }),
  DescribeSolution: operation(structure({ solutionArn: ARN }, 'solutionArn'), structure({ solution: SOLUTION }), {
    errors: ['InvalidInput', 'ResourceNotFound'],
    idempotent: true,
  }),
  ListSolutions: operation(
    structure({ datasetGroupArn: ARN, nextToken: NEXT_TOKEN, maxResults: MAX_RESULTS }),
    structure({ solutions: list(SOLUTION_SUMMARY, { max: 100 }), nextToken: NEXT_TOKEN }),
    { errors: ['InvalidInput', 'InvalidNextToken'], idempotent: true },
  ),
  UpdateSolution: operation(
    structure(
      {
        solutionArn: ARN,
        performAutoTraining: BOOLEAN,
        performIncrementalUpdate: BOOLEAN,
        solutionUpdateConfig: SOLUTION_UPDATE_CONFIG,
      },
      'solutionArn',
    ),
    structure({ solutionArn: ARN }),
    { errors: ['InvalidInput', 'ResourceNotFound', 'ResourceInUse', 'LimitExceeded'] },
  ),
} as const;
