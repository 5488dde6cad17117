/** Chooses the S3 operation that a request asks for. */
import { type AwsRequest, queryValue } from '../http/request';
import { wrongArgument } from './arguments';
import { getObjectAttributes } from './attributes-operation';
import { createBucket, deleteBucket, getBucketLocation, headBucket, listBuckets } from './bucket-operations';
import { notComplete, type S3Operation } from './call';
import { copyObject } from './copy-operations';
import { COPY_SOURCE } from './copy-source';
import { deleteObjects } from './delete-objects';
import { BUCKET_SETTINGS, OBJECT_SETTINGS, removeNothing, type Setting } from './fresh-bucket';
import { KEPT_SETTINGS } from './kept-settings';
import { listObjectsV1, listObjectsV2, listObjectVersions } from './list-operations';
import { deleteObject, getObject, headObject, putObject } from './object-operations';
import { refusedOperation, refuseMethod } from './refused-operations';
import { deleteObjectTagging, getObjectTagging, putObjectTagging } from './tagging-operations';
import type { Target } from './target';
import { completeMultipartUpload } from './upload-completion';
import { listMultipartUploads, listParts } from './upload-lists';
import { abortMultipartUpload, createMultipartUpload, uploadPart, uploadPartCopy } from './upload-operations';

/** Holds an operation with AWS's name for it. */
export interface NamedOperation {
  readonly name: string;
  readonly perform: S3Operation;
}

type Level = 'service' | 'bucket' | 'object';

interface Route extends NamedOperation {
  /** Level, method, and the query parameter that tells operations of one level and method apart. */
  readonly on: readonly [level: Level, method: string, mark?: string];
  /** Tells copies from puts. */
  readonly header?: string;
}

function routesOf(level: Level, settings: readonly Setting[]): readonly Route[] {
  return settings.flatMap(({ mark, get, remove, perform }) => [
    { on: [level, 'GET', mark] as const, name: get, perform },
    ...(remove === undefined ? [] : [{ on: [level, 'DELETE', mark] as const, name: remove, perform: removeNothing }]),
  ]);
}

/** The first that fits is taken, and those without a mark are last. */
const ROUTES: readonly Route[] = [
  { on: ['service', 'GET'], name: 'ListBuckets', perform: listBuckets },
  ...routesOf('bucket', BUCKET_SETTINGS),
  ...KEPT_SETTINGS.map(({ mark, method, name, perform }) => ({ on: ['bucket', method, mark] as const, name, perform })),
  { on: ['bucket', 'GET', 'location'], name: 'GetBucketLocation', perform: getBucketLocation },
  { on: ['bucket', 'GET', 'uploads'], name: 'ListMultipartUploads', perform: listMultipartUploads },
  { on: ['bucket', 'GET', 'versions'], name: 'ListObjectVersions', perform: listObjectVersions },
  { on: ['bucket', 'GET', 'list-type'], name: 'ListObjectsV2', perform: listObjectsV2 },
  { on: ['bucket', 'POST', 'delete'], name: 'DeleteObjects', perform: deleteObjects },
  { on: ['bucket', 'PUT'], name: 'CreateBucket', perform: createBucket },
  { on: ['bucket', 'HEAD'], name: 'HeadBucket', perform: headBucket },
  { on: ['bucket', 'DELETE'], name: 'DeleteBucket', perform: deleteBucket },
  { on: ['bucket', 'GET'], name: 'ListObjects', perform: listObjectsV1 },
  ...routesOf('object', OBJECT_SETTINGS),
  { on: ['object', 'GET', 'attributes'], name: 'GetObjectAttributes', perform: getObjectAttributes },
  { on: ['object', 'PUT', 'tagging'], name: 'PutObjectTagging', perform: putObjectTagging },
  { on: ['object', 'GET', 'tagging'], name: 'GetObjectTagging', perform: getObjectTagging },
  { on: ['object', 'DELETE', 'tagging'], name: 'DeleteObjectTagging', perform: deleteObjectTagging },
  { on: ['object', 'POST', 'uploads'], name: 'CreateMultipartUpload', perform: createMultipartUpload },
  { on: ['object', 'PUT', 'uploadId'], header: COPY_SOURCE, name: 'UploadPartCopy', perform: uploadPartCopy },
  { on: ['object', 'PUT', 'uploadId'], name: 'UploadPart', perform: uploadPart },
  { on: ['object', 'POST', 'uploadId'], name: 'CompleteMultipartUpload', perform: completeMultipartUpload },
  { on: ['object', 'DELETE', 'uploadId'], name: 'AbortMultipartUpload', perform: abortMultipartUpload },
  { on: ['object', 'GET', 'uploadId'], name: 'ListParts', perform: listParts },
  { on: ['object', 'PUT'], header: COPY_SOURCE, name: 'CopyObject', perform: copyObject },
  { on: ['object', 'PUT'], name: 'PutObject', perform: putObject },
  { on: ['object', 'GET'], name: 'GetObject', perform: getObject },
  { on: ['object', 'HEAD'], name: 'HeadObject', perform: headObject },
  { on: ['object', 'DELETE'], name: 'DeleteObject', perform: deleteObject },
];

/** Names the operations that are built. */
export const S3_OPERATIONS: ReadonlySet<string> = new Set(ROUTES.map(({ name }) => name));

/**
 * Chooses the operation of a request on a bucket and key.
 *
 * @throws AwsFault NotImplemented, which names what was asked for; MethodNotAllowed
 */
export function chooseOperation(request: AwsRequest, { bucket, key }: Target): NamedOperation {
  const level = bucket === '' ? 'service' : key === '' ? 'bucket' : 'object';
  checkVersion(request);
  const found = ROUTES.find(
    ({ on: [routeLevel, method, mark], header }) =>
      routeLevel === level &&
      method === request.method &&
      (mark === undefined || queryValue(request, mark) !== undefined) &&
      (header === undefined || request.headers.has(header)),
  );
  if (found === undefined) throw refuseMethod(request, level);
  const refused = found.on[2] === undefined ? refusedOperation(request, level) : undefined;
  if (refused !== undefined) throw notComplete(refused);
  return found;
}

/** No bucket keeps versions: each object has the one version `null`. */
function checkVersion(request: AwsRequest): void {
  const version = queryValue(request, 'versionId');
  if (version === undefined || version === 'null') return;
  throw wrongArgument('versionId', version, 'Invalid version id specified');
}
