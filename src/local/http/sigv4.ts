/** Verifies AWS Signature Version 4 in the Authorization header. Presigned URLs are refused by name. */
import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import { type AwsRequest, decodeUri, queryValue } from './request';

/** Names what is wrong with a request's signature; each protocol has its own words for it. */
export type AuthProblem = 'missing' | 'presigned' | 'malformed' | 'unknownKey' | 'wrongScope' | 'skewed' | 'mismatch';

/** Holds the key that a client signs with. */
export interface Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}

/** Holds what a check needs: `service` and `region` must be those of the credential scope, `nowMs` is epoch ms. */
export interface AuthContext {
  readonly credentials: Credentials;
  readonly region: string;
  readonly service: string;
  readonly nowMs: number;
}

/** Holds what the signatures of aws-chunked bodies continue from. */
export interface ChunkSeed {
  readonly signingKey: Buffer;
  readonly date: string;
  readonly scope: string;
  readonly signature: string;
}

export type AuthResult =
  | { readonly ok: true; readonly seed: ChunkSeed }
  | { readonly ok: false; readonly problem: AuthProblem };

/** How far a client's clock may be off: AWS's 15 minutes. */
const MAX_SKEW_MS = 15 * 60_000;

/** Checks the Authorization header against `payloadHash`, the hex SHA-256 or the marker that the client signed. */
export function verifySignature(request: AwsRequest, payloadHash: string, context: AuthContext): AuthResult {
  const header = request.headers.get('authorization');
  if (header === undefined) {
    return refuse(queryValue(request, 'X-Amz-Signature') === undefined ? 'missing' : 'presigned');
  }
  const parts = readAuthorization(header);
  const date = request.headers.get('x-amz-date');
  if (parts === undefined || date === undefined || !parts.signedHeaders.includes('host')) return refuse('malformed');
  const signedAt = readDate(date);
  if (signedAt === undefined || !date.startsWith(parts.day)) return refuse('malformed');
  if (parts.accessKeyId !== context.credentials.accessKeyId) return refuse('unknownKey');
  if (parts.region !== context.region || parts.service !== context.service) return refuse('wrongScope');
  if (Math.abs(signedAt - context.nowMs) > MAX_SKEW_MS) return refuse('skewed');
  const scope = `${parts.day}/${parts.region}/${parts.service}/aws4_request`;
  const signingKey = deriveKey(context.credentials.secretAccessKey, scope.split('/'));
  const canonical = canonicalRequest(request, parts.signedHeaders, payloadHash);
  const signature = hmac(signingKey, `AWS4-HMAC-SHA256\n${date}\n${scope}\n${sha256Hex(canonical)}`).toString('hex');
  if (!isSame(signature, parts.signature)) return refuse('mismatch');
  return { ok: true, seed: { signingKey, date, scope, signature } };
}

function refuse(problem: AuthProblem): AuthResult {
  return { ok: false, problem };
}

interface Authorization {
  readonly accessKeyId: string;
  readonly day: string;
  readonly region: string;
  readonly service: string;
  readonly signedHeaders: readonly string[];
  readonly signature: string;
}

const AUTHORIZATION =
  /^AWS4-HMAC-SHA256\s+Credential=([^/,\s]+)\/(\d{8})\/([^/,\s]+)\/([^/,\s]+)\/aws4_request\s*,\s*SignedHeaders=([^,\s]+)\s*,\s*Signature=([0-9a-f]{64})$/;

function readAuthorization(header: string): Authorization | undefined {
  const match = AUTHORIZATION.exec(header);
  if (match === null) return undefined;
  const [accessKeyId = '', day = '', region = '', service = '', signed = '', signature = ''] = match.slice(1);
  return { accessKeyId, day, region, service, signedHeaders: signed.split(';'), signature };
}

function readDate(text: string): number | undefined {
  const match = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(text);
  if (match === null) return undefined;
  const [year = '', month = '', day = '', hour = '', minute = '', second = ''] = match.slice(1);
  const time = Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`);
  return Number.isNaN(time) ? undefined : time;
}

function canonicalRequest(request: AwsRequest, signedHeaders: readonly string[], payloadHash: string): string {
  const query = request.query
    .map(([name, value]) => [encode(name), encode(value)] as const)
    .sort(([nameA, valueA], [nameB, valueB]) => compare(nameA, nameB) || compare(valueA, valueB))
    .map(([name, value]) => `${name}=${value}`)
    .join('&');
  const path = request.path
    .split('/')
    .map((part) => encode(decodeUri(part)))
    .join('/');
  const headers = signedHeaders.map((name) => `${name}:${(request.headers.get(name) ?? '').replace(/ +/g, ' ')}\n`);
  return [request.method, path, query, headers.join(''), signedHeaders.join(';'), payloadHash].join('\n');
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** Percent-encodes all but the unreserved characters of RFC 3986, as SigV4 and S3 listings do. */
export function encode(text: string): string {
  return encodeURIComponent(text).replace(/[!'()*]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`);
}

function deriveKey(secret: string, scope: readonly string[]): Buffer {
  return scope.reduce<Buffer>((key, part) => hmac(key, part), Buffer.from(`AWS4${secret}`));
}

/** Makes an HMAC-SHA256. */
export function hmac(key: Buffer, text: string): Buffer {
  return createHmac('sha256', key).update(text).digest();
}

/** Makes the SHA-256 of a text or of bytes, 64 hex digits. */
export function sha256Hex(data: string | Buffer): string {
  return createHash('sha256').update(data).digest('hex');
}

/** Compares two signatures in constant time. */
export function isSame(a: string, b: string): boolean {
  return a.length === b.length && timingSafeEqual(Buffer.from(a), Buffer.from(b));
}
