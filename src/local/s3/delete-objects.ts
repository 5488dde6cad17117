/** Performs DeleteObjects: up to 1,000 keys in one call, each with a result of its own. */
import { AwsFault, toFault } from '../http/fault';
import type { XmlContent } from '../http/write-xml';
import { mapInBatches } from './batches';
import { answerXml, type S3Call, type S3Operation } from './call';
import { findSentChecksum } from './checksums';
import { checkIfMatch } from './conditions';
import { readDocument } from './incoming';
import type { ObjectFacts } from './object-facts';
import { requireBucket } from './object-place';
import { childText, childWords, malformed, readXml, writeXml, type XmlElement } from './xml';

const MAX_KEYS = 1000;

interface Wanted {
  readonly key: string;
  readonly etag: string | undefined;
  readonly versionId: string | undefined;
}

/** Removes many objects; keys that are not there count as removed, and one that fails does not stop the others. */
export const deleteObjects: S3Operation = async (call) => {
  await requireBucket(call.store.folder, call.bucket);
  checkHasDigest(call);
  const document = readXml(await readDocument(call));
  const wanted = readWanted(document);
  const isQuiet = childText(document, 'Quiet') === 'true';
  const deleted: XmlContent[] = [];
  const errors: XmlContent[] = [];
  const results = await mapInBatches(wanted, async (one) => ({ one, error: await removeOne(call, one) }));
  for (const { one, error } of results) {
    if (error !== undefined) errors.push({ Key: one.key, Code: error.code, Message: error.message });
    else if (!isQuiet) deleted.push({ Key: one.key, VersionId: one.versionId });
  }
  return answerXml(writeXml('DeleteResult', { Deleted: deleted, Error: errors }));
};

function checkHasDigest({ request }: S3Call): void {
  if (request.headers.has('content-md5') || findSentChecksum(request.headers) !== undefined) return;
  const message = 'Missing required header for this request: Content-MD5 OR x-amz-checksum-*';
  throw new AwsFault('InvalidRequest', message);
}

function readWanted(document: XmlElement): readonly Wanted[] {
  const objects = document.children.filter((child) => child.name === 'Object');
  if (document.name !== 'Delete' || objects.length === 0 || objects.length > MAX_KEYS) throw malformed();
  return objects.map((object) => {
    const key = childWords(object, 'Key') ?? '';
    if (key === '') throw malformed();
    return { key, etag: childText(object, 'ETag'), versionId: childText(object, 'VersionId') };
  });
}

async function removeOne({ store, bucket }: S3Call, { key, etag, versionId }: Wanted): Promise<AwsFault | undefined> {
  if (versionId !== undefined && versionId !== '' && versionId !== 'null') {
    return new AwsFault('NoSuchVersion', 'The specified version does not exist.', { status: 404 });
  }
  const check = etag === undefined ? undefined : (facts?: ObjectFacts) => checkIfMatch(etag, facts);
  try {
    await store.remove({ bucket, key }, check);
    return undefined;
  } catch (error) {
    return toFault(error);
  }
}
