/** Speaks the S3 REST protocol, path style: signature, routing, errors as XML. */
import { randomUUID } from 'node:crypto';
import { setImmediate } from 'node:timers/promises';
import type { Faults } from '../faults/faults';
import { decodeChunkedBody, wrongSignature } from '../http/chunked-body';
import { ConnectionCut, isConnectionCut } from '../http/connection-cut';
import { AwsFault, systemCode, toFault } from '../http/fault';
import { type AwsRequest, decodeUri } from '../http/request';
import { type AuthProblem, type ChunkSeed, type Credentials, verifySignature } from '../http/sigv4';
import { notComplete, type S3Answer, type S3Payload } from './call';
import type { ObjectStore } from './object-store';
import { chooseOperation } from './routes';
import { writeErrorXml } from './xml';

/** Holds what the service answers from; without credentials no signature is checked. */
export interface S3Service {
  readonly store: ObjectStore;
  readonly region: string;
  readonly accountId: string;
  readonly faults: Faults;
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
    const { store, region, accountId } = service;
    const resource = `arn:aws:s3:::${bucket}${key === '' ? '' : `/${key}`}`;
    const answer = await service.faults.perform(
      { service: 's3', operation: operation.name, resource, accountId },
      { act: () => operation.perform({ request, bucket, key, payload, store, region }), lose: cutAnswer },
    );
    return { ...answer, headers: { ...answer.headers, 'x-amz-request-id': requestId } };
  } catch (error) {
    if (isConnectionCut(error)) throw error;
    const fault = toS3Fault(error);
    const resource = { Resource: request.path, RequestId: requestId, HostId: 'nightjar' };
    const body = writeErrorXml({ Code: fault.code, Message: fault.message, ...fault.details, ...resource });
    const headers = { 'content-type': 'application/xml', 'x-amz-request-id': requestId };
    return request.method === 'HEAD' ? { status: fault.status, headers } : { status: fault.status, headers, body };
  }
}

/** Loses an answer: one that is streamed breaks off in its body, so that its file is closed and the client sees a part. */
function cutAnswer(answer: S3Answer): S3Answer {
  const { body } = answer;
  if (body === undefined || typeof body === 'string') throw new ConnectionCut('after');
  return { ...answer, body: cutBody(body) };
}

async function* cutBody(body: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  for await (const chunk of body) {
    yield chunk.subarray(0, chunk.length >> 1);
    // Lets the part reach the wire first: what is still buffered is lost with the connection.
    await setImmediate();
    break;
  }
  throw new ConnectionCut('after');
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
