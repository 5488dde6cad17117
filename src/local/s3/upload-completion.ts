/** Performs CompleteMultipartUpload: makes one object of the parts that the client names. */
import { AwsFault } from '../http/fault';
import { sha256Hex } from '../http/sigv4';
import { isBucketName } from './bucket-name';
import { answerXml, type S3Answer, type S3Call, type S3Operation } from './call';
import { readDocument } from './incoming';
import { joinParts } from './join-parts';
import { checksumElements } from './object-answer';
import type { ObjectFacts } from './object-facts';
import { beginWrite } from './object-operations';
import { uploadIdOf } from './upload-operations';
import { findUpload, noSuchUpload, readParts, removeUpload, type Upload, type UploadPart } from './uploads';
import { childText, malformed, readXml, writeXml, type XmlElement } from './xml';

/** S3's least size of a part that is not the last. */
const MIN_PART_BYTES = 5 * 1024 ** 2;

/**
 * Joins the parts in order; conditions are checked as those of a put are. A repeated call, such as an SDK makes where the
 * answer was lost, is answered as the first was, as long as the object is the one that it made.
 */
export const completeMultipartUpload: S3Operation = async (call) => {
  const { store, bucket, key } = call;
  const uploadId = uploadIdOf(call);
  if ((await findUpload(store, uploadId, call)) === undefined) {
    const made = await findMade(call);
    return answerAgain(call, made, readXml(await readBody(call)));
  }
  const asked = readXml(await readBody(call));
  const check = await beginWrite(call);
  return store.takeTurns(uploadId, async () => {
    const upload = await findUpload(store, uploadId, call);
    if (upload === undefined) return answerAgain(call, await findMade(call), asked);
    const parts = chooseParts(asked, await readParts(store, uploadId), upload);
    checkSize(call, parts);
    const object = await joinParts(call, upload, parts);
    const completion = { uploadId, named: namedParts(asked) };
    const facts = await store.put({ bucket, key }, { ...object, completion, check });
    await removeUpload(store, uploadId);
    return answerFacts(call, facts);
  });
};

function answerFacts({ request, bucket, key }: S3Call, facts: ObjectFacts): S3Answer {
  return answerXml(
    writeXml('CompleteMultipartUploadResult', {
      Location: `http://${request.headers.get('host') ?? ''}${request.path}`,
      Bucket: bucket,
      Key: key,
      ETag: `"${facts.etag}"`,
      ...checksumElements(facts.checksum),
    }),
  );
}

/** Finds the object that an upload made, while it is there and was not replaced. */
async function findMade(call: S3Call): Promise<ObjectFacts> {
  const { store, bucket, key } = call;
  const facts = isBucketName(bucket) ? await store.describe({ bucket, key }) : undefined;
  if (facts === undefined || facts.completion?.uploadId !== uploadIdOf(call)) throw noSuchUpload(uploadIdOf(call));
  return facts;
}

function answerAgain(call: S3Call, facts: ObjectFacts, asked: XmlElement): S3Answer {
  if (facts.completion?.named !== namedParts(asked)) throw noSuchUpload(uploadIdOf(call));
  return answerFacts(call, facts);
}

/** Writes the parts that a completion names as one text: numbers and ETags in order, hashed. */
function namedParts(asked: XmlElement): string {
  const parts = asked.children.map((part) => [Number(childText(part, 'PartNumber')), etagOf(part)]);
  return sha256Hex(JSON.stringify(parts));
}

function etagOf(part: XmlElement): string | undefined {
  return childText(part, 'ETag')?.replaceAll('"', '');
}

/** The checksum in the headers is the object's, not the document's. */
function readBody(call: S3Call): Promise<string> {
  const headers = new Map([...call.request.headers].filter(([name]) => !/^x-amz-(sdk-)?checksum-/.test(name)));
  return readDocument({ ...call, request: { ...call.request, headers } });
}

function chooseParts(
  asked: XmlElement,
  received: ReadonlyMap<number, UploadPart>,
  upload: Upload,
): readonly UploadPart[] {
  const wanted = asked.children.filter((child) => child.name === 'Part');
  if (asked.name !== 'CompleteMultipartUpload' || wanted.length === 0) throw malformed();
  const numbers = wanted.map((element) => Number(childText(element, 'PartNumber')));
  if (numbers.some((number, index) => index > 0 && number <= (numbers[index - 1] ?? 0))) {
    throw new AwsFault('InvalidPartOrder', 'The list of parts was not in ascending order.');
  }
  return wanted.map((element, index) => {
    const number = numbers[index] ?? 0;
    const part = received.get(number);
    if (part === undefined || etagOf(element) !== part.etag) throw invalidPart(number);
    checkPartChecksum(element, part, upload);
    if (part.sizeBytes < MIN_PART_BYTES && index < wanted.length - 1) throw tooSmall(part);
    return part;
  });
}

function checkPartChecksum(element: XmlElement, part: UploadPart, { algorithm, checksumType }: Upload): void {
  if (algorithm === undefined) return;
  const checksum = childText(element, `Checksum${algorithm}`);
  if (checksum === undefined && checksumType === 'COMPOSITE') {
    const name = algorithm.toLowerCase();
    const message = `The upload was created using a ${name} checksum. The complete request must include the checksum for each part. It was missing for part ${part.number} in the request.`;
    throw new AwsFault('InvalidRequest', message);
  }
  if (checksum !== undefined && checksum !== part.checksum) throw invalidPart(part.number);
}

function tooSmall(part: UploadPart): AwsFault {
  return new AwsFault('EntityTooSmall', 'Your proposed upload is smaller than the minimum allowed size', {
    details: {
      ETag: part.etag,
      MinSizeAllowed: String(MIN_PART_BYTES),
      PartNumber: String(part.number),
      ProposedSize: String(part.sizeBytes),
    },
  });
}

function invalidPart(number: number): AwsFault {
  const message =
    "One or more of the specified parts could not be found. The part may not have been uploaded, or the specified entity tag may not match the part's entity tag.";
  return new AwsFault('InvalidPart', message, { details: { PartNumber: String(number) } });
}

function checkSize({ request }: S3Call, parts: readonly UploadPart[]): void {
  const asked = request.headers.get('x-amz-mp-object-size');
  const size = parts.reduce((sum, part) => sum + part.sizeBytes, 0);
  if (asked === undefined || Number(asked) === size) return;
  const message = `The provided 'x-amz-mp-object-size' header value ${asked} does not match what was computed: ${size}`;
  throw new AwsFault('InvalidRequest', message);
}
