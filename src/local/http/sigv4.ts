/** Verifies AWS Signature Version 4: that of the Authorization header, and the parts that presigned URLs share with it. */
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

/** Holds what was signed on this side, for a client that looks for the difference. */
export interface SignedTexts {
  readonly canonicalRequest: string;
  readonly stringToSign: string;
  readonly signature: string;
}

export type AuthResult =
  | { readonly ok: true; readonly seed: ChunkSeed; readonly signedHeaders: readonly string[] }
  | { readonly ok: false; readonly problem: AuthProblem; readonly texts?: SignedTexts };

/** How far a client's clock may be off: AWS's 15 minutes. */
export const MAX_SKEW_MS = 15 * 60_000;

/** Checks the Authorization header against `payloadHash`, the hex SHA-256 or the marker that the client signed. */
export function verifySignature(request: AwsRequest, payloadHash: string, context: AuthContext): AuthResult {
  const header = request.headers.get('authorization');
  if (header === undefined) {
    return refuse(queryValue(request, 'X-Amz-Signature') === undefined ? 'missing' : 'presigned');
  }
  const parts = readAuthorization(header);
  const date = request.headers.get('x-amz-date');
  if (parts === undefined || date === undefined || !parts.signedHeaders.includes('host')) return refuse('malformed');
  const signedAt = readSigningDate(date);
  if (signedAt === undefined || !date.startsWith(parts.day)) return refuse('malformed');
  if (Math.abs(signedAt - context.nowMs) > MAX_SKEW_MS) return checkSigner(parts, context) ?? refuse('skewed');
  return verifyClaim(request, { ...parts, date }, { ...context, payloadHash });
}

/** Checks key, scope and signature of a claim, not its time. */
export function verifyClaim(
  request: AwsRequest,
  claim: SignatureClaim & { readonly date: string },
  context: AuthContext & { readonly payloadHash: string },
): AuthResult {
  const wrong = checkSigner(claim, context);
  if (wrong !== undefined) return wrong;
  const scope = `${claim.day}/${claim.region}/${claim.service}/aws4_request`;
  const signingKey = deriveKey(context.credentials.secretAccessKey, scope.split('/'));
  const canonical = canonicalRequest(request, claim.signedHeaders, context.payloadHash);
  const stringToSign = `AWS4-HMAC-SHA256\n${claim.date}\n${scope}\n${sha256Hex(canonical)}`;
  const signature = hmac(signingKey, stringToSign).toString('hex');
  if (!isSame(signature, claim.signature)) {
    const texts = { canonicalRequest: canonical, stringToSign, signature: claim.signature };
    return { ok: false, problem: 'mismatch', texts };
  }
  return { ok: true, seed: { signingKey, date: claim.date, scope, signature }, signedHeaders: claim.signedHeaders };
}

function checkSigner(claim: SignatureClaim, context: AuthContext): AuthResult | undefined {
  if (claim.accessKeyId !== context.credentials.accessKeyId) return refuse('unknownKey');
  if (claim.region !== context.region || claim.service !== context.service) return refuse('wrongScope');
  return undefined;
}

function refuse(problem: AuthProblem): AuthResult {
  return { ok: false, problem };
}

/** Holds what a client claims to have signed, and with what. */
export interface SignatureClaim {
  readonly accessKeyId: string;
  readonly day: string;
  readonly region: string;
  readonly service: string;
  readonly signedHeaders: readonly string[];
  readonly signature: string;
}

const AUTHORIZATION =
  /^AWS4-HMAC-SHA256\s+Credential=([^/,\s]+)\/(\d{8})\/([^/,\s]+)\/([^/,\s]+)\/aws4_request\s*,\s*SignedHeaders=([^,\s]+)\s*,\s*Signature=([0-9a-f]{64})$/;

function readAuthorization(header: string): SignatureClaim | undefined {
  const match = AUTHORIZATION.exec(header);
  if (match === null) return undefined;
  const [accessKeyId = '', day = '', region = '', service = '', signed = '', signature = ''] = match.slice(1);
  return { accessKeyId, day, region, service, signedHeaders: signed.split(';'), signature };
}

/** Reads a time such as `20130524T000000Z` as epoch ms; undefined where it is none. */
export function readSigningDate(text: string): number | undefined {
  const match = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(text);
  if (match === null) return undefined;
  const [year = '', month = '', day = '', hour = '', minute = '', second = ''] = match.slice(1);
  const time = Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`);
  return Number.isNaN(time) ? undefined : time;
}

function canonicalRequest(request: AwsRequest, signedHeaders: readonly string[], payloadHash: string): string {
  const query = request.query
    .filter(([name]) => name !== 'X-Amz-Signature')
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
