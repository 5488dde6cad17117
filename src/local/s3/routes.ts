/** Chooses the S3 operation that a request asks for. */
import { type AwsRequest, queryValue } from '../http/request';
import { createBucket, deleteBucket, getBucketLocation, headBucket, listBuckets } from './bucket-operations';
import { notComplete, type S3Operation } from './call';
import { listObjectsV1, listObjectsV2 } from './list-operations';
import { deleteObject, getObject, headObject, putObject } from './object-operations';
import { abortMultipartUpload, completeMultipartUpload, createMultipartUpload, uploadPart } from './upload-operations';

/** Holds an operation with AWS's name for it. */
export interface NamedOperation {
  readonly name: string;
  readonly perform: S3Operation;
}

interface Route extends NamedOperation {
  readonly level: 'service' | 'bucket' | 'object';
  readonly method: string;
  /** The query parameter that tells operations of one level and method apart. */
  readonly mark?: string;
}

/** The first that fits is taken. */
const ROUTES: readonly Route[] = [
  { level: 'service', method: 'GET', name: 'ListBuckets', perform: listBuckets },
  { level: 'bucket', method: 'PUT', name: 'CreateBucket', perform: createBucket },
  { level: 'bucket', method: 'HEAD', name: 'HeadBucket', perform: headBucket },
  { level: 'bucket', method: 'DELETE', name: 'DeleteBucket', perform: deleteBucket },
  { level: 'bucket', method: 'GET', mark: 'location', name: 'GetBucketLocation', perform: getBucketLocation },
  { level: 'bucket', method: 'GET', mark: 'list-type', name: 'ListObjectsV2', perform: listObjectsV2 },
  { level: 'bucket', method: 'GET', name: 'ListObjects', perform: listObjectsV1 },
  { level: 'object', method: 'POST', mark: 'uploads', name: 'CreateMultipartUpload', perform: createMultipartUpload },
  { level: 'object', method: 'PUT', mark: 'uploadId', name: 'UploadPart', perform: uploadPart },
  {
    level: 'object',
    method: 'POST',
    mark: 'uploadId',
    name: 'CompleteMultipartUpload',
    perform: completeMultipartUpload,
  },
  { level: 'object', method: 'DELETE', mark: 'uploadId', name: 'AbortMultipartUpload', perform: abortMultipartUpload },
  { level: 'object', method: 'PUT', name: 'PutObject', perform: putObject },
  { level: 'object', method: 'GET', name: 'GetObject', perform: getObject },
  { level: 'object', method: 'HEAD', name: 'HeadObject', perform: headObject },
  { level: 'object', method: 'DELETE', name: 'DeleteObject', perform: deleteObject },
];

/** Names the operations that are built. */
export const S3_OPERATIONS: ReadonlySet<string> = new Set(ROUTES.map(({ name }) => name));

/** Query parameters that choose another operation of S3, or another version or part of an object. */
const OTHER_OPERATIONS = new Set(
  (
    'accelerate acl analytics attributes cors delete encryption intelligent-tiering inventory legal-hold lifecycle ' +
    'location logging metadataTable metrics notification object-lock ownershipControls partNumber policy policyStatus ' +
    'publicAccessBlock replication requestPayment restore retention select session tagging torrent uploadId uploads ' +
    'versionId versioning versions website'
  ).split(' '),
);

/**
 * Chooses the operation of a request on a bucket and key, empty where its path has none.
 *
 * @throws AwsFault NotImplemented, which names what was asked for
 */
export function chooseOperation(request: AwsRequest, bucket: string, key: string): NamedOperation {
  const level = bucket === '' ? 'service' : key === '' ? 'bucket' : 'object';
  const { method } = request;
  const found = ROUTES.find(
    (route) =>
      route.level === level &&
      route.method === method &&
      (route.mark === undefined || queryValue(request, route.mark) !== undefined),
  );
  const allowed = found?.mark === 'uploadId' ? ['uploadId', 'partNumber'] : [found?.mark];
  const other = request.query.find(([name]) => OTHER_OPERATIONS.has(name) && !allowed.includes(name));
  if (found === undefined || other !== undefined) {
    throw notComplete(`${method} of ${level}${other === undefined ? '' : ` with ?${other[0]}`}`);
  }
  if (found.perform === uploadPart && request.headers.has('x-amz-copy-source')) throw notComplete('UploadPartCopy');
  return found;
}
