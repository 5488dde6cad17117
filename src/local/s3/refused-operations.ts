/** Names the operations of S3 that are refused, so that the answer says what was asked for. */
import { AwsFault } from '../http/fault';
import type { AwsRequest } from '../http/request';
import { notComplete } from './call';

/** Query parameters that choose an operation on a bucket → AWS's name behind Get, Put or Delete. */
const OF_BUCKETS: Readonly<Record<string, string>> = {
  abac: 'BucketAbac',
  accelerate: 'BucketAccelerateConfiguration',
  acl: 'BucketAcl',
  analytics: 'BucketAnalyticsConfiguration',
  cors: 'BucketCors',
  encryption: 'BucketEncryption',
  'intelligent-tiering': 'BucketIntelligentTieringConfiguration',
  inventory: 'BucketInventoryConfiguration',
  lifecycle: 'BucketLifecycleConfiguration',
  logging: 'BucketLogging',
  metadataConfiguration: 'BucketMetadataConfiguration',
  metadataTable: 'BucketMetadataTableConfiguration',
  metrics: 'BucketMetricsConfiguration',
  notification: 'BucketNotificationConfiguration',
  'object-lock': 'ObjectLockConfiguration',
  ownershipControls: 'BucketOwnershipControls',
  policy: 'BucketPolicy',
  publicAccessBlock: 'PublicAccessBlock',
  replication: 'BucketReplication',
  requestPayment: 'BucketRequestPayment',
  tagging: 'BucketTagging',
  versioning: 'BucketVersioning',
  website: 'BucketWebsite',
};

const OF_OBJECTS: Readonly<Record<string, string>> = {
  acl: 'ObjectAcl',
  annotation: 'ObjectAnnotation',
  'legal-hold': 'ObjectLegalHold',
  retention: 'ObjectRetention',
  torrent: 'ObjectTorrent',
};

/** Query parameters that choose an operation by themselves. */
const BY_ITSELF: Readonly<Record<string, string>> = {
  renameObject: 'RenameObject',
  restore: 'RestoreObject',
  select: 'SelectObjectContent',
  session: 'CreateSession',
};

const VERBS: Readonly<Record<string, string>> = { GET: 'Get', PUT: 'Put', DELETE: 'Delete', POST: 'Post' };

/** Finds the operation that a query parameter chooses and that is not built; undefined where it chooses none. */
export function refusedOperation(request: AwsRequest, level: 'service' | 'bucket' | 'object'): string | undefined {
  const table = level === 'object' ? OF_OBJECTS : level === 'bucket' ? OF_BUCKETS : {};
  for (const [mark] of request.query) {
    const stem = nameIn(table, mark);
    const name = level === 'service' ? undefined : nameIn(BY_ITSELF, mark);
    if (name !== undefined) return name;
    if (stem !== undefined) return `${VERBS[request.method] ?? request.method}${stem}`;
  }
  const isForm = request.headers.get('content-type')?.startsWith('multipart/form-data') === true;
  return level === 'bucket' && request.method === 'POST' && isForm ? 'PostObject' : undefined;
}

function nameIn(table: Readonly<Record<string, string>>, mark: string): string | undefined {
  return Object.hasOwn(table, mark) ? table[mark] : undefined;
}

/** Makes S3's answer to a method that a bucket or an object does not have. */
export function refuseMethod(request: AwsRequest, level: 'service' | 'bucket' | 'object'): AwsFault {
  const refused = refusedOperation(request, level);
  if (refused !== undefined) return notComplete(refused);
  return new AwsFault('MethodNotAllowed', 'The specified method is not allowed against this resource.', {
    status: 405,
    details: { Method: request.method, ResourceType: level.toUpperCase() },
  });
}
