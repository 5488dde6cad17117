/** Performs put, get, head and delete of objects. */

import { AwsFault } from '../http/fault';
import type { AwsRequest } from '../http/request';
import { queryValue } from '../http/request';
import { notComplete, type S3Answer, type S3Call, type S3Operation } from './call';
import { checksumHeader, findSentChecksum } from './checksums';
import { checkReadConditions, checkWriteConditions, readRange } from './conditions';
import { DEFAULT_CONTENT_TYPE, type ObjectFacts } from './object-facts';
import { noSuchKey, requireBucket } from './object-place';
import type { OpenObject } from './object-reading';
import { type IncomingBody, MAX_PUT_BYTES, receiveBody } from './receive';

/** Headers that a get gives back as they were put. */
const KEPT_HEADERS = ['cache-control', 'content-disposition', 'content-language', 'expires'];

/** Headers of a put that ask for what is not built; to ignore them would be to pretend. */
const REFUSED_HEADERS =
  /^x-amz-(copy-source|tagging|acl|grant-.*|object-lock-.*|website-redirect-location|server-side-encryption-customer-.*|write-offset-bytes)$/;

/** Stores an object whole; the former one stays until the new one is flushed to disk. */
export const putObject: S3Operation = async (call) => {
  const { store, bucket, key, request } = call;
  await requireBucket(store.folder, bucket);
  const headers = readObjectHeaders(request);
  const body = await receiveBody(readIncomingBody(call), store.temporaryFile());
  const facts = await store.put(
    { bucket, key },
    { body, headers, check: (current) => checkWriteConditions(request.headers, current) },
  );
  return { status: 200, headers: { etag: `"${facts.etag}"`, ...checksumHeaders(facts) } };
};

/**
 * Reads what a put or part brings and what it must be.
 *
 * @throws AwsFault MissingContentLength, EntityTooLarge, InvalidDigest, or InvalidRequest for a checksum that is not known here
 */
export function readIncomingBody({ payload, request }: S3Call): IncomingBody {
  if (payload.sizeBytes === undefined) {
    const message = 'You must provide the Content-Length HTTP header.';
    throw new AwsFault('MissingContentLength', message, { status: 411 });
  }
  if (payload.sizeBytes > MAX_PUT_BYTES) {
    throw new AwsFault('EntityTooLarge', 'Your proposed upload exceeds the maximum allowed size');
  }
  const md5 = request.headers.get('content-md5');
  if (md5 !== undefined && Buffer.from(md5, 'base64').length !== 16) {
    throw new AwsFault('InvalidDigest', 'The Content-MD5 you specified was invalid.');
  }
  const sent = findSentChecksum(request.headers);
  return {
    data: payload.data,
    sizeBytes: payload.sizeBytes,
    ...(payload.sha256Hex === undefined ? {} : { sha256Hex: payload.sha256Hex }),
    ...(md5 === undefined ? {} : { md5Base64: md5 }),
    ...(sent === undefined
      ? {}
      : {
          checksum: {
            algorithm: sent.algorithm,
            value: () => sent.value ?? payload.trailers.get(checksumHeader(sent.algorithm)),
          },
        }),
  };
}

/** Reads the headers that are stored with an object: content type and encoding, and the client's own `x-amz-meta-*`. */
export function readObjectHeaders(request: AwsRequest): Readonly<Record<string, string>> {
  const refused = [...request.headers.keys()].find((name) => REFUSED_HEADERS.test(name));
  if (refused !== undefined) throw notComplete(`The header ${refused}`);
  const headers: Record<string, string> = {
    'content-type': request.headers.get('content-type') ?? DEFAULT_CONTENT_TYPE,
  };
  const encoding = (request.headers.get('content-encoding') ?? '')
    .split(',')
    .map((one) => one.trim())
    .filter((one) => one !== '' && one !== 'aws-chunked')
    .join(',');
  if (encoding !== '') headers['content-encoding'] = encoding;
  for (const [name, value] of request.headers) {
    if (KEPT_HEADERS.includes(name) || name.startsWith('x-amz-meta-')) headers[name] = value;
  }
  return headers;
}

/** Removes an object; one that is not there is removed as well. */
export const deleteObject: S3Operation = async ({ store, bucket, key }) => {
  await requireBucket(store.folder, bucket);
  await store.remove({ bucket, key });
  return { status: 204 };
};

/** Sends an object or one range of it. */
export const getObject: S3Operation = async (call) => {
  const object = await openObject(call);
  try {
    const answer = describeRead(call, object.facts);
    if (answer.status === 304 || answer.length === 0) {
      await object.handle.close();
      return answer;
    }
    const range = { start: answer.first, end: answer.first + answer.length - 1, highWaterMark: 256 * 1024 };
    return { ...answer, body: object.handle.createReadStream(range) };
  } catch (error) {
    await object.handle.close();
    throw error;
  }
};

/** Answers an object's headers. */
export const headObject: S3Operation = async (call) => {
  await requireBucket(call.store.folder, call.bucket);
  const facts = await call.store.describe({ bucket: call.bucket, key: call.key });
  if (facts === undefined) throw noSuchKey(call.key);
  return describeRead(call, facts);
};

async function openObject({ store, bucket, key }: S3Call): Promise<OpenObject> {
  await requireBucket(store.folder, bucket);
  const object = await store.open({ bucket, key });
  if (object === undefined) throw noSuchKey(key);
  return object;
}

function describeRead(
  call: S3Call,
  facts: ObjectFacts,
): S3Answer & { readonly first: number; readonly length: number } {
  const { headers } = call.request;
  const common = {
    etag: `"${facts.etag}"`,
    'last-modified': new Date(facts.modifiedMs).toUTCString(),
    'accept-ranges': 'bytes',
  };
  if (checkReadConditions(headers, facts) === 'notModified') {
    return { status: 304, headers: common, first: 0, length: 0 };
  }
  const range = readRange(headers.get('range'), facts.sizeBytes);
  const length = range === undefined ? facts.sizeBytes : range.last - range.first + 1;
  const isChecksumAsked = range === undefined && headers.get('x-amz-checksum-mode')?.toUpperCase() === 'ENABLED';
  return {
    status: range === undefined ? 200 : 206,
    first: range?.first ?? 0,
    length,
    headers: {
      ...common,
      ...facts.headers,
      ...readOverrides(call.request),
      ...(isChecksumAsked ? checksumHeaders(facts) : {}),
      ...(range === undefined ? {} : { 'content-range': `bytes ${range.first}-${range.last}/${facts.sizeBytes}` }),
      'content-length': String(length),
    },
  };
}

function readOverrides(request: AwsRequest): Readonly<Record<string, string>> {
  const names = [
    'content-type',
    'content-language',
    'expires',
    'cache-control',
    'content-disposition',
    'content-encoding',
  ];
  const entries = names.map((name) => [name, queryValue(request, `response-${name}`)] as const);
  return Object.fromEntries(entries.flatMap(([name, value]) => (value === undefined ? [] : [[name, value] as const])));
}

/** Makes the checksum headers of an object; empty where it has no checksum. */
export function checksumHeaders(facts: ObjectFacts): Readonly<Record<string, string>> {
  const { checksum } = facts;
  if (checksum === undefined) return {};
  return { [checksumHeader(checksum.algorithm)]: checksum.value, 'x-amz-checksum-type': checksum.type };
}
