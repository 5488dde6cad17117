/** Speaks the S3 REST protocol, path style: signature, routing, errors as XML. */
import { randomUUID } from 'node:crypto';
import { decodeChunkedBody, wrongSignature } from '../http/chunked-body';
import { AwsFault, systemCode, toFault } from '../http/fault';
import { type AwsRequest, decodeUri, queryValue } from '../http/request';
import { type AuthProblem, type ChunkSeed, type Credentials, verifySignature } from '../http/sigv4';
import { createBucket, deleteBucket, getBucketLocation, headBucket, listBuckets } from './bucket-operations';
import { notComplete, type S3Answer, type S3Operation, type S3Payload } from './call';
import { listObjectsV1, listObjectsV2 } from './list-operations';
import { deleteObject, getObject, headObject, putObject } from './object-operations';
import type { ObjectStore } from './object-store';
import { abortMultipartUpload, completeMultipartUpload, createMultipartUpload, uploadPart } from './upload-operations';
import { writeErrorXml } from './xml';

/** Holds what the service answers from; without credentials no signature is checked. */
export interface S3Service {
  readonly store: ObjectStore;
  readonly region: string;
  readonly credentials: Credentials | null;
  readonly now: () => number;
}

/** Answers one request; every failure becomes an error document. */
export async function answerS3(service: S3Service, request: AwsRequest): Promise<S3Answer> {
  const requestId = randomUUID();
  try {
    const seed = checkAuth(service, request);
    const { bucket, key } = readPath(request.path);
    const operation = chooseOperation(request, bucket, key);
    const payload = readPayload(request, seed);
    const answer = await operation({ request, bucket, key, payload, store: service.store, region: service.region });
    return { ...answer, headers: { ...answer.headers, 'x-amz-request-id': requestId } };
  } catch (error) {
    const fault = toS3Fault(error);
    const resource = { Resource: request.path, RequestId: requestId, HostId: 'nightjar' };
    const body = writeErrorXml({ Code: fault.code, Message: fault.message, ...fault.details, ...resource });
    const headers = { 'content-type': 'application/xml', 'x-amz-request-id': requestId };
    return request.method === 'HEAD' ? { status: fault.status, headers } : { status: fault.status, headers, body };
  }
}

function toS3Fault(error: unknown): AwsFault {
  if (systemCode(error) === 'ENAMETOOLONG') return new AwsFault('KeyTooLongError', 'Your key is too long');
  return toFault(error);
}

const AUTH_FAULTS: Readonly<Record<AuthProblem, (region: string) => AwsFault>> = {
  missing: () => new AwsFault('AccessDenied', 'Access Denied', { status: 403 }),
  presigned: () => notComplete('A presigned URL'),
  malformed: () =>
    new AwsFault('AuthorizationHeaderMalformed', 'The authorization header that you provided is not valid.'),
  unknownKey: () =>
    new AwsFault('InvalidAccessKeyId', 'The AWS Access Key Id you provided does not exist in our records.', {
      status: 403,
    }),
  wrongScope: (region) =>
    new AwsFault(
      'AuthorizationHeaderMalformed',
      `The authorization header is malformed; the region is wrong; expecting '${region}'`,
      { details: { Region: region } },
    ),
  skewed: () =>
    new AwsFault('RequestTimeTooSkewed', 'The difference between the request time and the current time is too large.', {
      status: 403,
    }),
  mismatch: wrongSignature,
};

const CONTENT_HASH = 'x-amz-content-sha256';

function checkAuth(service: S3Service, request: AwsRequest): ChunkSeed | undefined {
  if (service.credentials === null) return undefined;
  const hash = request.headers.get(CONTENT_HASH);
  if (hash === undefined && request.headers.has('authorization')) {
    throw new AwsFault('InvalidRequest', `Missing required header for this request: ${CONTENT_HASH}`);
  }
  const { credentials, region } = service;
  const context = { credentials, region, service: 's3', nowMs: service.now() };
  const result = verifySignature(request, hash ?? '', context);
  if (!result.ok) throw AUTH_FAULTS[result.problem](region);
  return result.seed;
}

