/** Speaks AWS's query protocol, as STS and IAM do: a form with an action comes in, XML goes out. */
import { randomUUID } from 'node:crypto';
import { AwsFault, toFault } from './fault';
import type { AwsRequest } from './request';
import { type AuthProblem, type Credentials, sha256Hex, verifySignature } from './sigv4';
import { writeDocument, type XmlContent } from './write-xml';

/** Performs one action; gives what its result element holds, undefined for actions without one. Throws to refuse. */
export type QueryAction = (parameters: ReadonlyMap<string, string>) => Promise<XmlContent | undefined>;

/** Holds a service of the query protocol; without credentials no signature is checked. */
export interface QueryService {
  /** The name in signatures, such as `sts`. */
  readonly name: string;
  readonly namespace: string;
  readonly actions: Readonly<Record<string, QueryAction>>;
  readonly credentials: Credentials | null;
  readonly region: string;
  readonly now: () => number;
}

/** Holds an answer of the query protocol. */
export interface QueryAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** Answers one request; every failure becomes an error document. */
export async function answerQuery(service: QueryService, request: AwsRequest): Promise<QueryAnswer> {
  const RequestId = randomUUID();
  const headers = { 'content-type': 'text/xml', 'x-amzn-requestid': RequestId };
  const write = (root: string, content: XmlContent): string =>
    writeDocument(`${root} xmlns="${service.namespace}"`, content);
  try {
    const body = await readForm(request);
    checkAuth(service, request, body);
    const parameters = new Map(new URLSearchParams(body.toString('utf8')));
    const action = parameters.get('Action') ?? '';
    const perform = Object.hasOwn(service.actions, action) ? service.actions[action] : undefined;
    if (perform === undefined) throw refuseAction(service.name, action);
    const result = await perform(parameters);
    const content = {
      ...(result === undefined ? {} : { [`${action}Result`]: result }),
      ResponseMetadata: { RequestId },
    };
    return { status: 200, headers, body: write(`${action}Response`, content) };
  } catch (error) {
    const { status, code, message } = toFault(error);
    const Type = status < 500 ? 'Sender' : 'Receiver';
    return {
      status,
      headers,
      body: write('ErrorResponse', { Error: { Type, Code: code, Message: message }, RequestId }),
    };
  }
}

/** The largest form: a policy document of 131,072 characters fits in, escaped. */
const MAX_FORM_BYTES = 1024 ** 2;

async function readForm(request: AwsRequest): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request.body) {
    size += chunk.length;
    if (size > MAX_FORM_BYTES) throw new AwsFault('RequestEntityTooLarge', 'Request is too large.', { status: 413 });
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

function refuseAction(service: string, action: string): AwsFault {
  const what = action === '' ? 'A call without an Action' : `The operation ${action}`;
  const message = `${what} of the service ${service} is not complete in nightjar's local AWS; docs/local-aws.md lists what is.`;
  return new AwsFault('NotImplementedException', message);
}

const INVALID_SIGNATURE =
  'The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method. Consult the service documentation for details.';

const AUTH_FAULTS: Readonly<Record<AuthProblem, readonly [code: string, message: string]>> = {
  missing: ['MissingAuthenticationToken', 'Request is missing Authentication Token'],
  presigned: ['NotImplementedException', 'A presigned URL is not complete in the local AWS.'],
  malformed: ['IncompleteSignature', 'Authorization header is not complete.'],
  unknownKey: ['InvalidClientTokenId', 'The security token included in the request is invalid.'],
  wrongScope: ['SignatureDoesNotMatch', 'Credential should be scoped to a valid region.'],
  skewed: ['SignatureDoesNotMatch', 'Signature expired: the clocks differ by more than 15 minutes.'],
  mismatch: ['SignatureDoesNotMatch', INVALID_SIGNATURE],
};

/** The region that clients of global endpoints sign for, wherever they are. */
const GLOBAL_REGION = 'us-east-1';

function checkAuth({ credentials, region, name, now }: QueryService, request: AwsRequest, body: Buffer): void {
  if (credentials === null) return;
  const verify = (signedFor: string) =>
    verifySignature(request, sha256Hex(body), { credentials, region: signedFor, service: name, nowMs: now() });
  const own = verify(region);
  const result = !own.ok && own.problem === 'wrongScope' ? verify(GLOBAL_REGION) : own;
  if (result.ok) return;
  const [code, message] = AUTH_FAULTS[result.problem];
  throw new AwsFault(code, message, { status: 403 });
}
