/** Performs multipart uploads: create, upload part, complete, abort. */
import { createReadStream } from 'node:fs';
import { AwsFault } from '../http/fault';
import { queryValue } from '../http/request';
import { answerXml, readDocument, type S3Call, type S3Operation } from './call';
import {
  type Checksum,
  type ChecksumType,
  checksumHeader,
  composeChecksum,
  composeEtag,
  findSentChecksum,
  readAlgorithm,
} from './checksums';
import { checkWriteConditions } from './conditions';
import { checksumHeaders, readIncomingBody, readObjectHeaders } from './object-operations';
import { requireBucket } from './object-place';
import { receiveBody } from './receive';
import {
  addPart,
  createUpload,
  partFile,
  readParts,
  readUpload,
  removeUpload,
  type Upload,
  type UploadPart,
} from './uploads';
import { childText, readXml, writeXml, type XmlElement } from './xml';

const MAX_PART_NUMBER = 10_000;
/** S3's least size of a part that is not the last. */
const MIN_PART_BYTES = 5 * 1024 ** 2;

/** Begins an upload. */
export const createMultipartUpload: S3Operation = async ({ request, store, bucket, key }) => {
  await requireBucket(store.folder, bucket);
  const named = request.headers.get('x-amz-checksum-algorithm');
  const algorithm = named === undefined ? undefined : readAlgorithm(named);
  const checksumType = readType(request.headers.get('x-amz-checksum-type'), algorithm);
  const uploadId = await createUpload(store, {
    bucket,
    key,
    headers: readObjectHeaders(request),
    checksumType,
    ...(algorithm === undefined ? {} : { algorithm }),
  });
  const headers =
    algorithm === undefined ? {} : { 'x-amz-checksum-algorithm': algorithm, 'x-amz-checksum-type': checksumType };
  return answerXml(
    writeXml('InitiateMultipartUploadResult', { Bucket: bucket, Key: key, UploadId: uploadId }),
    headers,
  );
};

function readType(text: string | undefined, algorithm: string | undefined): ChecksumType {
  const usual = algorithm === 'CRC64NVME' ? 'FULL_OBJECT' : 'COMPOSITE';
  const type = text?.toUpperCase() ?? usual;
  const isPossible = type === 'COMPOSITE' ? algorithm !== 'CRC64NVME' : algorithm?.startsWith('CRC') === true;
  if ((type === 'COMPOSITE' || type === 'FULL_OBJECT') && isPossible) return type;
  const message = `The ${text} checksum type cannot be used with the ${algorithm ?? 'unset'} checksum algorithm.`;
  throw new AwsFault('InvalidRequest', message);
}

/** Receives one part; a later one of the same number replaces it. */
export const uploadPart: S3Operation = async (call) => {
  const { request, store } = call;
  const number = Number(queryValue(request, 'partNumber'));
  if (!Number.isInteger(number) || number < 1 || number > MAX_PART_NUMBER) {
    throw new AwsFault('InvalidArgument', 'Part number must be an integer between 1 and 10000, inclusive');
  }
  const uploadId = queryValue(request, 'uploadId') ?? '';
  const upload = await readUpload(store, uploadId, call);
  const incoming = readIncomingBody(call);
  const checksum = incoming.checksum ?? (upload.algorithm === undefined ? undefined : { algorithm: upload.algorithm });
  if (checksum !== undefined && upload.algorithm !== undefined && checksum.algorithm !== upload.algorithm) {
    const message = `Checksum Type mismatch occurred, expected checksum Type: ${upload.algorithm}, actual checksum Type: ${checksum.algorithm}`;
    throw new AwsFault('InvalidRequest', message);
  }
  const body = await receiveBody(
    { ...incoming, ...(checksum === undefined ? {} : { checksum }) },
    store.temporaryFile(),
  );
  await store.takeTurns(uploadId, () => addPart(store, uploadId, { number, body }));
  const sent = body.checksum;
  return {
    status: 200,
    headers: {
      etag: `"${body.md5Hex}"`,
      ...(sent === undefined ? {} : { [checksumHeader(sent.algorithm)]: sent.value }),
    },
  };
};