function readPath(path: string): { readonly bucket: string; readonly key: string } {
  const slash = path.indexOf('/', 1);
  const bucket = slash < 0 ? path.slice(1) : path.slice(1, slash);
  return { bucket: decodeUri(bucket), key: slash < 0 ? '' : decodeUri(path.slice(slash + 1)) };
}

function readPayload(request: AwsRequest, seed: ChunkSeed | undefined): S3Payload {
  const hash = request.headers.get(CONTENT_HASH) ?? 'UNSIGNED-PAYLOAD';
  const isSigned = hash.startsWith('STREAMING-AWS4-HMAC-SHA256-PAYLOAD');
  if (isSigned || hash === 'STREAMING-UNSIGNED-PAYLOAD-TRAILER') {
    const framing = { hasTrailer: hash.endsWith('-TRAILER'), ...(isSigned && seed !== undefined ? { seed } : {}) };
    return { ...decodeChunkedBody(request.body, framing), ...readLength(request, 'x-amz-decoded-content-length') };
  }
  if (hash.startsWith('STREAMING-')) throw notComplete(`The payload signature ${hash}`);
  const plain = { data: request.body, trailers: new Map<string, string>(), ...readLength(request, 'content-length') };
  return /^[0-9a-f]{64}$/.test(hash) ? { ...plain, sha256Hex: hash } : plain;
}

function readLength(request: AwsRequest, name: string): { readonly sizeBytes?: number } {
  const text = request.headers.get(name) ?? '';
  return /^\d+$/.test(text) ? { sizeBytes: Number(text) } : {};
}

/** Operations by level, method and the query parameter or header that tells them apart; the first that fits is taken. */
const ROUTES: readonly (readonly [level: string, method: string, mark: string | undefined, operation: S3Operation])[] =
  [
    ['service', 'GET', undefined, listBuckets],
    ['bucket', 'PUT', undefined, createBucket],
    ['bucket', 'HEAD', undefined, headBucket],
    ['bucket', 'DELETE', undefined, deleteBucket],
    ['bucket', 'GET', 'location', getBucketLocation],
    ['bucket', 'GET', 'list-type', listObjectsV2],
    ['bucket', 'GET', undefined, listObjectsV1],
    ['object', 'POST', 'uploads', createMultipartUpload],
    ['object', 'PUT', 'uploadId', uploadPart],
    ['object', 'POST', 'uploadId', completeMultipartUpload],
    ['object', 'DELETE', 'uploadId', abortMultipartUpload],
    ['object', 'PUT', undefined, putObject],
    ['object', 'GET', undefined, getObject],
    ['object', 'HEAD', undefined, headObject],
    ['object', 'DELETE', undefined, deleteObject],
  ];

/** Query parameters that choose another operation of S3, or another version or part of an object. */
const OTHER_OPERATIONS = new Set(
  (
    'accelerate acl analytics attributes cors delete encryption intelligent-tiering inventory legal-hold lifecycle ' +
    'location logging metadataTable metrics notification object-lock ownershipControls partNumber policy policyStatus ' +
    'publicAccessBlock replication requestPayment restore retention select session tagging torrent uploadId uploads ' +
    'versionId versioning versions website'
  ).split(' '),
);

function chooseOperation(request: AwsRequest, bucket: string, key: string): S3Operation {
  const level = bucket === '' ? 'service' : key === '' ? 'bucket' : 'object';
  const { method } = request;
  const found = ROUTES.find(
    ([at, verb, mark]) =>
      at === level && verb === method && (mark === undefined || queryValue(request, mark) !== undefined),
  );
  const allowed = found?.[2] === 'uploadId' ? ['uploadId', 'partNumber'] : [found?.[2]];
  const other = request.query.find(([name]) => OTHER_OPERATIONS.has(name) && !allowed.includes(name));
  if (found === undefined || other !== undefined) {
    throw notComplete(`${method} of ${level}${other === undefined ? '' : ` with ?${other[0]}`}`);
  }
  if (found[3] === uploadPart && request.headers.has('x-amz-copy-source')) throw notComplete('UploadPartCopy');
  return found[3];
}
