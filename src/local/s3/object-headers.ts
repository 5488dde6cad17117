/** Reads the headers that are stored with an object, and refuses those that ask for what is not built. */
import { AwsFault } from '../http/fault';
import { wrongArgument } from './arguments';
import { notComplete } from './call';
import { DEFAULT_CONTENT_TYPE } from './object-facts';

type Headers = ReadonlyMap<string, string>;

/** Headers that a get gives back as they were put. */
const KEPT_HEADERS = new Set([
  'cache-control',
  'content-disposition',
  'content-language',
  'expires',
  'x-amz-website-redirect-location',
]);

/** Headers that ask for what is not built; to ignore them would be to pretend. */
const REFUSED_HEADERS = /^x-amz-(object-lock-.*|server-side-encryption-customer-.*|write-offset-bytes)$/;

const STORAGE_CLASS = 'x-amz-storage-class';
const STORAGE_CLASSES = new Set(
  'STANDARD REDUCED_REDUNDANCY STANDARD_IA ONEZONE_IA INTELLIGENT_TIERING GLACIER DEEP_ARCHIVE GLACIER_IR'.split(' '),
);

/** S3's limit for names and values of `x-amz-meta-` headers together. */
const MAX_METADATA_BYTES = 2048;

/**
 * Reads the headers that are stored with an object: content type and encoding, storage class where it is not STANDARD,
 * and the client's own `x-amz-meta-*`, their RFC 2047 words decoded.
 *
 * @throws AwsFault NotImplemented, AccessControlListNotSupported, InvalidStorageClass, MetadataTooLarge
 */
export function readObjectHeaders(sent: Headers): Readonly<Record<string, string>> {
  const refused = [...sent.keys()].find((name) => REFUSED_HEADERS.test(name));
  if (refused !== undefined) throw notComplete(`The header ${refused}`);
  checkAcl(sent);
  const headers: Record<string, string> = { 'content-type': sent.get('content-type') ?? DEFAULT_CONTENT_TYPE };
  const encoding = (sent.get('content-encoding') ?? '')
    .split(',')
    .map((one) => one.trim())
    .filter((one) => one !== '' && one !== 'aws-chunked')
    .join(',');
  if (encoding !== '') headers['content-encoding'] = encoding;
  for (const [name, value] of sent) {
    if (KEPT_HEADERS.has(name)) headers[name] = value;
    else if (name.startsWith('x-amz-meta-')) headers[name] = decodeWords(value);
  }
  checkMetadataSize(headers);
  const storageClass = readStorageClass(sent);
  if (storageClass !== 'STANDARD') headers[STORAGE_CLASS] = storageClass;
  return headers;
}

function readStorageClass(sent: Headers): string {
  const name = sent.get(STORAGE_CLASS) ?? 'STANDARD';
  if (STORAGE_CLASSES.has(name)) return name;
  throw new AwsFault('InvalidStorageClass', 'The storage class you specified is not valid', {
    details: { StorageClassRequested: name },
  });
}

/** Finds the storage class among the headers of an object. */
export function storageClassOf(headers: Readonly<Record<string, string>>): string {
  return headers[STORAGE_CLASS] ?? 'STANDARD';
}

function checkMetadataSize(headers: Readonly<Record<string, string>>): void {
  const size = Object.entries(headers)
    .filter(([name]) => name.startsWith('x-amz-meta-'))
    .reduce((sum, [name, value]) => sum + name.length - 'x-amz-meta-'.length + Buffer.byteLength(value), 0);
  if (size <= MAX_METADATA_BYTES) return;
  throw new AwsFault('MetadataTooLarge', 'Your metadata headers exceed the maximum allowed metadata size', {
    details: { Size: String(size), MaxSizeAllowed: String(MAX_METADATA_BYTES) },
  });
}

const CANNED_ACLS = new Set(
  'private public-read public-read-write authenticated-read aws-exec-read bucket-owner-read bucket-owner-full-control log-delivery-write'.split(
    ' ',
  ),
);

/**
 * Checks that a request asks for no other access than the owner's, as a bucket without ACLs does.
 *
 * @throws AwsFault AccessControlListNotSupported, InvalidArgument
 */
export function checkAcl(sent: Headers): void {
  const acl = sent.get('x-amz-acl');
  if (acl !== undefined && !CANNED_ACLS.has(acl)) throw wrongArgument('x-amz-acl', acl, '');
  const isOwners = acl === undefined || acl === 'private' || acl === 'bucket-owner-full-control';
  const isGranted = [...sent.keys()].some((name) => name.startsWith('x-amz-grant-'));
  if (isOwners && !isGranted) return;
  throw new AwsFault('AccessControlListNotSupported', 'The bucket does not allow ACLs');
}

/** Writes stored headers for an answer: metadata that is not plain ASCII becomes one RFC 2047 word. */
export function writeObjectHeaders(headers: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name, name.startsWith('x-amz-meta-') ? encodeWord(value) : value]),
  );
}

function encodeWord(text: string): string {
  return /^[\t\u0020-\u007e]*$/.test(text) ? text : `=?UTF-8?B?${Buffer.from(text).toString('base64')}?=`;
}

const WORD = /=\?utf-8\?([bq])\?([^?\s]*)\?=/gi;

function decodeWords(text: string): string {
  return text
    .replace(/(\?=)\s+(?==\?utf-8\?)/gi, '$1')
    .replace(WORD, (_word, kind: string, data: string) =>
      kind.toLowerCase() === 'b' ? Buffer.from(data, 'base64').toString('utf8') : decodeQ(data),
    );
}

function decodeQ(data: string): string {
  const bytes = data
    .replaceAll('_', ' ')
    .replace(/=([0-9a-f]{2})/gi, (_code, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
  return Buffer.from(bytes, 'latin1').toString('utf8');
}
