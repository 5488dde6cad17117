/** Performs GetObjectAttributes. */
import { AwsFault } from '../http/fault';
import type { XmlContent } from '../http/write-xml';
import { wrongArgument } from './arguments';
import { answerXml, type S3Operation } from './call';
import { checksumElements } from './object-answer';
import type { ObjectFacts } from './object-facts';
import { storageClassOf } from './object-headers';
import { noSuchKey, requireBucket } from './object-place';
import { writeXml } from './xml';

const ATTRIBUTES = ['ETag', 'Checksum', 'ObjectParts', 'StorageClass', 'ObjectSize'] as const;
const MAX_PARTS = 1000;

/** Answers the facts of an object that the client names; parts one by one where they have checksums. */
export const getObjectAttributes: S3Operation = async ({ request, store, bucket, key }) => {
  await requireBucket(store.folder, bucket);
  const asked = (request.headers.get('x-amz-object-attributes') ?? '').split(',').map((name) => name.trim());
  const unknown = asked.find((name) => !ATTRIBUTES.some((attribute) => attribute === name));
  if (unknown === '') {
    const message =
      'The x-amz-object-attributes header specifying the attributes to be retrieved is either missing or empty';
    throw new AwsFault('InvalidRequest', message);
  }
  if (unknown !== undefined)
    throw wrongArgument('x-amz-object-attributes', unknown, 'Invalid attribute name specified.');
  const facts = await store.describe({ bucket, key });
  if (facts === undefined) throw noSuchKey(key);
  const all = describeAll(facts, readPage(request.headers));
  const wanted = ATTRIBUTES.filter((name) => asked.includes(name)).map((name) => [name, all[name]] as const);
  return answerXml(writeXml('GetObjectAttributesResponse', Object.fromEntries(wanted)), {
    'last-modified': new Date(facts.modifiedMs).toUTCString(),
  });
};

interface Page {
  readonly after: number;
  readonly limit: number;
}

function readPage(headers: ReadonlyMap<string, string>): Page {
  const read = (name: string, usual: number): number => {
    const text = headers.get(name) ?? String(usual);
    if (/^\d+$/.test(text)) return Number(text);
    throw wrongArgument(name, text, `Provided ${name} not an integer or within integer range`);
  };
  return { after: read('x-amz-part-number-marker', 0), limit: Math.min(read('x-amz-max-parts', MAX_PARTS), MAX_PARTS) };
}

function describeAll(facts: ObjectFacts, page: Page): Record<(typeof ATTRIBUTES)[number], XmlContent | undefined> {
  return {
    ETag: facts.etag,
    Checksum: facts.checksum === undefined ? undefined : checksumElements(facts.checksum),
    ObjectParts: facts.parts === undefined ? undefined : describeParts(facts, page),
    StorageClass: storageClassOf(facts.headers),
    ObjectSize: facts.sizeBytes,
  };
}

function describeParts({ parts = [], checksum }: ObjectFacts, { after, limit }: Page): XmlContent {
  if (checksum === undefined || parts.some((part) => part.checksum === undefined)) return { PartsCount: parts.length };
  const shown = parts.slice(after, after + limit);
  return {
    PartsCount: parts.length,
    PartNumberMarker: after,
    NextPartNumberMarker: after + shown.length,
    MaxParts: limit,
    IsTruncated: after + shown.length < parts.length,
    Part: shown.map((part, index) => ({
      PartNumber: after + index + 1,
      Size: part.sizeBytes,
      [`Checksum${checksum.algorithm}`]: part.checksum,
    })),
  };
}
