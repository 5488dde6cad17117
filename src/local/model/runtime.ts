/** Models the operations of Personalize Runtime (version 2018-05-22), which answer in real time. */
import { operation } from './operation';
import { double, integer, list, map, structure, text } from './shape';

const ARN = text({ max: 256, pattern: 'arn:([a-z\\d-]+):personalize:.*:.*:.+' });
const COLUMN_NAME = text({ max: 150 });
const CONTEXT = map(text({ max: 150, pattern: '[A-Za-z\\d_]+' }), text({ max: 1000, sensitive: true }), { max: 150 });
const FILTER_VALUES = map(text({ max: 50, pattern: '[A-Za-z0-9_]+' }), text({ max: 1000, sensitive: true }), {
  max: 25,
});
const ITEM_ID = text({ max: 256 });
const SCORE = double();
const NAME = text({ min: 1, max: 63, pattern: '^[a-zA-Z0-9][a-zA-Z0-9\\-_]*' });
const PREDICTED_ITEM = structure({
  itemId: ITEM_ID,
  score: SCORE,
  promotionName: NAME,
  metadata: map(COLUMN_NAME, text({ max: 20_000 }), { sensitive: true }),
  reason: list(text({ max: 256 })),
});
const ITEM_LIST = list(PREDICTED_ITEM);
const METADATA_COLUMNS = map(text({ max: 256 }), list(COLUMN_NAME, { max: 99 }), { max: 1 });
const NUM_RESULTS = integer({ min: 0 });
const PREDICTED_ACTION = structure({ actionId: text({ max: 256 }), score: SCORE });
const PROMOTION = structure({
  name: NAME,
  percentPromotedItems: integer({ min: 1, max: 100 }),
  filterArn: ARN,
  filterValues: FILTER_VALUES,
});
const RECOMMENDATION_ID = text();
const USER_ID = text({ max: 256 });

/** Holds the operations on personalize-runtime. */
export const RUNTIME_OPERATIONS = {
  GetActionRecommendations: operation(
    structure({
      campaignArn: ARN,
      userId: USER_ID,
      numResults: NUM_RESULTS,
      filterArn: ARN,
      filterValues: FILTER_VALUES,
    }),
    structure({ actionList: list(PREDICTED_ACTION), recommendationId: RECOMMENDATION_ID }),
    { errors: ['InvalidInput', 'ResourceNotFound'], idempotent: true, path: '/action-recommendations' },
  ),
  GetPersonalizedRanking: operation(
    structure(
      {
        campaignArn: ARN,
        inputList: list(ITEM_ID),
        userId: USER_ID,
        context: CONTEXT,
        filterArn: ARN,
        filterValues: FILTER_VALUES,
        metadataColumns: METADATA_COLUMNS,
      },
      'campaignArn',
      'inputList',
      'userId',
    ),
    structure({ personalizedRanking: ITEM_LIST, recommendationId: RECOMMENDATION_ID }),
    { errors: ['InvalidInput', 'ResourceNotFound'], idempotent: true, path: '/personalize-ranking' },
  ),
  GetRecommendations: operation(
    structure({
      campaignArn: ARN,
      itemId: ITEM_ID,
      userId: USER_ID,
      numResults: NUM_RESULTS,
      context: CONTEXT,
      filterArn: ARN,
      filterValues: FILTER_VALUES,
      recommenderArn: ARN,
      promotions: list(PROMOTION, { max: 1 }),
      metadataColumns: METADATA_COLUMNS,
    }),
    structure({ itemList: ITEM_LIST, recommendationId: RECOMMENDATION_ID }),
    { errors: ['InvalidInput', 'ResourceNotFound'], idempotent: true, path: '/recommendations' },
  ),
} as const;