/** Makes an object of the parts that the client names, in order. */
export const completeMultipartUpload: S3Operation = async (call) => {
  const { request, store, bucket, key } = call;
  const uploadId = queryValue(request, 'uploadId') ?? '';
  const asked = readXml(await readDocument(call.payload));
  return store.takeTurns(uploadId, async () => {
    const upload = await readUpload(store, uploadId, call);
    const parts = chooseParts(asked, await readParts(store, uploadId), upload);
    const body = await receiveBody(joinParts(call, upload, { uploadId, parts }), store.temporaryFile());
    const checksum = upload.checksumType === 'FULL_OBJECT' ? body.checksum : composite(upload, parts);
    const facts = await store.put(
      { bucket, key },
      {
        body,
        headers: upload.headers,
        etag: composeEtag(parts.map((part) => part.etag)),
        ...(checksum === undefined ? {} : { checksum }),
        check: (current) => checkWriteConditions(request.headers, current),
      },
    );
    await removeUpload(store, uploadId);
    return answerXml(
      writeXml('CompleteMultipartUploadResult', {
        Location: `/${bucket}/${key}`,
        Bucket: bucket,
        Key: key,
        ETag: `"${facts.etag}"`,
        ...(checksum === undefined
          ? {}
          : { [`Checksum${checksum.algorithm}`]: checksum.value, ChecksumType: checksum.type }),
      }),
      checksumHeaders(facts),
    );
  });
};

function chooseParts(
  asked: XmlElement,
  received: ReadonlyMap<number, UploadPart>,
  upload: Upload,
): readonly UploadPart[] {
  const wanted = asked.children.filter((child) => child.name === 'Part');
  if (wanted.length === 0) throw new AwsFault('MalformedXML', 'The XML you provided was not well-formed');
  const numbers = wanted.map((element) => Number(childText(element, 'PartNumber')));
  if (numbers.some((number, index) => index > 0 && number <= (numbers[index - 1] ?? 0))) {
    throw new AwsFault('InvalidPartOrder', 'The list of parts was not in ascending order.');
  }
  return wanted.map((element, index) => {
    const number = numbers[index] ?? 0;
    const part = received.get(number);
    const checksum = upload.algorithm === undefined ? undefined : childText(element, `Checksum${upload.algorithm}`);
    const isSame = part !== undefined && childText(element, 'ETag')?.replaceAll('"', '') === part.etag;
    if (!isSame || (checksum !== undefined && checksum !== part.checksum)) throw invalidPart(number);
    if (part.sizeBytes < MIN_PART_BYTES && index < wanted.length - 1) {
      throw new AwsFault('EntityTooSmall', 'Your proposed upload is smaller than the minimum allowed size');
    }
    return part;
  });
}

function invalidPart(number: number): AwsFault {
  const message =
    "One or more of the specified parts could not be found. The part may not have been uploaded, or the specified entity tag may not match the part's entity tag.";
  return new AwsFault('InvalidPart', message, { details: { PartNumber: String(number) } });
}

function composite(upload: Upload, parts: readonly UploadPart[]): Checksum | undefined {
  const values = parts.flatMap((part) => (part.checksum === undefined ? [] : [part.checksum]));
  if (upload.algorithm === undefined || values.length < parts.length) return undefined;
  return composeChecksum(upload.algorithm, values);
}

function joinParts(
  call: S3Call,
  upload: Upload,
  chosen: { readonly uploadId: string; readonly parts: readonly UploadPart[] },
): Parameters<typeof receiveBody>[0] {
  async function* read(): AsyncGenerator<Buffer> {
    for (const part of chosen.parts) {
      yield* createReadStream(partFile(call.store, chosen.uploadId, part), { highWaterMark: 1024 ** 2 });
    }
  }
  const sent = findSentChecksum(call.request.headers)?.value;
  const isWhole = upload.checksumType === 'FULL_OBJECT' && upload.algorithm !== undefined;
  return {
    data: read(),
    sizeBytes: chosen.parts.reduce((sum, part) => sum + part.sizeBytes, 0),
    ...(isWhole && upload.algorithm !== undefined
      ? { checksum: { algorithm: upload.algorithm, ...(sent === undefined ? {} : { value: () => sent }) } }
      : {}),
  };
}

/** Forgets an upload and its parts. */
export const abortMultipartUpload: S3Operation = async (call) => {
  const uploadId = queryValue(call.request, 'uploadId') ?? '';
  return call.store.takeTurns(uploadId, async () => {
    await readUpload(call.store, uploadId, call);
    await removeUpload(call.store, uploadId);
    return { status: 204 };
  });
};
