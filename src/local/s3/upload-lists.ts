/** Performs ListParts and ListMultipartUploads. */
import { queryValue } from '../http/request';
import { encode } from '../http/sigv4';
import type { XmlContent } from '../http/write-xml';
import { type ListEncoding, readEncoding, readLimit, wrongArgument } from './arguments';
import { answerXml, OWNER, type S3Operation } from './call';
import { storageClassOf } from './object-headers';
import { groupOf } from './object-list';
import { requireBucket } from './object-place';
import { uploadIdOf } from './upload-operations';
import { listUploads, readParts, readUpload, type Upload, type UploadPart } from './uploads';
import { writeXml } from './xml';

const MAX_ENTRIES = 1000;

/** Lists the parts of an upload that have been received, by number. */
export const listParts: S3Operation = async (call) => {
  const { request, store, bucket, key } = call;
  const limit = readLimit(request, 'max-parts', { most: MAX_ENTRIES, least: 0 });
  const marker = queryValue(request, 'part-number-marker') ?? '0';
  if (!/^\d+$/.test(marker)) {
    throw wrongArgument(
      'part-number-marker',
      marker,
      'Provided part-number-marker not an integer or within integer range',
    );
  }
  const uploadId = uploadIdOf(call);
  const upload = await readUpload(store, uploadId, call);
  const parts = [...(await readParts(store, uploadId)).values()].filter((part) => part.number > Number(marker));
  const page = parts.slice(0, limit);
  return answerXml(
    writeXml('ListPartsResult', {
      Bucket: bucket,
      Key: readEncoding(request, encode).write(key),
      UploadId: uploadId,
      Initiator: OWNER,
      Owner: OWNER,
      StorageClass: storageClassOf(upload.headers),
      ChecksumAlgorithm: upload.algorithm,
      ChecksumType: upload.algorithm === undefined ? undefined : upload.checksumType,
      PartNumberMarker: Number(marker),
      NextPartNumberMarker: page.length < parts.length ? page.at(-1)?.number : undefined,
      MaxParts: limit,
      IsTruncated: page.length < parts.length,
      Part: page.map((part) => describePart(part, upload)),
    }),
  );
};

function describePart(part: UploadPart, { algorithm }: Upload): XmlContent {
  return {
    PartNumber: part.number,
    LastModified: new Date(part.modifiedMs).toISOString(),
    ETag: `"${part.etag}"`,
    Size: part.sizeBytes,
    ...(algorithm === undefined || part.checksum === undefined ? {} : { [`Checksum${algorithm}`]: part.checksum }),
  };
}

type ListedUpload = Awaited<ReturnType<typeof listUploads>>[number];

interface UploadQuery extends ListEncoding {
  readonly prefix: string;
  readonly delimiter: string;
  readonly keyMarker: string;
  /** Counts only beside a key marker. */
  readonly idMarker: string;
}

/** Lists the uploads of a bucket that are in progress, by key and then by time. */
export const listMultipartUploads: S3Operation = async ({ request, store, bucket }) => {
  await requireBucket(store.folder, bucket);
  const value = (name: string): string => queryValue(request, name) ?? '';
  const keyMarker = value('key-marker');
  const query: UploadQuery = {
    prefix: value('prefix'),
    delimiter: value('delimiter'),
    keyMarker,
    idMarker: keyMarker === '' ? '' : value('upload-id-marker'),
    ...readEncoding(request, encode),
  };
  const limit = readLimit(request, 'max-uploads', { most: MAX_ENTRIES, least: 1 });
  const page = readUploadPage(behindMarkers(await listUploads(store, bucket), query), query, limit);
  const { write } = query;
  return answerXml(
    writeXml('ListMultipartUploadsResult', {
      Bucket: bucket,
      KeyMarker: write(keyMarker),
      UploadIdMarker: query.idMarker,
      NextKeyMarker: page.isTruncated ? write(page.lastKey) : undefined,
      NextUploadIdMarker: page.isTruncated ? page.lastId : undefined,
      Prefix: write(query.prefix),
      Delimiter: query.delimiter === '' ? undefined : write(query.delimiter),
      EncodingType: query.encoding,
      MaxUploads: limit,
      IsTruncated: page.isTruncated,
      Upload: page.uploads.map((upload) => describeUpload(upload, write)),
      CommonPrefixes: page.prefixes.map((prefix) => ({ Prefix: write(prefix) })),
    }),
  );
};

function behindMarkers(uploads: readonly ListedUpload[], query: UploadQuery): readonly ListedUpload[] {
  const { keyMarker, idMarker, prefix, delimiter } = query;
  const group = keyMarker.startsWith(prefix) ? groupOf(keyMarker, prefix, delimiter) : undefined;
  const marked = uploads.findIndex((upload) => upload.key === keyMarker && upload.id === idMarker);
  return uploads.filter((upload, index) => {
    if (!upload.key.startsWith(prefix) || (group !== undefined && upload.key.startsWith(group))) return false;
    const order = Buffer.compare(Buffer.from(upload.key), Buffer.from(keyMarker));
    return order > 0 || (order === 0 && marked >= 0 && index > marked);
  });
}

interface UploadPage {
  readonly uploads: readonly ListedUpload[];
  readonly prefixes: readonly string[];
  readonly isTruncated: boolean;
  readonly lastKey: string;
  readonly lastId: string;
}

function readUploadPage(uploads: readonly ListedUpload[], query: UploadQuery, limit: number): UploadPage {
  const shown: ListedUpload[] = [];
  const prefixes: string[] = [];
  let [lastKey, lastId] = ['', ''];
  for (const upload of uploads) {
    const group = groupOf(upload.key, query.prefix, query.delimiter);
    if (group !== undefined && group === prefixes.at(-1)) continue;
    if (shown.length + prefixes.length >= limit)
      return { uploads: shown, prefixes, isTruncated: true, lastKey, lastId };
    if (group === undefined) shown.push(upload);
    else prefixes.push(group);
    [lastKey, lastId] = [group ?? upload.key, group === undefined ? upload.id : ''];
  }
  return { uploads: shown, prefixes, isTruncated: false, lastKey, lastId };
}

function describeUpload(upload: ListedUpload, write: (text: string) => string): XmlContent {
  return {
    UploadId: upload.id,
    Key: write(upload.key),
    Initiated: new Date(upload.initiatedMs).toISOString(),
    StorageClass: storageClassOf(upload.headers),
    Owner: OWNER,
    Initiator: OWNER,
    ChecksumAlgorithm: upload.algorithm,
    ChecksumType: upload.algorithm === undefined ? undefined : upload.checksumType,
  };
}
