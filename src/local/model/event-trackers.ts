/** Models the operations on event trackers and metric attributions. */
import { operation } from './operation';
import {
  ARN,
  EVENT_TYPE,
  FAILURE_REASON,
  MAX_RESULTS,
  METRIC_NAME,
  NAME,
  NEXT_TOKEN,
  ROLE_ARN,
  STATUS,
  TRACKING_ID,
} from './scalars';
import { list, structure, TIMESTAMP, text } from './shape';
import { S3_DATA_CONFIG, TAGS } from './structures';

const EVENT_TRACKER = structure({
  name: NAME,
  eventTrackerArn: ARN,
  accountId: text({ max: 256 }),
  trackingId: TRACKING_ID,
  datasetGroupArn: ARN,
  status: STATUS,
  creationDateTime: TIMESTAMP,
  lastUpdatedDateTime: TIMESTAMP,
});
const EVENT_TRACKER_SUMMARY = structure({
  name: NAME,
  eventTrackerArn: ARN,
  status: STATUS,
  creationDateTime: TIMESTAMP,
  lastUpdatedDateTime: TIMESTAMP,
});
const METRIC_ATTRIBUTE = structure(
  { eventType: EVENT_TYPE, metricName: METRIC_NAME, expression: text({ max: 256 }) },
  'eventType',
  'metricName',
  'expression',
);
const METRIC_ATTRIBUTES = list(METRIC_ATTRIBUTE, { max: 10 });
const METRIC_ATTRIBUTION_OUTPUT = structure({ s3DataDestination: S3_DATA_CONFIG, roleArn: ROLE_ARN }, 'roleArn');
const METRIC_ATTRIBUTION = structure({
  name: NAME,
  metricAttributionArn: ARN,
  datasetGroupArn: ARN,
  metricsOutputConfig: METRIC_ATTRIBUTION_OUTPUT,
  status: STATUS,
  creationDateTime: TIMESTAMP,
  lastUpdatedDateTime: TIMESTAMP,
  failureReason: FAILURE_REASON,
});
const METRIC_ATTRIBUTION_SUMMARY = structure({
  name: NAME,
  metricAttributionArn: ARN,
  status: STATUS,
  creationDateTime: TIMESTAMP,
  lastUpdatedDateTime: TIMESTAMP,
  failureReason: FAILURE_REASON,
});

/** Holds the operations on event trackers and metric attributions. */
export const TRACKER_OPERATIONS = {
  CreateEventTracker: operation(
    structure({ name: NAME, datasetGroupArn: ARN, tags: TAGS }, 'name', 'datasetGroupArn'),
    structure({ eventTrackerArn: ARN, trackingId: TRACKING_ID }),
    {
      errors: [
        'InvalidInput',
        'ResourceAlreadyExists',
        'ResourceNotFound',
        'LimitExceeded',
        'ResourceInUse',
        'TooManyTags',
      ],
      idempotent: true,
    },
  ),
  CreateMetricAttribution: operation(
    structure(
      { name: NAME, datasetGroupArn: ARN, metrics: METRIC_ATTRIBUTES, metricsOutputConfig: METRIC_ATTRIBUTION_OUTPUT },
      'name',
      'datasetGroupArn',
      'metrics',
      'metricsOutputConfig',
    ),
    structure({ metricAttributionArn: ARN }),
    { errors: ['InvalidInput', 'ResourceNotFound', 'ResourceAlreadyExists', 'ResourceInUse', 'LimitExceeded'] },
  ),
  DeleteEventTracker: operation(structure({ eventTrackerArn: ARN }, 'eventTrackerArn'), null, {
    errors: ['InvalidInput', 'ResourceNotFound', 'ResourceInUse'],
    idempotent: true,
  }),
  DeleteMetricAttribution: operation(structure({ metricAttributionArn: ARN }, 'metricAttributionArn'), null, {
    errors: ['InvalidInput', 'ResourceNotFound', 'ResourceInUse'],
    idempotent: true,
  }),
  DescribeEventTracker: operation(
    structure({ eventTrackerArn: ARN }, 'eventTrackerArn'),
    structure({ eventTracker: EVENT_TRACKER }),
    { errors: ['InvalidInput', 'ResourceNotFound'], idempotent: true },
  ),
  DescribeMetricAttribution: operation(
    structure({ metricAttributionArn: ARN }, 'metricAttributionArn'),
    structure({ metricAttribution: METRIC_ATTRIBUTION }),
    { errors: ['InvalidInput', 'ResourceNotFound'] },
  ),
  ListEventTrackers: operation(
    structure({ datasetGroupArn: ARN, nextToken: NEXT_TOKEN, maxResults: MAX_RESULTS }),
    structure({ eventTrackers: list(EVENT_TRACKER_SUMMARY, { max: 100 }), nextToken: NEXT_TOKEN }),
    { errors: ['InvalidInput', 'InvalidNextToken'], idempotent: true },
  ),
  ListMetricAttributionMetrics: operation(
    structure({ metricAttributionArn: ARN, nextToken: NEXT_TOKEN, maxResults: MAX_RESULTS }),
    structure({ metrics: METRIC_ATTRIBUTES, nextToken: NEXT_TOKEN }),
    { errors: ['InvalidInput', 'InvalidNextToken'], idempotent: true },
  ),
  ListMetricAttributions: operation(
    structure({ datasetGroupArn: ARN, nextToken: NEXT_TOKEN, maxResults: MAX_RESULTS }),
    structure({ metricAttributions: list(METRIC_ATTRIBUTION_SUMMARY, { max: 100 }), nextToken: NEXT_TOKEN }),
    { errors: ['InvalidInput', 'InvalidNextToken'], idempotent: true },
  ),
  UpdateMetricAttribution: operation(
    structure({
      addMetrics: METRIC_ATTRIBUTES,
      removeMetrics: list(METRIC_NAME, { max: 10 }),
      metricsOutputConfig: METRIC_ATTRIBUTION_OUTPUT,
      metricAttributionArn: ARN,
    }),
    structure({ metricAttributionArn: ARN }),
    { errors: ['InvalidInput', 'ResourceNotFound', 'ResourceInUse', 'ResourceAlreadyExists'] },
  ),
} as const;
