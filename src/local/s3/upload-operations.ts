/** Performs the steps of a multipart upload before its end: create, upload part, copy part, abort. */
import { AwsFault } from '../http/fault';
import { queryValue } from '../http/request';
import { answerXml, type S3Call, type S3Operation } from './call';
import { type ChecksumType, checksumHeader, readAlgorithm } from './checksums';
import { openCopySource, readCopyRange } from './copy-source';
import { readIncomingBody } from './incoming';
import { checkPartNumber } from './object-answer';
import { readObjectHeaders } from './object-headers';
import { readTags } from './object-operations';
import { requireBucket } from './object-place';
import { type IncomingBody, MAX_PUT_BYTES, type ReceivedBody, receiveBody } from './receive';
import { addPart, createUpload, readUpload, removeUpload, type Upload } from './uploads';
import { writeXml } from './xml';

/** Begins an upload. */
export const createMultipartUpload: S3Operation = async (call) => {
  const { request, store, bucket, key } = call;
  await requireBucket(store.folder, bucket);
  const named = request.headers.get('x-amz-checksum-algorithm');
  const algorithm = named === undefined ? undefined : readAlgorithm(named);
  const checksumType = readType(request.headers.get('x-amz-checksum-type'), algorithm);
  const uploadId = await createUpload(store, {
    bucket,
    key,
    headers: readObjectHeaders(request.headers),
    checksumType,
    initiatedMs: store.now(),
    ...readTags(call),
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
  const message =
    algorithm === undefined
      ? 'The x-amz-checksum-type header can only be used with the x-amz-checksum-algorithm header.'
      : `The ${type} checksum type cannot be used with the ${algorithm.toLowerCase()} checksum algorithm.`;
  throw new AwsFault('InvalidRequest', message);
}

/** Receives a part; a newer one of the same number replaces it. */
export const uploadPart: S3Operation = async (call) => {
  const { store } = call;
  const number = checkPartNumber(queryValue(call.request, 'partNumber') ?? '');
  const uploadId = uploadIdOf(call);
  const upload = await readUpload(store, uploadId, call);
  const incoming = readIncomingBody(call);
  checkAlgorithm(upload, incoming.checksum?.algorithm);
  const body = await receiveBody({ ...incoming, ...checksumOf(upload, incoming) }, store.temporaryFile());
  const { checksum, ...plain } = body;
  const kept = upload.algorithm === undefined ? plain : body;
  await store.takeTurns(uploadId, () => addPart(store, uploadId, { number, body: kept }));
  const headers = checksum === undefined ? {} : { [checksumHeader(checksum.algorithm)]: checksum.value };
  return { status: 200, headers: { etag: `"${body.etag}"`, ...headers } };
};

/** A composite checksum is made of those that the client sends with its parts; without an algorithm any may come. */
function checkAlgorithm({ algorithm, checksumType }: Upload, sent: string | undefined): void {
  if (algorithm === undefined || sent === algorithm) return;
  if (sent === undefined && checksumType === 'FULL_OBJECT') return;
  const actual = sent?.toLowerCase() ?? 'null';
  const message = `Checksum Type mismatch occurred, expected checksum Type: ${algorithm.toLowerCase()}, actual checksum Type: ${actual}`;
  throw new AwsFault('InvalidRequest', message);
}

function checksumOf(upload: Upload, incoming?: IncomingBody): Pick<IncomingBody, 'checksum'> {
  if (incoming?.checksum !== undefined) return { checksum: incoming.checksum };
  return upload.algorithm === undefined ? {} : { checksum: { algorithm: upload.algorithm } };
}

/** Makes a part of an object that is there already, or of a range of it. */
export const uploadPartCopy: S3Operation = async (call) => {
  const { store } = call;
  const number = checkPartNumber(queryValue(call.request, 'partNumber') ?? '');
  const uploadId = uploadIdOf(call);
  const upload = await readUpload(store, uploadId, call);
  const body = await receiveCopy(call, upload);
  await store.takeTurns(uploadId, () => addPart(store, uploadId, { number, body }));
  const { checksum } = body;
  return answerXml(
    writeXml('CopyPartResult', {
      LastModified: new Date(store.now()).toISOString(),
      ETag: `"${body.etag}"`,
      ...(checksum === undefined ? {} : { [`Checksum${checksum.algorithm}`]: checksum.value }),
    }),
  );
};

async function receiveCopy(call: S3Call, upload: Upload): Promise<ReceivedBody> {
  const source = await openCopySource(call);
  try {
    const { sizeBytes } = source.facts;
    const range = readCopyRange(call, sizeBytes) ?? { start: 0, end: sizeBytes - 1 };
    if (range.end - range.start >= MAX_PUT_BYTES) {
      const message = `The specified copy source is larger than the maximum allowable size for a copy source: ${MAX_PUT_BYTES}`;
      throw new AwsFault('InvalidRequest', message);
    }
    const data = sizeBytes === 0 ? empty() : source.handle.createReadStream({ ...range, autoClose: false });
    return await receiveBody({ data, ...checksumOf(upload) }, call.store.temporaryFile());
  } finally {
    await source.handle.close();
  }
}

async function* empty(): AsyncGenerator<Buffer> {}

/** Forgets an upload and its parts. */
export const abortMultipartUpload: S3Operation = async (call) => {
  const uploadId = uploadIdOf(call);
  return call.store.takeTurns(uploadId, async () => {
    await readUpload(call.store, uploadId, call);
    await removeUpload(call.store, uploadId);
    return { status: 204 };
  });
};

/** Finds the upload that a call is about; empty where it names none. */
export function uploadIdOf({ request }: S3Call): string {
  return queryValue(request, 'uploadId') ?? '';
}
