/** Speaks the JSON 1.1 protocol of Amazon Personalize: signature, operation, errors as JSON. */
import { randomUUID } from 'node:crypto';
import { AwsFault, toFault } from '../http/fault';
import type { AwsRequest } from '../http/request';
import { type AuthProblem, type Credentials, sha256Hex, verifySignature } from '../http/sigv4';
import { notComplete } from './not-complete';
import { isPersonalizeOperation, OPERATIONS } from './operations/table';
import type { Plane } from './plane';

/** Holds what the service answers from; without credentials no signature is checked. */
export interface PersonalizeService {
  readonly plane: Plane;
  readonly credentials: Credentials | null;
}

/** Holds an answer whose body is JSON. */
export interface JsonAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

const TARGET_PREFIX = 'AmazonPersonalize.';

/** Answers one request; every failure becomes a JSON error. */
export async function answerPersonalize(service: PersonalizeService, request: AwsRequest): Promise<JsonAnswer> {
  const headers = { 'content-type': 'application/x-amz-json-1.1', 'x-amzn-requestid': randomUUID() };
  try {
    const body = await readBody(request);
    checkAuth(service, request, body);
    const operation = findOperation(request.headers.get('x-amz-target') ?? '');
    const result = await operation(service.plane, parseBody(body));
    return { status: 200, headers, body: JSON.stringify(result) };
  } catch (error) {
    const fault = toFault(error);
    const body = JSON.stringify({ __type: fault.code, message: fault.message });
    return { status: fault.status, headers, body };
  }
}

/** The largest request: a schema of 20,000 characters and its neighbours fit in many times over. */
const MAX_BODY_BYTES = 1024 ** 2;

async function readBody(request: AwsRequest): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request.body) {
    size += chunk.length;
    if (size > MAX_BODY_BYTES)
      throw new AwsFault('RequestEntityTooLargeException', 'Request is too large.', { status: 413 });
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

function parseBody(body: Buffer): unknown {
  try {
    return body.length === 0 ? {} : JSON.parse(body.toString('utf8'));
  } catch (error) {
    if (error instanceof SyntaxError) throw new AwsFault('SerializationException', 'The request is not valid JSON.');
    throw error;
  }
}

const AUTH_FAULTS: Readonly<Record<AuthProblem, readonly [code: string, message: string]>> = {
  missing: ['MissingAuthenticationTokenException', 'Missing Authentication Token'],
  presigned: ['NotImplementedException', 'A presigned URL is not complete in the local AWS.'],
  malformed: ['IncompleteSignatureException', 'Authorization header is not complete.'],
  unknownKey: ['UnrecognizedClientException', 'The security token included in the request is invalid.'],
  wrongScope: [
    'InvalidSignatureException',
    'Credential should be scoped to a valid region and to the service personalize.',
  ],
  skewed: ['InvalidSignatureException', 'Signature expired: the clocks differ by more than 15 minutes.'],
  mismatch: [
    'InvalidSignatureException',
    'The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method. Consult the service documentation for details.',
  ],
};

function checkAuth(service: PersonalizeService, request: AwsRequest, body: Buffer): void {
  const { credentials, plane } = service;
  if (credentials === null) return;
  const context = { credentials, region: plane.region, service: 'personalize', nowMs: plane.now() };
  const result = verifySignature(request, sha256Hex(body), context);
  if (result.ok) return;
  const [code, message] = AUTH_FAULTS[result.problem];
  throw new AwsFault(code, message);
}

function findOperation(target: string): NonNullable<ReturnType<typeof OPERATIONS.get>> {
  const name = target.startsWith(TARGET_PREFIX) ? target.slice(TARGET_PREFIX.length) : '';
  const operation = OPERATIONS.get(name);
  if (operation !== undefined) return operation;
  if (isPersonalizeOperation(name)) throw notComplete(`The operation ${name}`);
  throw new AwsFault('UnknownOperationException', `The operation ${target} is not one of Amazon Personalize.`);
}
