/** Performs ListObjectsV2, the older ListObjects, and ListObjectVersions. */
import { join } from 'node:path';
import { queryValue } from '../http/request';
import { encode } from '../http/sigv4';
import type { XmlContent } from '../http/write-xml';
import { type ListEncoding, readEncoding, readLimit, readToken, writeToken } from './arguments';
import { mapInBatches } from './batches';
import { answerXml, OWNER, type S3Call, type S3Operation } from './call';
import type { ObjectFacts } from './object-facts';
import { storageClassOf } from './object-headers';
import { behindAll, groupOf, type ListPage, listPage } from './object-list';
import { requireBucket } from './object-place';
import { writeXml } from './xml';

const MAX_KEYS = 1000;

interface ListQuery extends ListEncoding {
  readonly prefix: string;
  readonly delimiter: string;
  readonly maxKeys: number;
}

/** Lists a page of objects in key order. */
export const listObjectsV2: S3Operation = async (call) => {
  const query = readListQuery(call);
  const token = queryValue(call.request, 'continuation-token');
  const startAfter = queryValue(call.request, 'start-after');
  const after = token === undefined ? Buffer.from(startAfter ?? '') : readToken(token);
  const page = await readPage(call, query, after);
  const next = page.next;
  const hasOwner = queryValue(call.request, 'fetch-owner') === 'true';
  return answerXml(
    writeXml('ListBucketResult', {
      ...describeQuery(call, query, page),
      StartAfter: startAfter === undefined ? undefined : query.write(startAfter),
      ContinuationToken: token,
      NextContinuationToken: next === undefined ? undefined : writeToken(next),
      KeyCount: page.keys.length + page.prefixes.length,
      Contents: await describeKeys(call, page, (key, facts) => describeObject(query.write(key), facts, hasOwner)),
      CommonPrefixes: page.prefixes.map((prefix) => ({ Prefix: query.write(prefix) })),
    }),
  );
};

/** Lists a page of objects by the older operation, whose marker is a key or a common prefix. */
export const listObjectsV1: S3Operation = async (call) => {
  const query = readListQuery(call);
  const marker = queryValue(call.request, 'marker') ?? '';
  const page = await readPage(call, query, positionOf(marker, query));
  const hasNextMarker = page.next !== undefined && query.delimiter !== '';
  return answerXml(
    writeXml('ListBucketResult', {
      ...describeQuery(call, query, page),
      Marker: query.write(marker),
      NextMarker: hasNextMarker ? query.write(page.last ?? '') : undefined,
      Contents: await describeKeys(call, page, (key, facts) => describeObject(query.write(key), facts, true)),
      CommonPrefixes: page.prefixes.map((prefix) => ({ Prefix: query.write(prefix) })),
    }),
  );
};

/** Lists objects as the one version that each has, `null`, for clients that clear a bucket by its versions. */
export const listObjectVersions: S3Operation = async (call) => {
  const query = readListQuery(call);
  const marker = queryValue(call.request, 'key-marker') ?? '';
  const page = await readPage(call, query, positionOf(marker, query));
  const version = { VersionId: 'null', IsLatest: true };
  return answerXml(
    writeXml('ListVersionsResult', {
      ...describeQuery(call, query, page),
      KeyMarker: query.write(marker),
      VersionIdMarker: queryValue(call.request, 'version-id-marker') ?? '',
      NextKeyMarker: page.next === undefined ? undefined : query.write(page.last ?? ''),
      NextVersionIdMarker: page.next === undefined ? undefined : 'null',
      Version: await describeKeys(call, page, (key, facts) => ({
        ...describeObject(query.write(key), facts, true),
        ...version,
      })),
      CommonPrefixes: page.prefixes.map((prefix) => ({ Prefix: query.write(prefix) })),
    }),
  );
};

function readListQuery({ request }: S3Call): ListQuery {
  return {
    prefix: queryValue(request, 'prefix') ?? '',
    delimiter: queryValue(request, 'delimiter') ?? '',
    maxKeys: readLimit(request, 'max-keys', { most: MAX_KEYS, least: 0 }),
    ...readEncoding(request, encode),
  };
}

/** A marker within a common prefix stands for all of it. */
function positionOf(marker: string, { prefix, delimiter }: ListQuery): Buffer {
  const group = marker.startsWith(prefix) ? groupOf(marker, prefix, delimiter) : undefined;
  return group === undefined ? Buffer.from(marker) : behindAll(group);
}

async function readPage(call: S3Call, query: ListQuery, after: Buffer): Promise<ListPage> {
  await requireBucket(call.store.folder, call.bucket);
  if (query.maxKeys === 0) return { keys: [], prefixes: [] };
  const walk = { prefix: Buffer.from(query.prefix), after, delimiter: query.delimiter };
  return listPage(join(call.store.folder, call.bucket), walk, query.maxKeys);
}

function describeQuery(call: S3Call, query: ListQuery, page: ListPage): Record<string, XmlContent | undefined> {
  return {
    Name: call.bucket,
    Prefix: query.write(query.prefix),
    MaxKeys: query.maxKeys,
    Delimiter: query.delimiter === '' ? undefined : query.write(query.delimiter),
    EncodingType: query.encoding,
    IsTruncated: page.next !== undefined,
  };
}

async function describeKeys(
  call: S3Call,
  page: ListPage,
  describe: (key: string, facts: ObjectFacts) => XmlContent,
): Promise<readonly XmlContent[]> {
  const described = await mapInBatches(page.keys, async (key) => {
    const facts = await call.store.describe({ bucket: call.bucket, key });
    // A key that was removed since the page was read is left out.
    return facts === undefined ? undefined : describe(key, facts);
  });
  return described.filter((one) => one !== undefined);
}

function describeObject(key: string, facts: ObjectFacts, hasOwner: boolean): Record<string, XmlContent | undefined> {
  return {
    Key: key,
    LastModified: new Date(facts.modifiedMs).toISOString(),
    ETag: `"${facts.etag}"`,
    ChecksumAlgorithm: facts.checksum?.algorithm,
    ChecksumType: facts.checksum?.type,
    Size: facts.sizeBytes,
    Owner: hasOwner ? OWNER : undefined,
    StorageClass: storageClassOf(facts.headers),
  };
}
