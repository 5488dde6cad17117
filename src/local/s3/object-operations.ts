/** Performs put, get, head and delete of objects. */
import type { S3Answer, S3Call, S3Operation } from './call';
import { DEFAULT_ALGORITHM } from './checksums';
import { checkIfMatch, checkWriteConditions, hasWriteConditions } from './conditions';
import { readIncomingBody } from './incoming';
import { checksumHeaders, describeRead } from './object-answer';
import type { ObjectFacts } from './object-facts';
import { readObjectHeaders } from './object-headers';
import { noSuchKey, requireBucket } from './object-place';
import type { OpenObject } from './object-reading';
import { receiveBody } from './receive';
import { readTagsHeader } from './tags';

/** Stores an object whole; the former one stays until the new one is flushed to disk. */
export const putObject: S3Operation = async (call) => {
  const { store, bucket, key, request } = call;
  await requireBucket(store.folder, bucket);
  const headers = readObjectHeaders(request.headers);
  const tags = readTags(call);
  const check = await beginWrite(call);
  const incoming = readIncomingBody(call);
  const checksum = incoming.checksum ?? { algorithm: DEFAULT_ALGORITHM };
  const body = await receiveBody({ ...incoming, checksum }, store.temporaryFile());
  const facts = await store.put({ bucket, key }, { body, headers, ...tags, check });
  return { status: 200, headers: { etag: `"${facts.etag}"`, ...checksumHeaders(facts.checksum) } };
};

/**
 * Checks the conditions of a write before its body is received.
 *
 * @returns checks them again when the object is to be replaced
 * @throws AwsFault as `checkWriteConditions`
 */
export async function beginWrite({
  request,
  store,
  bucket,
  key,
}: S3Call): Promise<(current: ObjectFacts | undefined) => void> {
  if (!hasWriteConditions(request.headers)) return () => {};
  const seen = await store.describe({ bucket, key });
  checkWriteConditions(request.headers, seen);
  return (current) => checkWriteConditions(request.headers, current, seen);
}

/** Reads the tags that a write brings in its header; empty where it has none. */
export function readTags({ request }: S3Call): { readonly tags?: ObjectFacts['tags'] } {
  const text = request.headers.get('x-amz-tagging');
  return text === undefined || text === '' ? {} : { tags: readTagsHeader(text) };
}

/** Removes an object; one that is not there is removed as well, unless a condition names its ETag. */
export const deleteObject: S3Operation = async ({ request, store, bucket, key }) => {
  await requireBucket(store.folder, bucket);
  const ifMatch = request.headers.get('if-match');
  const check = ifMatch === undefined ? undefined : (facts?: ObjectFacts) => checkIfMatch(ifMatch, facts);
  await store.remove({ bucket, key }, check);
  return { status: 204 };
};

/** Sends an object, one range or one part of it. */
export const getObject: S3Operation = async (call) => {
  const object = await openObject(call);
  try {
    const { first, length, ...answer } = describeRead(call, object.facts);
    if (length === 0) {
      await object.handle.close();
      return answer;
    }
    const range = { start: first, end: first + length - 1, highWaterMark: 256 * 1024 };
    return { ...answer, body: object.handle.createReadStream(range) };
  } catch (error) {
    await object.handle.close();
    throw error;
  }
};

/** Answers an object's headers. */
export const headObject: S3Operation = async (call): Promise<S3Answer> => {
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
