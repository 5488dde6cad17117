/** Answers for settings of buckets and objects that nobody can change here, as S3 does for what was just made. */
import { AwsFault } from '../http/fault';
import type { XmlContent } from '../http/write-xml';
import { answerXml, OWNER, type S3Call, type S3Operation } from './call';
import { noSuchKey, requireBucket } from './object-place';
import { writeXml } from './xml';

/** Holds a setting: the query parameter that names it, the operations on it, and what a get answers. */
export interface Setting {
  readonly mark: string;
  readonly get: string;
  /** The operation that removes it, where there is one: there is nothing to remove, and S3 says 204. */
  readonly remove?: string;
  readonly perform: S3Operation;
}

function answers(root: string, content: XmlContent): S3Operation {
  return async (call) => {
    await requireTarget(call);
    return answerXml(writeXml(root, content));
  };
}

function lacks(code: string, message: string): S3Operation {
  return async (call) => {
    await requireTarget(call);
    throw new AwsFault(code, message, { status: 404, details: { BucketName: call.bucket } });
  };
}

async function requireTarget({ store, bucket, key }: S3Call): Promise<void> {
  await requireBucket(store.folder, bucket);
  if (key !== '' && (await store.describe({ bucket, key })) === undefined) throw noSuchKey(key);
}

/** Removes a setting that nobody can make. */
export const removeNothing: S3Operation = async (call) => {
  await requireTarget(call);
  return { status: 204 };
};

const GRANTEE = 'Grantee xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:type="CanonicalUser"';

/** The owner may do everything, and nobody else anything. */
const readAcl = answers('AccessControlPolicy', {
  Owner: OWNER,
  AccessControlList: { Grant: { [GRANTEE]: OWNER, Permission: 'FULL_CONTROL' } },
});

const noLock: S3Operation = async (call) => {
  await requireTarget(call);
  throw new AwsFault('InvalidRequest', 'Bucket is missing Object Lock Configuration');
};

/** Settings of buckets that are never another's. */
export const BUCKET_SETTINGS: readonly Setting[] = [
  { mark: 'acl', get: 'GetBucketAcl', perform: readAcl },
  { mark: 'versioning', get: 'GetBucketVersioning', perform: answers('VersioningConfiguration', '') },
  {
    mark: 'accelerate',
    get: 'GetBucketAccelerateConfiguration',
    perform: answers('AccelerateConfiguration', ''),
  },
  { mark: 'logging', get: 'GetBucketLogging', perform: answers('BucketLoggingStatus', '') },
  {
    mark: 'notification',
    get: 'GetBucketNotificationConfiguration',
    perform: answers('NotificationConfiguration', ''),
  },
  {
    mark: 'requestPayment',
    get: 'GetBucketRequestPayment',
    perform: answers('RequestPaymentConfiguration', { Payer: 'BucketOwner' }),
  },
  {
    mark: 'lifecycle',
    get: 'GetBucketLifecycleConfiguration',
    remove: 'DeleteBucketLifecycle',
    perform: lacks('NoSuchLifecycleConfiguration', 'The lifecycle configuration does not exist'),
  },
  {
    mark: 'cors',
    get: 'GetBucketCors',
    remove: 'DeleteBucketCors',
    perform: lacks('NoSuchCORSConfiguration', 'The CORS configuration does not exist'),
  },
  {
    mark: 'website',
    get: 'GetBucketWebsite',
    remove: 'DeleteBucketWebsite',
    perform: lacks('NoSuchWebsiteConfiguration', 'The specified bucket does not have a website configuration'),
  },
  {
    mark: 'replication',
    get: 'GetBucketReplication',
    remove: 'DeleteBucketReplication',
    perform: lacks('ReplicationConfigurationNotFoundError', 'The replication configuration was not found'),
  },
  {
    mark: 'object-lock',
    get: 'GetObjectLockConfiguration',
    perform: lacks('ObjectLockConfigurationNotFoundError', 'Object Lock configuration does not exist for this bucket'),
  },
];

/** Settings of objects. */
export const OBJECT_SETTINGS: readonly Setting[] = [
  { mark: 'acl', get: 'GetObjectAcl', perform: readAcl },
  { mark: 'retention', get: 'GetObjectRetention', perform: noLock },
  { mark: 'legal-hold', get: 'GetObjectLegalHold', perform: noLock },
];
