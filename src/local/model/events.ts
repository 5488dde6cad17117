/** Models the operations of Personalize Events (version 2018-03-22), which take data one by one. */
import { operation } from './operation';
import { FLOAT, list, sensitive, structure, TIMESTAMP, text } from './shape';

const STRING_TYPE = text({ min: 1, max: 256 });
const ACTION = structure(
  { actionId: STRING_TYPE, properties: text({ min: 1, max: 32_000, sensitive: true }) },
  'actionId',
);
const ACTION_ID = text({ min: 1, max: 256, sensitive: true });
const USER_ID = text({ min: 1, max: 256, sensitive: true });
const RECOMMENDATION_ID = text({ min: 1, max: 40 });
const ACTION_INTERACTION = structure(
  {
    actionId: ACTION_ID,
    userId: USER_ID,
    sessionId: STRING_TYPE,
    timestamp: TIMESTAMP,
    eventType: STRING_TYPE,
    eventId: STRING_TYPE,
    recommendationId: RECOMMENDATION_ID,
    impression: list(ACTION_ID, { min: 1, max: 25 }),
    properties: text({ min: 1, max: 1024, sensitive: true }),
  },
  'actionId',
  'sessionId',
  'timestamp',
  'eventType',
);
const ARN = text({ max: 256, pattern: 'arn:([a-z\\d-]+):personalize:.*:.*:.+' });
const ITEM_ID = text({ min: 1, max: 256, sensitive: true });
const METRIC_ATTRIBUTION = structure(
  { eventAttributionSource: text({ max: 1024, pattern: '^[\\x20-\\x7E]*[\\x21-\\x7E]+[\\x20-\\x7E]*$' }) },
  'eventAttributionSource',
);
const EVENT = sensitive(
  structure(
    {
      eventId: STRING_TYPE,
      eventType: STRING_TYPE,
      eventValue: FLOAT,
      itemId: ITEM_ID,
      properties: text({ min: 1, max: 1024, sensitive: true }),
      sentAt: TIMESTAMP,
      recommendationId: RECOMMENDATION_ID,
      impression: list(ITEM_ID, { min: 1, max: 25 }),
      metricAttribution: METRIC_ATTRIBUTION,
    },
    'eventType',
    'sentAt',
  ),
);
const ITEM = structure({ itemId: STRING_TYPE, properties: text({ min: 1, max: 32_000, sensitive: true }) }, 'itemId');
const USER = structure({ userId: STRING_TYPE, properties: text({ min: 1, max: 24_000, sensitive: true }) }, 'userId');

/** Holds the operations on personalize-events. */
export const EVENTS_OPERATIONS = {
  PutActionInteractions: operation(
    structure(
      { trackingId: STRING_TYPE, actionInteractions: list(ACTION_INTERACTION, { min: 1, max: 10 }) },
      'trackingId',
      'actionInteractions',
    ),
    null,
    { errors: ['InvalidInput', 'ResourceNotFound', 'ResourceInUse'], path: '/action-interactions' },
  ),
  PutActions: operation(
    structure({ datasetArn: ARN, actions: list(ACTION, { min: 1, max: 10 }) }, 'datasetArn', 'actions'),
    null,
    { errors: ['InvalidInput', 'ResourceNotFound', 'ResourceInUse'], path: '/actions' },
  ),
  PutEvents: operation(
    structure(
      { trackingId: STRING_TYPE, userId: USER_ID, sessionId: STRING_TYPE, eventList: list(EVENT, { min: 1, max: 10 }) },
      'trackingId',
      'sessionId',
      'eventList',
    ),
    null,
    { errors: ['InvalidInput'], path: '/events' },
  ),
  PutItems: operation(
    structure({ datasetArn: ARN, items: list(ITEM, { min: 1, max: 10 }) }, 'datasetArn', 'items'),
    null,
    { errors: ['InvalidInput', 'ResourceNotFound', 'ResourceInUse'], path: '/items' },
  ),
  PutUsers: operation(
    structure({ datasetArn: ARN, users: list(USER, { min: 1, max: 10 }) }, 'datasetArn', 'users'),
    null,
    { errors: ['InvalidInput', 'ResourceNotFound', 'ResourceInUse'], path: '/users' },
  ),
} as const;
