/** Performs CopyObject. */
import { AwsFault } from '../http/fault';
import { wrongArgument } from './arguments';
import { answerXml, type S3Call, type S3Operation } from './call';
import { type ChecksumAlgorithm, DEFAULT_ALGORITHM, readAlgorithm } from './checksums';
import { type CopySource, openCopySource } from './copy-source';
import { checksumElements } from './object-answer';
import type { ObjectFacts } from './object-facts';
import { readObjectHeaders, storageClassOf } from './object-headers';
import { beginWrite, readTags } from './object-operations';
import { requireBucket } from './object-place';
import { MAX_PUT_BYTES, receiveBody } from './receive';
import { writeXml } from './xml';

/** Copies an object whole, with its headers and tags or with new ones; its ETag is the MD5 of its bytes. */
export const copyObject: S3Operation = async (call) => {
  const { store, bucket, key } = call;
  await requireBucket(store.folder, bucket);
  const check = await beginWrite(call);
  const source = await openCopySource(call);
  try {
    const facts = await store.put(
      { bucket, key },
      { ...describeCopy(call, source), body: await read(call, source), check },
    );
    return answerXml(
      writeXml('CopyObjectResult', {
        LastModified: new Date(facts.modifiedMs).toISOString(),
        ETag: `"${facts.etag}"`,
        ...checksumElements(facts.checksum),
      }),
    );
  } finally {
    await source.handle.close();
  }
};

function describeCopy(call: S3Call, { facts, name }: CopySource): Pick<ObjectFacts, 'headers' | 'tags'> {
  const { request, bucket, key } = call;
  if (facts.sizeBytes > MAX_PUT_BYTES) {
    const message = `The specified copy source is larger than the maximum allowable size for a copy source: ${MAX_PUT_BYTES}`;
    throw new AwsFault('InvalidRequest', message);
  }
  const sent = readObjectHeaders(request.headers);
  const isReplaced = readDirective(call, 'x-amz-metadata-directive') === 'REPLACE';
  const isMoved = storageClassOf(sent) !== storageClassOf(facts.headers);
  if (name.bucket === bucket && name.key === key && !isReplaced && !isMoved) throw copyOntoItself();
  const tags = readDirective(call, 'x-amz-tagging-directive') === 'REPLACE' ? readTags(call).tags : facts.tags;
  // The storage class is never copied.
  const { 'x-amz-storage-class': _former, ...kept } = facts.headers;
  const moved = storageClassOf(sent) === 'STANDARD' ? {} : { 'x-amz-storage-class': storageClassOf(sent) };
  return { headers: isReplaced ? sent : { ...kept, ...moved }, ...(tags === undefined ? {} : { tags }) };
}

function readDirective({ request }: S3Call, name: string): 'COPY' | 'REPLACE' {
  const text = request.headers.get(name) ?? 'COPY';
  if (text === 'COPY' || text === 'REPLACE') return text;
  throw wrongArgument(name, text, 'Unknown metadata directive.');
}

function copyOntoItself(): AwsFault {
  return new AwsFault(
    'InvalidRequest',
    "This copy request is illegal because it is trying to copy an object to itself without changing the object's metadata, storage class, website redirect location or encryption attributes.",
  );
}

function read({ request, store }: S3Call, { handle, facts }: CopySource): ReturnType<typeof receiveBody> {
  const asked = request.headers.get('x-amz-checksum-algorithm');
  const algorithm: ChecksumAlgorithm =
    asked === undefined ? (facts.checksum?.algorithm ?? DEFAULT_ALGORITHM) : readAlgorithm(asked);
  const data = handle.createReadStream({ start: 0, autoClose: false, highWaterMark: 1024 ** 2 });
  return receiveBody({ data, checksum: { algorithm } }, store.temporaryFile());
}
