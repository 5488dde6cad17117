/** Models the operations on schemas, dataset groups and datasets. */
import { operation } from './operation';
import {
  ARN,
  DATASET_TYPE,
  DOMAIN,
  FAILURE_REASON,
  KMS_KEY_ARN,
  MAX_RESULTS,
  NAME,
  NEXT_TOKEN,
  ROLE_ARN,
  STATUS,
  TRACKING_ID,
} from './scalars';
import { list, structure, TIMESTAMP, text } from './shape';
import { TAGS } from './structures';

const AVRO_SCHEMA = text({ max: 20_000 });
const DATASET_UPDATE_SUMMARY = structure({
  schemaArn: ARN,
  status: STATUS,
  failureReason: FAILURE_REASON,
  creationDateTime: TIMESTAMP,
  lastUpdatedDateTime: TIMESTAMP,
});
const DATASET = structure({
  name: NAME,
  datasetArn: ARN,
  datasetGroupArn: ARN,
  datasetType: DATASET_TYPE,
  schemaArn: ARN,
  status: STATUS,
  creationDateTime: TIMESTAMP,
  lastUpdatedDateTime: TIMESTAMP,
  latestDatasetUpdate: DATASET_UPDATE_SUMMARY,
  trackingId: TRACKING_ID,
});
const DATASET_GROUP = structure({
  name: NAME,
  datasetGroupArn: ARN,
  status: STATUS,
  roleArn: ROLE_ARN,
  kmsKeyArn: KMS_KEY_ARN,
  creationDateTime: TIMESTAMP,
  lastUpdatedDateTime: TIMESTAMP,
  failureReason: FAILURE_REASON,
  domain: DOMAIN,
});
const DATASET_GROUP_SUMMARY = structure({
  name: NAME,
  datasetGroupArn: ARN,
  status: STATUS,
  creationDateTime: TIMESTAMP,
  lastUpdatedDateTime: TIMESTAMP,
  failureReason: FAILURE_REASON,
  domain: DOMAIN,
});
const DATASET_SCHEMA = structure({
  name: NAME,
  schemaArn: ARN,
  schema: AVRO_SCHEMA,
  creationDateTime: TIMESTAMP,
  lastUpdatedDateTime: TIMESTAMP,
  domain: DOMAIN,
});
const DATASET_SCHEMA_SUMMARY = structure({
  name: NAME,
  schemaArn: ARN,
  creationDateTime: TIMESTAMP,
  lastUpdatedDateTime: TIMESTAMP,
  domain: DOMAIN,
});
const DATASET_SUMMARY = structure({
  name: NAME,
  datasetArn: ARN,
  datasetType: DATASET_TYPE,
  status: STATUS,
  creationDateTime: TIMESTAMP,
  lastUpdatedDateTime: TIMESTAMP,
});

/** Holds the operations on schemas, dataset groups and datasets. */
export const DATASET_OPERATIONS = {
  CreateDataset: operation(
    structure(
      { name: NAME, schemaArn: ARN, datasetGroupArn: ARN, datasetType: DATASET_TYPE, tags: TAGS },
      'name',
      'schemaArn',
      'datasetGroupArn',
      'datasetType',
    ),
    structure({ datasetArn: ARN }),
    {
      errors: [
        'InvalidInput',
        'ResourceNotFound',
        'ResourceAlreadyExists',
        'LimitExceeded',
        'ResourceInUse',
        'TooManyTags',
      ],
      idempotent: true,
    },
  ),
  CreateDatasetGroup: operation(
    structure({ name: NAME, roleArn: ROLE_ARN, kmsKeyArn: KMS_KEY_ARN, domain: DOMAIN, tags: TAGS }, 'name'),
    structure({ datasetGroupArn: ARN, domain: DOMAIN }),
    { errors: ['InvalidInput', 'ResourceAlreadyExists', 'LimitExceeded', 'TooManyTags'] },
  ),
  CreateSchema: operation(
    structure({ name: NAME, schema: AVRO_SCHEMA, domain: DOMAIN }, 'name', 'schema'),
    structure({ schemaArn: ARN }),
    { errors: ['InvalidInput', 'ResourceAlreadyExists', 'LimitExceeded'], idempotent: true },
  ),
  DeleteDataset: operation(structure({ datasetArn: ARN }, 'datasetArn'), null, {
    errors: ['InvalidInput', 'ResourceNotFound', 'ResourceInUse'],
    idempotent: true,
  }),
  DeleteDatasetGroup: operation(structure({ datasetGroupArn: ARN }, 'datasetGroupArn'), null, {
    errors: ['InvalidInput', 'ResourceNotFound', 'ResourceInUse'],
    idempotent: true,
  }),
  DeleteSchema: operation(structure({ schemaArn: ARN }, 'schemaArn'), null, {
    errors: ['InvalidInput', 'ResourceNotFound', 'ResourceInUse'],
    idempotent: true,
  }),
  DescribeDataset: operation(structure({ datasetArn: ARN }, 'datasetArn'), structure({ dataset: DATASET }), {
    errors: ['InvalidInput', 'ResourceNotFound'],
    idempotent: true,
  }),
  DescribeDatasetGroup: operation(
    structure({ datasetGroupArn: ARN }, 'datasetGroupArn'),
    structure({ datasetGroup: DATASET_GROUP }),
    { errors: ['InvalidInput', 'ResourceNotFound'], idempotent: true },
  ),
  DescribeSchema: operation(structure({ schemaArn: ARN }, 'schemaArn'), structure({ schema: DATASET_SCHEMA }), {
    errors: ['InvalidInput', 'ResourceNotFound'],
    idempotent: true,
  }),
  ListDatasetGroups: operation(
    structure({ nextToken: NEXT_TOKEN, maxResults: MAX_RESULTS }),
    structure({ datasetGroups: list(DATASET_GROUP_SUMMARY, { max: 100 }), nextToken: NEXT_TOKEN }),
    { errors: ['InvalidNextToken'], idempotent: true },
  ),
  ListDatasets: operation(
    structure({ datasetGroupArn: ARN, nextToken: NEXT_TOKEN, maxResults: MAX_RESULTS }),
    structure({ datasets: list(DATASET_SUMMARY, { max: 100 }), nextToken: NEXT_TOKEN }),
    { errors: ['InvalidInput', 'InvalidNextToken'], idempotent: true },
  ),
  ListSchemas: operation(
    structure({ nextToken: NEXT_TOKEN, maxResults: MAX_RESULTS }),
    structure({ schemas: list(DATASET_SCHEMA_SUMMARY, { max: 100 }), nextToken: NEXT_TOKEN }),
    { errors: ['InvalidNextToken'], idempotent: true },
  ),
  UpdateDataset: operation(
    structure({ datasetArn: ARN, schemaArn: ARN }, 'datasetArn', 'schemaArn'),
    structure({ datasetArn: ARN }),
    { errors: ['InvalidInput', 'ResourceNotFound', 'ResourceInUse'], idempotent: true },
  ),
} as const;
