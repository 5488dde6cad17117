/** Performs put, get and delete of object tags. */
import { answerXml, type S3Call, type S3Operation } from './call';
import { readDocument } from './incoming';
import { noSuchKey, requireBucket } from './object-place';
import { readTagsDocument, type Tags, writeTags } from './tags';
import { readXml } from './xml';

/** Replaces all tags of an object. */
export const putObjectTagging: S3Operation = async (call) => {
  await requireBucket(call.store.folder, call.bucket);
  await setTags(call, readTagsDocument(readXml(await readDocument(call)), 'Object'));
  return { status: 200 };
};

/** Lists the tags of an object. */
export const getObjectTagging: S3Operation = async ({ store, bucket, key }) => {
  await requireBucket(store.folder, bucket);
  const facts = await store.describe({ bucket, key });
  if (facts === undefined) throw noSuchKey(key);
  return answerXml(writeTags(facts.tags ?? {}));
};

/** Removes all tags of an object. */
export const deleteObjectTagging: S3Operation = async (call) => {
  await requireBucket(call.store.folder, call.bucket);
  await setTags(call, {});
  return { status: 204 };
};

async function setTags({ store, bucket, key }: S3Call, tags: Tags): Promise<void> {
  const changed = await store.change({ bucket, key }, (facts) => ({ ...facts, tags: { ...tags } }));
  if (changed === undefined) throw noSuchKey(key);
}
