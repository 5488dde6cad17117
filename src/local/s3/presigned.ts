/** Verifies presigned URLs: Signature Version 4 in the query, and the older version 2, which boto3 still makes by default. */
import { createHmac } from 'node:crypto';
import { AwsFault } from '../http/fault';
import { type AwsRequest, queryValue } from '../http/request';
import {
  type AuthContext,
  type AuthResult,
  isSame,
  MAX_SKEW_MS,
  readSigningDate,
  type SignatureClaim,
  verifyClaim,
} from '../http/sigv4';
import type { Target } from './target';

/** The longest time that a URL may be good for: seven days. */
const MAX_EXPIRES_SECONDS = 604_800;

/** Tells whether a request is signed in its query, and by which version. */
export function presignedVersion(request: AwsRequest): 4 | 2 | undefined {
  const has = (name: string): boolean => queryValue(request, name) !== undefined;
  if (has('X-Amz-Algorithm') || has('X-Amz-Credential') || has('X-Amz-Signature')) return 4;
  return has('AWSAccessKeyId') || has('Signature') ? 2 : undefined;
}

/**
 * Checks the query signature of version 4. The body is not signed, unless `x-amz-content-sha256` is given.
 *
 * @throws AwsFault AuthorizationQueryParametersError, AccessDenied where the time is over or not yet there
 */
export function verifyPresigned(request: AwsRequest, context: AuthContext): AuthResult {
  const claim = readClaim(request);
  checkTime({ ...claim, nowMs: context.nowMs });
  const payloadHash =
    queryValue(request, 'X-Amz-Content-Sha256') ?? request.headers.get('x-amz-content-sha256') ?? 'UNSIGNED-PAYLOAD';
  return verifyClaim(request, claim, { ...context, payloadHash });
}

type PresignedClaim = SignatureClaim & {
  readonly date: string;
  readonly signedMs: number;
  readonly expiresSeconds: number;
};

function readClaim(request: AwsRequest): PresignedClaim {
  const names = ['Algorithm', 'Credential', 'Signature', 'Date', 'SignedHeaders', 'Expires'] as const;
  const values = names.map((name) => queryValue(request, `X-Amz-${name}`));
  if (values.some((value) => value === undefined)) {
    throw wrongParameters(
      'Query-string authentication version 4 requires the X-Amz-Algorithm, X-Amz-Credential, X-Amz-Signature, X-Amz-Date, X-Amz-SignedHeaders, and X-Amz-Expires parameters.',
    );
  }
  const [algorithm, credential = '', signature = '', date = '', signedHeaders = '', expires = ''] = values;
  if (algorithm !== 'AWS4-HMAC-SHA256') throw wrongParameters('X-Amz-Algorithm only supports "AWS4-HMAC-SHA256"');
  const parts = /^([^/]+)\/(\d{8})\/([^/]+)\/([^/]+)\/aws4_request$/.exec(credential);
  const signedMs = readSigningDate(date);
  if (parts === null || signedMs === undefined || !date.startsWith(parts[2] ?? '')) {
    throw wrongParameters('Error parsing the X-Amz-Credential or X-Amz-Date parameter; the Credential is malformed.');
  }
  const [accessKeyId = '', day = '', region = '', service = ''] = parts.slice(1);
  const claim = { accessKeyId, day, region, service, signedHeaders: signedHeaders.split(';'), signature };
  return { ...claim, date, signedMs, expiresSeconds: readExpires(expires) };
}

function readExpires(text: string): number {
  if (!/^-?\d+$/.test(text)) throw wrongParameters('X-Amz-Expires should be a number');
  const seconds = Number(text);
  if (seconds < 0) throw wrongParameters('X-Amz-Expires must be non-negative');
  if (seconds > MAX_EXPIRES_SECONDS) {
    throw wrongParameters(
      'X-Amz-Expires must be less than a week (in seconds); that is, the given X-Amz-Expires must be less than 604800 seconds',
    );
  }
  return seconds;
}

function wrongParameters(message: string): AwsFault {
  return new AwsFault('AuthorizationQueryParametersError', message);
}

function checkTime(claim: { readonly signedMs: number; readonly expiresSeconds: number; readonly nowMs: number }) {
  if (claim.signedMs > claim.nowMs + MAX_SKEW_MS) {
    throw new AwsFault('AccessDenied', 'Request is not yet valid', { status: 403 });
  }
  const endMs = claim.signedMs + claim.expiresSeconds * 1000;
  if (claim.nowMs > endMs) throw expired(endMs, claim.nowMs, { 'X-Amz-Expires': String(claim.expiresSeconds) });
}

function expired(endMs: number, nowMs: number, more: Readonly<Record<string, string>>): AwsFault {
  const details = { ...more, Expires: formatTime(endMs), ServerTime: formatTime(nowMs) };
  return new AwsFault('AccessDenied', 'Request has expired', { status: 403, details });
}

function formatTime(ms: number): string {
  return new Date(ms).toISOString().replace(/\.\d+Z$/, 'Z');
}

/** Query parameters that version 2 signs as a part of the resource. */
const V2_RESOURCE =
  /^(acl|cors|delete|lifecycle|location|logging|notification|partNumber|policy|requestPayment|response-[a-z-]+|restore|tagging|torrent|uploadId|uploads|versionId|versioning|versions|website)$/;

/**
 * Checks the query signature of version 2: HMAC-SHA1 over method, digests, end of time, `x-amz-` headers and resource.
 *
 * @throws AwsFault AccessDenied where the time is over
 */
export function verifyPresignedV2(
  request: AwsRequest,
  target: Target & { readonly isInHost: boolean },
  context: AuthContext,
): 'ok' | 'unknownKey' | 'mismatch' {
  const expires = queryValue(request, 'Expires') ?? '';
  if (!/^\d+$/.test(expires)) {
    const message = 'Query-string authentication requires the Signature, Expires and AWSAccessKeyId parameters';
    throw new AwsFault('AccessDenied', message, { status: 403 });
  }
  if (context.nowMs > Number(expires) * 1000) throw expired(Number(expires) * 1000, context.nowMs, {});
  const { accessKeyId, secretAccessKey } = context.credentials;
  if (queryValue(request, 'AWSAccessKeyId') !== accessKeyId) return 'unknownKey';
  const text = stringToSignV2(request, target, expires);
  const signature = createHmac('sha1', secretAccessKey).update(text).digest('base64');
  return isSame(signature, queryValue(request, 'Signature') ?? '') ? 'ok' : 'mismatch';
}

function stringToSignV2(request: AwsRequest, target: Target & { readonly isInHost: boolean }, expires: string): string {
  const value = (name: string): string => request.headers.get(name) ?? queryValue(request, name) ?? '';
  const amz = new Map([...request.headers].filter(([name]) => name.startsWith('x-amz-')));
  for (const [name, text] of request.query) {
    if (/^x-amz-/i.test(name)) amz.set(name.toLowerCase(), text);
  }
  const headers = [...amz].sort(([a], [b]) => (a < b ? -1 : 1)).map(([name, text]) => `${name}:${text}\n`);
  const sub = request.query
    .filter(([name]) => V2_RESOURCE.test(name))
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, text]) => (text === '' ? name : `${name}=${text}`));
  const path = target.isInHost ? `/${target.bucket}${request.path}` : request.path;
  const resource = `${path}${sub.length === 0 ? '' : `?${sub.join('&')}`}`;
  return `${request.method}\n${value('content-md5')}\n${value('content-type')}\n${expires}\n${headers.join('')}${resource}`;
}
