/** Performs ListObjectsV2 and the older ListObjects. */
import { join } from 'node:path';
import { AwsFault } from '../http/fault';
import { type AwsRequest, queryValue } from '../http/request';
import { encode } from '../http/sigv4';
import { answerXml, type S3Call, type S3Operation } from './call';
import { behindAll, type ListPage, listPage } from './object-list';
import { requireBucket } from './object-place';
import { writeXml, type XmlContent } from './xml';

const MAX_KEYS = 1000;

interface ListQuery {
  readonly prefix: string;
  readonly delimiter: string;
  readonly maxKeys: number;
  /** Escapes texts of the answer as the client asked. */
  readonly write: (text: string) => string;
  readonly encoding: string | undefined;
}

/** Lists a page of objects in key order. */
export const listObjectsV2: S3Operation = async (call) => {
  const query = readListQuery(call.request);
  const token = queryValue(call.request, 'continuation-token');
  const startAfter = queryValue(call.request, 'start-after');
  const after = token === undefined ? Buffer.from(startAfter ?? '') : readToken(token);
  const page = await readPage(call, query, after);
  const next = page.next;
  return answerXml(
    writeXml('ListBucketResult', {
      Name: call.bucket,
      Prefix: query.write(query.prefix),
      StartAfter: startAfter === undefined ? undefined : query.write(startAfter),
      ContinuationToken: token,
      NextContinuationToken: next?.toString('base64url'),
      KeyCount: page.keys.length + page.prefixes.length,
      ...(await describePage(call, query, page)),
    }),
  );
};

/** Lists a page of objects by the older operation, whose marker is a key or a common prefix. */
export const listObjectsV1: S3Operation = async (call) => {
  const query = readListQuery(call.request);
  const marker = queryValue(call.request, 'marker') ?? '';
  const isGroup = query.delimiter !== '' && marker.startsWith(query.prefix) && marker.endsWith(query.delimiter);
  const page = await readPage(call, query, isGroup ? behindAll(marker) : Buffer.from(marker));
  const hasNextMarker = page.next !== undefined && query.delimiter !== '' && page.last !== undefined;
  return answerXml(
    writeXml('ListBucketResult', {
      Name: call.bucket,
      Prefix: query.write(query.prefix),
      Marker: query.write(marker),
      NextMarker: hasNextMarker ? query.write(page.last ?? '') : undefined,
      ...(await describePage(call, query, page)),
    }),
  );
};

function readListQuery(request: AwsRequest): ListQuery {
  const maxKeys = Number(queryValue(request, 'max-keys') ?? MAX_KEYS);
  const encoding = queryValue(request, 'encoding-type');
  if (!Number.isInteger(maxKeys) || maxKeys < 0) {
    throw new AwsFault('InvalidArgument', 'Provided max-keys not an integer or within integer range');
  }
  if (encoding !== undefined && encoding !== 'url') {
    throw new AwsFault('InvalidArgument', 'Invalid Encoding Method specified in Request');
  }
  return {
    prefix: queryValue(request, 'prefix') ?? '',
    delimiter: queryValue(request, 'delimiter') ?? '',
    maxKeys: Math.min(maxKeys, MAX_KEYS),
    encoding,
    write: encoding === 'url' ? (text) => encode(text).replaceAll('%2F', '/') : (text) => text,
  };
}

function readToken(token: string): Buffer {
  const after = Buffer.from(token, 'base64url');
  if (token !== '' && after.toString('base64url') === token) return after;
  throw new AwsFault('InvalidArgument', 'The continuation token provided is incorrect');
}

async function readPage(call: S3Call, query: ListQuery, after: Buffer): Promise<ListPage> {
  await requireBucket(call.store.folder, call.bucket);
  if (query.maxKeys === 0) return { keys: [], prefixes: [] };
  const walk = { prefix: Buffer.from(query.prefix), after, delimiter: query.delimiter };
  return listPage(join(call.store.folder, call.bucket), walk, query.maxKeys);
}

async function describePage(
  call: S3Call,
  query: ListQuery,
  page: ListPage,
): Promise<Record<string, XmlContent | readonly XmlContent[] | undefined>> {
  const contents: XmlContent[] = [];
  for (const key of page.keys) {
    const facts = await call.store.describe({ bucket: call.bucket, key });
    // A key that was removed since the page was read is left out.
    if (facts === undefined) continue;
    contents.push({
      Key: query.write(key),
      LastModified: new Date(facts.modifiedMs).toISOString(),
      ETag: `"${facts.etag}"`,
      Size: facts.sizeBytes,
      StorageClass: 'STANDARD',
    });
  }
  return {
    MaxKeys: query.maxKeys,
    Delimiter: query.delimiter === '' ? undefined : query.write(query.delimiter),
    EncodingType: query.encoding,
    IsTruncated: page.next !== undefined,
    Contents: contents,
    CommonPrefixes: page.prefixes.map((prefix) => ({ Prefix: query.write(prefix) })),
  };
}
