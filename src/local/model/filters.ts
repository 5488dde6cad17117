/** Models the operations on filters. */
import { operation } from './operation';
import { ARN, FAILURE_REASON, MAX_RESULTS, NAME, NEXT_TOKEN, STATUS } from './scalars';
import { list, structure, TIMESTAMP, text } from './shape';
import { TAGS } from './structures';

const FILTER_EXPRESSION = text({ min: 1, max: 2500, sensitive: true });
const FILTER = structure({
  name: NAME,
  filterArn: ARN,
  creationDateTime: TIMESTAMP,
  lastUpdatedDateTime: TIMESTAMP,
  datasetGroupArn: ARN,
  failureReason: FAILURE_REASON,
  filterExpression: FILTER_EXPRESSION,
  status: STATUS,
});
const FILTER_SUMMARY = structure({
  name: NAME,
  filterArn: ARN,
  creationDateTime: TIMESTAMP,
  lastUpdatedDateTime: TIMESTAMP,
  datasetGroupArn: ARN,
  failureReason: FAILURE_REASON,
  status: STATUS,
});

/** Holds the operations on filters. */
export const FILTER_OPERATIONS = {
  CreateFilter: operation(
    structure(
      { name: NAME, datasetGroupArn: ARN, filterExpression: FILTER_EXPRESSION, tags: TAGS },
      'name',
      'datasetGroupArn',
      'filterExpression',
    ),
    structure({ filterArn: ARN }),
    { errors: ['InvalidInput', 'ResourceAlreadyExists', 'ResourceNotFound', 'LimitExceeded', 'TooManyTags'] },
  ),
  DeleteFilter: operation(structure({ filterArn: ARN }, 'filterArn'), null, {
    errors: ['InvalidInput', 'ResourceNotFound', 'ResourceInUse'],
  }),
  DescribeFilter: operation(structure({ filterArn: ARN }, 'filterArn'), structure({ filter: FILTER }), {
    errors: ['InvalidInput', 'ResourceNotFound'],
    idempotent: true,
  }),
  ListFilters: operation(
    structure({ datasetGroupArn: ARN, nextToken: NEXT_TOKEN, maxResults: MAX_RESULTS }),
    structure({ Filters: list(FILTER_SUMMARY, { max: 100 }), nextToken: NEXT_TOKEN }),
    { errors: ['InvalidInput', 'InvalidNextToken'], idempotent: true },
  ),
} as const;
