/** Makes the headers of a get or head out of an object's facts. */
import { AwsFault } from '../http/fault';
import { queryValue } from '../http/request';
import { checkHeaderText, wrongArgument } from './arguments';
import type { S3Answer, S3Call } from './call';
import { type Checksum, checksumHeader } from './checksums';
import { type ByteRange, checkReadConditions, readPartRange, readRange } from './conditions';
import type { ObjectFacts } from './object-facts';
import { writeObjectHeaders } from './object-headers';

/** Holds an answer without its body, and which bytes the body is: `length` of them from `first`. */
export interface ReadAnswer extends S3Answer {
  readonly first: number;
  readonly length: number;
}

/**
 * Decides what a get or head answers: the whole object, one range, one part, or that nothing has changed.
 *
 * @throws AwsFault PreconditionFailed, InvalidRange, InvalidPartNumber, InvalidRequest
 */
export function describeRead(call: S3Call, facts: ObjectFacts): ReadAnswer {
  const { headers } = call.request;
  const common = {
    etag: `"${facts.etag}"`,
    'last-modified': new Date(facts.modifiedMs).toUTCString(),
    'accept-ranges': 'bytes',
  };
  if (checkReadConditions(headers, facts) === 'notModified') {
    return { status: 304, headers: common, first: 0, length: 0 };
  }
  const part = readPartNumber(call);
  const range = part === undefined ? readRange(headers, facts) : readPartRange(part, facts);
  const isPartial = range !== undefined && range.last >= range.first;
  const length = range === undefined ? facts.sizeBytes : range.last - range.first + 1;
  const tagCount = Object.keys(facts.tags ?? {}).length;
  return {
    status: isPartial ? 206 : 200,
    first: range?.first ?? 0,
    length,
    headers: {
      ...common,
      ...writeObjectHeaders(facts.headers),
      ...readOverrides(call),
      ...(tagCount === 0 ? {} : { 'x-amz-tagging-count': String(tagCount) }),
      ...(part === undefined || facts.parts === undefined
        ? {}
        : { 'x-amz-mp-parts-count': String(facts.parts.length) }),
      ...(headers.get('x-amz-checksum-mode')?.toUpperCase() === 'ENABLED'
        ? checksumOfRead(facts, { range, part })
        : {}),
      ...(isPartial ? { 'content-range': `bytes ${range.first}-${range.last}/${facts.sizeBytes}` } : {}),
      'content-length': String(length),
    },
  };
}

function readPartNumber({ request }: S3Call): number | undefined {
  const text = queryValue(request, 'partNumber');
  if (text === undefined) return undefined;
  if (request.headers.has('range')) {
    throw new AwsFault('InvalidRequest', 'Cannot specify both Range header and partNumber query parameter');
  }
  return checkPartNumber(text);
}

/** S3's most parts of an object. */
const MAX_PART_NUMBER = 10_000;

/**
 * Reads a part number.
 *
 * @throws AwsFault InvalidArgument
 */
export function checkPartNumber(text: string): number {
  const number = Number(text);
  if (/^\d+$/.test(text) && number >= 1 && number <= MAX_PART_NUMBER) return number;
  throw wrongArgument('partNumber', text, 'Part number must be an integer between 1 and 10000, inclusive');
}

function checksumOfRead(
  facts: ObjectFacts,
  read: { readonly range: ByteRange | undefined; readonly part: number | undefined },
): Readonly<Record<string, string>> {
  const isWhole = read.range === undefined || (read.range.first === 0 && read.range.last === facts.sizeBytes - 1);
  if (read.part === undefined || facts.parts === undefined) return isWhole ? checksumHeaders(facts.checksum) : {};
  const value = facts.parts[read.part - 1]?.checksum;
  if (facts.checksum === undefined || value === undefined) return {};
  return checksumHeaders({ ...facts.checksum, value });
}

const OVERRIDES = [
  'content-type',
  'content-language',
  'expires',
  'cache-control',
  'content-disposition',
  'content-encoding',
];

function readOverrides({ request }: S3Call): Readonly<Record<string, string>> {
  const entries = OVERRIDES.map((name) => [name, queryValue(request, `response-${name}`)] as const);
  return Object.fromEntries(
    entries.flatMap(([name, value]) =>
      value === undefined ? [] : [[name, checkHeaderText(`response-${name}`, value)] as const],
    ),
  );
}

/** Makes the headers of a checksum; empty where there is none. */
export function checksumHeaders(checksum: Checksum | undefined): Readonly<Record<string, string>> {
  if (checksum === undefined) return {};
  return { [checksumHeader(checksum.algorithm)]: checksum.value, 'x-amz-checksum-type': checksum.type };
}

/** Makes the elements of a checksum in an answer's document; empty where there is none. */
export function checksumElements(checksum: Checksum | undefined): Readonly<Record<string, string>> {
  if (checksum === undefined) return {};
  return { [`Checksum${checksum.algorithm}`]: checksum.value, ChecksumType: checksum.type };
}
