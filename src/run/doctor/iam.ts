/** Says which IAM permission every AWS call of nightjar needs, as data. Source: AWS Service Authorization Reference. */
import { arnsOf, type PermissionSettings, type ResourceKind } from './scope';

/** What a permission is for: runs need the first, the others only who trains, mails by SES, or takes on a role. */
export type Purpose = 'run' | 'train' | 'identity';

/** Gives actions on resources; a grant whose resources the settings don't have is left out. */
export interface Grant {
  readonly sid: string;
  readonly purpose: Purpose;
  readonly actions: readonly string[];
  readonly resources: readonly ResourceKind[];
  readonly condition?: Readonly<Record<string, Readonly<Record<string, string>>>>;
}

/** A statement of an IAM policy, in the order in which people write its members. */
export interface PolicyStatement {
  readonly Sid?: string;
  readonly Effect: 'Allow';
  readonly Principal?: Readonly<Record<string, string>>;
  readonly Action: string | readonly string[];
  readonly Resource?: string | readonly string[];
  readonly Condition?: Readonly<Record<string, Readonly<Record<string, string>>>>;
}

/** A whole policy. */
export interface Policy {
  readonly Version: '2012-10-17';
  readonly Statement: readonly PolicyStatement[];
}

const personalize = (...operations: readonly string[]) => operations.map((operation) => `personalize:${operation}`);

/** Every permission of nightjar's own identity. */
export const GRANTS: readonly Grant[] = [
  { sid: 'NightjarBucket', purpose: 'run', actions: ['s3:ListBucket'], resources: ['bucket', 'picturesBucket'] },
  {
    sid: 'NightjarObjects',
    purpose: 'run',
    actions: ['s3:GetObject', 's3:PutObject', 's3:DeleteObject', 's3:AbortMultipartUpload'],
    resources: ['objects'],
  },
  {
    sid: 'NightjarDestinations',
    purpose: 'run',
    actions: ['s3:PutObject', 's3:AbortMultipartUpload'],
    resources: ['destinations'],
  },
  { sid: 'NightjarPictures', purpose: 'run', actions: ['s3:GetObject'], resources: ['pictures'] },
  {
    sid: 'NightjarKey',
    purpose: 'run',
    actions: ['kms:GenerateDataKey', 'kms:Decrypt'],
    resources: ['key', 'destinationKeys'],
  },
  {
    sid: 'NightjarSolutions',
    purpose: 'run',
    actions: personalize('DescribeSolution', 'DescribeSolutionVersion'),
    resources: ['solutions'],
  },
  { sid: 'NightjarFilters', purpose: 'run', actions: personalize('DescribeFilter'), resources: ['filters'] },
  {
    sid: 'NightjarLists',
    purpose: 'run',
    actions: personalize(
      'ListSolutionVersions',
      'ListFilters',
      'ListBatchInferenceJobs',
      'ListBatchSegmentJobs',
      'ListDatasets',
      'ListDatasetImportJobs',
    ),
    resources: ['all'],
  },
  {
    sid: 'NightjarInference',
    purpose: 'run',
    actions: personalize('CreateBatchInferenceJob', 'DescribeBatchInferenceJob'),
    resources: ['inferenceJobs', 'solutions'],
  },
  {
    sid: 'NightjarSegments',
    purpose: 'run',
    actions: personalize('CreateBatchSegmentJob', 'DescribeBatchSegmentJob'),
    resources: ['segmentJobs', 'solutions'],
  },
  {
    sid: 'NightjarServiceRole',
    purpose: 'run',
    actions: ['iam:PassRole'],
    resources: ['serviceRole'],
    condition: { StringEquals: { 'iam:PassedToService': 'personalize.amazonaws.com' } },
  },
  { sid: 'NightjarMail', purpose: 'run', actions: ['ses:SendEmail', 'ses:SendRawEmail'], resources: ['sender'] },
  { sid: 'NightjarMailAccount', purpose: 'run', actions: ['ses:GetAccount'], resources: ['all'] },
  {
    sid: 'NightjarItemColumns',
    purpose: 'run',
    actions: personalize('DescribeDataset', 'DescribeSchema'),
    resources: ['itemColumns'],
  },
  {
    sid: 'NightjarTraining',
    purpose: 'train',
    actions: personalize(
      'CreateSchema',
      'CreateDatasetGroup',
      'DescribeDatasetGroup',
      'CreateDataset',
      'UpdateDataset',
      'CreateDatasetImportJob',
      'DescribeDatasetImportJob',
      'CreateSolution',
      'CreateSolutionVersion',
      'GetSolutionMetrics',
    ),
    resources: ['trainingData', 'trainedSolutions'],
  },
  { sid: 'NightjarMakeFilters', purpose: 'train', actions: personalize('CreateFilter'), resources: ['filters'] },
  { sid: 'NightjarMakeBucket', purpose: 'train', actions: ['s3:CreateBucket'], resources: ['bucket'] },
  { sid: 'NightjarOwnRole', purpose: 'identity', actions: ['sts:AssumeRole'], resources: ['ownRole'] },
];

/** Operations whose action has another name than they. */
const ACTIONS: Readonly<Record<string, string>> = {
  's3:HeadBucket': 's3:ListBucket',
  's3:HeadObject': 's3:GetObject',
  's3:ListObjects': 's3:ListBucket',
  's3:ListObjectsV2': 's3:ListBucket',
  's3:DeleteObjects': 's3:DeleteObject',
  's3:CopyObject': 's3:PutObject',
  's3:CreateMultipartUpload': 's3:PutObject',
  's3:UploadPart': 's3:PutObject',
  's3:CompleteMultipartUpload': 's3:PutObject',
};

/** Names the action that an operation such as `s3:HeadBucket` is allowed by. */
export function actionOf(operation: string): string {
  return ACTIONS[operation] ?? operation;
}

/**
 * Makes the narrowest statement that allows an action everywhere where nightjar needs it; undefined for an action that it
 * doesn't need.
 */
export function statementFor(action: string, settings: PermissionSettings): PolicyStatement | undefined {
  const grants = GRANTS.filter((grant) => grant.actions.includes(action));
  const [first] = grants;
  if (first === undefined) return undefined;
  const resources = grants.flatMap((grant) => grant.resources);
  return toStatement({ ...first, actions: [action], resources }, settings);
}

/** Writes a grant as a statement; undefined where the settings have none of its resources. */
export function toStatement(grant: Grant, settings: PermissionSettings): PolicyStatement | undefined {
  const resources = grant.resources.flatMap((kind) => arnsOf(kind, settings));
  if (resources.length === 0) return undefined;
  return {
    Sid: grant.sid,
    Effect: 'Allow',
    Action: oneOrMany(grant.actions),
    Resource: oneOrMany(resources),
    ...(grant.condition === undefined ? {} : { Condition: grant.condition }),
  };
}

/** IAM takes a text where there is one; that is how people write it. */
export function oneOrMany(texts: readonly string[]): string | readonly string[] {
  const [only, ...others] = texts;
  return only !== undefined && others.length === 0 ? only : texts;
}
