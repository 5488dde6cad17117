/** Models the operations on jobs that import, export and delete data. */
import { operation } from './operation';
import { ARN, FAILURE_REASON, MAX_RESULTS, NAME, NEXT_TOKEN, ROLE_ARN, S3_LOCATION, STATUS } from './scalars';
import { BOOLEAN, integer, list, oneOf, structure, TIMESTAMP } from './shape';
import { S3_DATA_CONFIG, TAGS } from './structures';

const DATA_SOURCE = structure({ dataLocation: S3_LOCATION });
const DATA_DELETION_JOB = structure({
  jobName: NAME,
  dataDeletionJobArn: ARN,
  datasetGroupArn: ARN,
  dataSource: DATA_SOURCE,
  roleArn: ROLE_ARN,
  status: STATUS,
  numDeleted: integer(),
  creationDateTime: TIMESTAMP,
  lastUpdatedDateTime: TIMESTAMP,
  failureReason: FAILURE_REASON,
});
const DATA_DELETION_JOB_SUMMARY = structure({
  dataDeletionJobArn: ARN,
  datasetGroupArn: ARN,
  jobName: NAME,
  status: STATUS,
  creationDateTime: TIMESTAMP,
  lastUpdatedDateTime: TIMESTAMP,
  failureReason: FAILURE_REASON,
});
const INGESTION_MODE = oneOf('BULK', 'PUT', 'ALL');
const DATASET_EXPORT_JOB_OUTPUT = structure({ s3DataDestination: S3_DATA_CONFIG }, 's3DataDestination');
const DATASET_EXPORT_JOB = structure({
  jobName: NAME,
  datasetExportJobArn: ARN,
  datasetArn: ARN,
  ingestionMode: INGESTION_MODE,
  roleArn: ARN,
  status: STATUS,
  jobOutput: DATASET_EXPORT_JOB_OUTPUT,
  creationDateTime: TIMESTAMP,
  lastUpdatedDateTime: TIMESTAMP,
  failureReason: FAILURE_REASON,
});
const DATASET_EXPORT_JOB_SUMMARY = structure({
  datasetExportJobArn: ARN,
  jobName: NAME,
  status: STATUS,
  creationDateTime: TIMESTAMP,
  lastUpdatedDateTime: TIMESTAMP,
  failureReason: FAILURE_REASON,
});
const IMPORT_MODE = oneOf('FULL', 'INCREMENTAL');
const DATASET_IMPORT_JOB = structure({
  jobName: NAME,
  datasetImportJobArn: ARN,
  datasetArn: ARN,
  dataSource: DATA_SOURCE,
  roleArn: ARN,
  status: STATUS,
  creationDateTime: TIMESTAMP,
  lastUpdatedDateTime: TIMESTAMP,
  failureReason: FAILURE_REASON,
  importMode: IMPORT_MODE,
  publishAttributionMetricsToS3: BOOLEAN,
});
const DATASET_IMPORT_JOB_SUMMARY = structure({
  datasetImportJobArn: ARN,
  jobName: NAME,
  status: STATUS,
  creationDateTime: TIMESTAMP,
  lastUpdatedDateTime: TIMESTAMP,
  failureReason: FAILURE_REASON,
  importMode: IMPORT_MODE,
});

/** Holds the operations on jobs that import, export and delete data. */
export const DATASET_JOB_OPERATIONS = {
  CreateDataDeletionJob: operation(
    structure(
      { jobName: NAME, datasetGroupArn: ARN, dataSource: DATA_SOURCE, roleArn: ROLE_ARN, tags: TAGS },
      'jobName',
      'datasetGroupArn',
      'dataSource',
      'roleArn',
    ),
    structure({ dataDeletionJobArn: ARN }),
    {
      errors: [
        'InvalidInput',
        'ResourceNotFound',
        'ResourceAlreadyExists',
        'LimitExceeded',
        'ResourceInUse',
        'TooManyTags',
      ],
    },
  ),
  CreateDatasetExportJob: operation(
    structure(
      {
        jobName: NAME,
        datasetArn: ARN,
        ingestionMode: INGESTION_MODE,
        roleArn: ROLE_ARN,
        jobOutput: DATASET_EXPORT_JOB_OUTPUT,
        tags: TAGS,
      },
      'jobName',
      'datasetArn',
      'roleArn',
      'jobOutput',
    ),
    structure({ datasetExportJobArn: ARN }),
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
  CreateDatasetImportJob: operation(
    structure(
      {
        jobName: NAME,
        datasetArn: ARN,
        dataSource: DATA_SOURCE,
        roleArn: ROLE_ARN,
        tags: TAGS,
        importMode: IMPORT_MODE,
        publishAttributionMetricsToS3: BOOLEAN,
      },
      'jobName',
      'datasetArn',
      'dataSource',
    ),
    structure({ datasetImportJobArn: ARN }),
    {
      errors: [
        'InvalidInput',
        'ResourceNotFound',
        'ResourceAlreadyExists',
        'LimitExceeded',
        'ResourceInUse',
        'TooManyTags',
      ],
    },
  ),
  DescribeDataDeletionJob: operation(
    structure({ dataDeletionJobArn: ARN }, 'dataDeletionJobArn'),
    structure({ dataDeletionJob: DATA_DELETION_JOB }),
    { errors: ['InvalidInput', 'ResourceNotFound'], idempotent: true },
  ),
  DescribeDatasetExportJob: operation(
    structure({ datasetExportJobArn: ARN }, 'datasetExportJobArn'),
    structure({ datasetExportJob: DATASET_EXPORT_JOB }),
    { errors: ['InvalidInput', 'ResourceNotFound'], idempotent: true },
  ),
  DescribeDatasetImportJob: operation(
    structure({ datasetImportJobArn: ARN }, 'datasetImportJobArn'),
    structure({ datasetImportJob: DATASET_IMPORT_JOB }),
    { errors: ['InvalidInput', 'ResourceNotFound'], idempotent: true },
  ),
  ListDataDeletionJobs: operation(
    structure({ datasetGroupArn: ARN, nextToken: NEXT_TOKEN, maxResults: MAX_RESULTS }),
    structure({ dataDeletionJobs: list(DATA_DELETION_JOB_SUMMARY, { max: 100 }), nextToken: NEXT_TOKEN }),
    { errors: ['InvalidInput', 'InvalidNextToken'], idempotent: true },
  ),
  ListDatasetExportJobs: operation(
    structure({ datasetArn: ARN, nextToken: NEXT_TOKEN, maxResults: MAX_RESULTS }),
    structure({ datasetExportJobs: list(DATASET_EXPORT_JOB_SUMMARY, { max: 100 }), nextToken: NEXT_TOKEN }),
    { errors: ['InvalidInput', 'InvalidNextToken'], idempotent: true },
  ),
  ListDatasetImportJobs: operation(
    structure({ datasetArn: ARN, nextToken: NEXT_TOKEN, maxResults: MAX_RESULTS }),
    structure({ datasetImportJobs: list(DATASET_IMPORT_JOB_SUMMARY, { max: 100 }), nextToken: NEXT_TOKEN }),
    { errors: ['InvalidInput', 'InvalidNextToken'], idempotent: true },
  ),
} as const;
