/** Speaks the S3 REST protocol: signature, routing, errors as XML. */
import { randomUUID } from 'node:crypto';
import { setImmediate } from 'node:timers/promises';
import type { Faults } from '../faults/faults';
import { ConnectionCut, isConnectionCut } from '../http/connection-cut';
import { AwsFault, systemCode, toFault } from '../http/fault';
import type { AwsRequest } from '../http/request';
import { type Authentication, authenticate, checkExpectedOwner, withQueryHeaders } from './authentication';
import type { S3Answer } from './call';
import type { ObjectStore } from './object-store';
import { readPayload } from './payload';
import { chooseOperation } from './routes';
import { readTarget } from './target';
import { writeErrorXml } from './xml';

/** Holds what the service answers from; without credentials no signature is checked. */
export interface S3Service extends Authentication {
  readonly store: ObjectStore;
  readonly accountId: string;
  readonly faults: Faults;
}

/** Answers one request; every failure becomes an error document. */
export async function answerS3(service: S3Service, request: AwsRequest): Promise<S3Answer> {
  const requestId = randomUUID();
  try {
    const answer = await performCall(service, request);
    return { ...answer, headers: { ...answer.headers, 'x-amz-request-id': requestId } };
  } catch (error) {
    if (isConnectionCut(error)) throw error;
    const fault = toS3Fault(error);
    const headers = { 'content-type': 'application/xml', ...fault.headers, 'x-amz-request-id': requestId };
    if (request.method === 'HEAD' || fault.status < 400) return { status: fault.status, headers };
    const resource = { Resource: request.path, RequestId: requestId, HostId: 'nightjar' };
    const body = writeErrorXml({ Code: fault.code, Message: fault.message, ...fault.details, ...resource });
    return { status: fault.status, headers, body };
  }
}

async function performCall(service: S3Service, sent: AwsRequest): Promise<S3Answer> {
  const target = readTarget(sent);
  refusePreflight(sent);
  const seed = authenticate(service, sent, target);
  const request = withQueryHeaders(sent);
  const { bucket, key } = target;
  const operation = chooseOperation(request, target);
  checkExpectedOwner(request, service.accountId);
  const payload = readPayload(request, seed);
  const { store, region, accountId } = service;
  const resource = `arn:aws:s3:::${bucket}${key === '' ? '' : `/${key}`}`;
  return service.faults.perform(
    { service: 's3', operation: operation.name, resource, accountId },
    { act: () => operation.perform({ request, bucket, key, payload, store, region }), lose: cutAnswer },
  );
}

/** Browsers ask before they call another origin, without a signature; no bucket here has a CORS configuration. */
function refusePreflight(request: AwsRequest): void {
  if (request.method !== 'OPTIONS') return;
  throw new AwsFault('AccessForbidden', 'CORSResponse: CORS is not enabled for this bucket.', { status: 403 });
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
