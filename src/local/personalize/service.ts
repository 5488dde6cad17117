/** Speaks the JSON 1.1 protocol of Amazon Personalize: signature, operation, errors as JSON. */
import { randomUUID } from 'node:crypto';
import { ConnectionCut, isConnectionCut } from '../http/connection-cut';
import { AwsFault, toFault } from '../http/fault';
import type { AwsRequest } from '../http/request';
import { type AuthProblem, type Credentials, sha256Hex, verifySignature } from '../http/sigv4';
import { arnOf } from './arns';
import { notComplete } from './not-complete';
import type { Operation } from './operations/operation';
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
    const { name, operation } = findOperation(request.headers.get('x-amz-target') ?? '');
    const { plane } = service;
    const json = parseBody(body);
    const call = {
      service: 'personalize',
      operation: name,
      resource: resourceOf(plane, name, json),
      accountId: plane.accountId,
    } as const;
    const result = await plane.faults.perform(call, { act: () => operation(plane, json), lose: cutAnswer });
    return { status: 200, headers, body: JSON.stringify(result) };
  } catch (error) {
    if (isConnectionCut(error)) throw error;
    const fault = toFault(error);
    // Refusals by IAM are made in front of the service, and spell the member with a capital.
    const member = fault.code === 'AccessDeniedException' ? 'Message' : 'message';
    const body = JSON.stringify({ __type: fault.code, [member]: fault.message });
    return { status: fault.status, headers, body };
  }
}

function cutAnswer(): never {
  throw new ConnectionCut('after');
}

/** Finds the ARN that a request is about: that of what it makes, else the first one in it, else all. */
function resourceOf(plane: Plane, operation: string, json: unknown): string {
  const members = typeof json === 'object' && json !== null ? Object.entries(json) : [];
  const texts = members.flatMap(([name, value]) => (typeof value === 'string' ? [{ name, value }] : []));
  const own = texts.find(({ name }) => name === 'jobName' || name === 'name');
  const kind = /^Create(.+)$/.exec(operation)?.[1]?.replace(/\B[A-Z]/g, (letter) => `-${letter}`);
  if (own !== undefined && kind !== undefined) return arnOf(plane, `${kind.toLowerCase()}/${own.value}`);
  return texts.find(({ name }) => name.endsWith('Arn') && name !== 'roleArn')?.value ?? arnOf(plane, '*');
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

function findOperation(target: string): { readonly name: string; readonly operation: Operation } {
  const name = target.startsWith(TARGET_PREFIX) ? target.slice(TARGET_PREFIX.length) : '';
  const operation = OPERATIONS.get(name);
  if (operation !== undefined) return { name, operation };
  if (isPersonalizeOperation(name)) throw notComplete(`The operation ${name}`);
  throw new AwsFault('UnknownOperationException', `The operation ${target} is not one of Amazon Personalize.`);
}
