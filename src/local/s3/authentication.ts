/** Decides who may call: header signatures, presigned URLs, and S3's words for what is wrong with them. */
import { AwsFault } from '../http/fault';
import { type AwsRequest, queryValue } from '../http/request';
import { type AuthProblem, type ChunkSeed, type Credentials, type SignedTexts, verifySignature } from '../http/sigv4';
import { checkHeaderText } from './arguments';
import { notComplete } from './call';
import { presignedVersion, verifyPresigned, verifyPresignedV2 } from './presigned';
import { bucketOfHost, type Target } from './target';

/** Holds what signatures are checked by; without credentials every request is accepted. */
export interface Authentication {
  readonly credentials: Credentials | null;
  readonly region: string;
  readonly now: () => number;
}

/** Names the header with the hash of the body, or the marker that says how the body is signed. */
export const CONTENT_HASH = 'x-amz-content-sha256';

const AUTH_FAULTS: Readonly<Record<AuthProblem, (region: string, texts?: SignedTexts) => AwsFault>> = {
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
  mismatch: (_region, texts) =>
    new AwsFault(
      'SignatureDoesNotMatch',
      'The request signature we calculated does not match the signature you provided. Check your key and signing method.',
      {
        status: 403,
        details:
          texts === undefined
            ? {}
            : {
                StringToSign: texts.stringToSign,
                SignatureProvided: texts.signature,
                CanonicalRequest: texts.canonicalRequest,
              },
      },
    ),
};

/**
 * Checks the one signature that a request must have.
 *
 * @returns what the signatures of the body's chunks continue from; undefined where they are not checked
 * @throws AwsFault by S3's names
 */
export function authenticate(
  { credentials, region, now }: Authentication,
  request: AwsRequest,
  target: Target,
): ChunkSeed | undefined {
  if (credentials === null) return undefined;
  const version = presignedVersion(request);
  const header = request.headers.get('authorization');
  if (version !== undefined && header !== undefined) {
    const message =
      'Only one auth mechanism allowed; only the X-Amz-Algorithm query parameter, Signature query string parameter or the Authorization header should be specified';
    throw new AwsFault('InvalidArgument', message);
  }
  const context = { credentials, region, service: 's3', nowMs: now() };
  if (version === 2) {
    const isInHost = bucketOfHost(request.headers.get('host') ?? '') !== undefined;
    const result = verifyPresignedV2(request, { ...target, isInHost }, context);
    if (result !== 'ok') throw AUTH_FAULTS[result](region);
    return undefined;
  }
  const result =
    version === 4 ? verifyPresigned(request, context) : verifySignature(request, readContentHash(request), context);
  if (!result.ok) throw AUTH_FAULTS[result.problem](region, result.texts);
  checkAllSigned(request, result.signedHeaders);
  return result.seed;
}

function readContentHash(request: AwsRequest): string {
  const header = request.headers.get('authorization');
  if (header?.startsWith('AWS ') === true || header?.startsWith('AWS4-ECDSA') === true) {
    const message = 'The authorization mechanism you have provided is not supported. Please use AWS4-HMAC-SHA256.';
    throw new AwsFault('InvalidRequest', message);
  }
  const hash = request.headers.get(CONTENT_HASH);
  if (hash === undefined && header !== undefined) {
    throw new AwsFault('InvalidRequest', `Missing required header for this request: ${CONTENT_HASH}`);
  }
  return hash ?? '';
}

function checkAllSigned(request: AwsRequest, signed: readonly string[]): void {
  const missing = [...request.headers.keys()].filter((name) => name.startsWith('x-amz-') && !signed.includes(name));
  if (missing.length === 0) return;
  throw new AwsFault('AccessDenied', 'There were headers present in the request which were not signed', {
    status: 403,
    details: { HeadersNotSigned: missing.join(', ') },
  });
}

/**
 * Reads `x-amz-` query parameters of a presigned URL as the headers that they stand for, such as metadata; a header
 * of the same name goes first.
 */
export function withQueryHeaders(request: AwsRequest): AwsRequest {
  if (presignedVersion(request) === undefined) return request;
  const headers = new Map(request.headers);
  for (const [name, value] of request.query) {
    const lower = name.toLowerCase();
    const isHeader = lower.startsWith('x-amz-') && !OF_THE_SIGNATURE.has(lower);
    if ((isHeader || lower === 'content-md5') && !headers.has(lower)) headers.set(lower, checkHeaderText(name, value));
  }
  return { ...request, headers };
}

const OF_THE_SIGNATURE = new Set(
  'x-amz-algorithm x-amz-credential x-amz-date x-amz-expires x-amz-signature x-amz-signedheaders x-amz-security-token'.split(
    ' ',
  ),
);

/**
 * Checks that the caller means this account.
 *
 * @throws AwsFault AccessDenied
 */
export function checkExpectedOwner(request: AwsRequest, accountId: string): void {
  for (const name of ['x-amz-expected-bucket-owner', 'x-amz-source-expected-bucket-owner']) {
    const owner = request.headers.get(name) ?? queryValue(request, name);
    if (owner !== undefined && owner !== accountId)
      throw new AwsFault('AccessDenied', 'Access Denied', { status: 403 });
  }
}
