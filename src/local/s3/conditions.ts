/** Decides conditional requests and byte ranges, by RFC 9110 as S3 applies it. */
import { AwsFault } from '../http/fault';
import type { ObjectFacts } from './object-facts';

type Headers = ReadonlyMap<string, string>;

/**
 * Checks the conditions of a get or head.
 *
 * @returns `notModified` where the client's copy is still good
 * @throws AwsFault PreconditionFailed
 */
export function checkReadConditions(headers: Headers, facts: ObjectFacts): 'send' | 'notModified' {
  const ifMatch = headers.get('if-match');
  const unmodifiedSince = readDate(headers.get('if-unmodified-since'));
  const seconds = Math.floor(facts.modifiedMs / 1000) * 1000;
  if (ifMatch !== undefined && !matchesEtag(ifMatch, facts)) throw preconditionFailed('If-Match');
  if (ifMatch === undefined && unmodifiedSince !== undefined && seconds > unmodifiedSince) {
    throw preconditionFailed('If-Unmodified-Since');
  }
  const ifNoneMatch = headers.get('if-none-match');
  if (ifNoneMatch !== undefined) return matchesEtag(ifNoneMatch, facts) ? 'notModified' : 'send';
  const modifiedSince = readDate(headers.get('if-modified-since'));
  return modifiedSince !== undefined && seconds <= modifiedSince ? 'notModified' : 'send';
}

/**
 * Checks the conditions of a put, copy or completed upload against what is there now.
 *
 * @param seen what was there when the call began, where it is known
 * @throws AwsFault PreconditionFailed; NoSuchKey where If-Match finds nothing, ConditionalRequestConflict where it was
 * removed meanwhile; NotImplemented for conditions that S3 does not know
 */
export function checkWriteConditions(headers: Headers, current: ObjectFacts | undefined, seen = current): void {
  const ifNoneMatch = headers.get('if-none-match');
  const ifMatch = headers.get('if-match');
  if (ifNoneMatch !== undefined && (ifNoneMatch !== '*' || ifMatch !== undefined)) throw impossibleCondition();
  if (ifNoneMatch !== undefined && current !== undefined) throw preconditionFailed('If-None-Match');
  if (ifMatch === undefined) return;
  if (current === undefined && seen !== undefined) throw conflict();
  checkIfMatch(ifMatch, current);
}

/** Tells whether a put has conditions. */
export function hasWriteConditions(headers: Headers): boolean {
  return headers.has('if-match') || headers.has('if-none-match');
}

/**
 * Checks that an ETag (or `*`) is that of what is there.
 *
 * @throws AwsFault PreconditionFailed, or NoSuchKey where there is nothing
 */
export function checkIfMatch(etag: string, current: ObjectFacts | undefined): void {
  if (current === undefined) throw new AwsFault('NoSuchKey', 'The specified key does not exist.', { status: 404 });
  if (!matchesEtag(etag, current)) throw preconditionFailed('If-Match');
}

/**
 * Checks the conditions of a copy on its source, whose headers begin with `x-amz-copy-source-`.
 *
 * @throws AwsFault PreconditionFailed
 */
export function checkCopyConditions(headers: Headers, source: ObjectFacts): void {
  const names = ['if-match', 'if-none-match', 'if-modified-since', 'if-unmodified-since'];
  const conditions = new Map(
    names.flatMap((name) => {
      const value = headers.get(`x-amz-copy-source-${name}`);
      return value === undefined ? [] : [[name, value] as const];
    }),
  );
  if (checkReadConditions(conditions, source) === 'send') return;
  throw preconditionFailed(conditions.has('if-none-match') ? 'If-None-Match' : 'If-Modified-Since');
}

function conflict(): AwsFault {
  const message = 'The conditional request cannot succeed due to a conflicting operation against this resource.';
  return new AwsFault('ConditionalRequestConflict', message, { status: 409 });
}

function impossibleCondition(): AwsFault {
  const message = 'A header you provided implies functionality that is not implemented';
  return new AwsFault('NotImplemented', message, { status: 501, details: { Header: 'If-None-Match' } });
}

function matchesEtag(list: string, facts: ObjectFacts): boolean {
  return list
    .split(',')
    .map((one) => one.trim().replace(/^W\//, '').replaceAll('"', ''))
    .some((etag) => etag === '*' || etag === facts.etag);
}

function readDate(text: string | undefined): number | undefined {
  const time = text === undefined ? Number.NaN : Date.parse(text);
  return Number.isNaN(time) ? undefined : time;
}

function preconditionFailed(condition: string): AwsFault {
  return new AwsFault('PreconditionFailed', 'At least one of the pre-conditions you specified did not hold', {
    status: 412,
    details: { Condition: condition },
  });
}

/** Holds the first and last byte to send, both counted from 0 and included. */
export interface ByteRange {
  readonly first: number;
  readonly last: number;
}

/**
 * Reads the range of a get; undefined where there is none, where it is not one range of bytes, or where `If-Range` names
 * other bytes: S3 sends the whole object then.
 *
 * @throws AwsFault InvalidRange where no byte of it exists
 */
export function readRange(headers: Headers, facts: ObjectFacts): ByteRange | undefined {
  const header = headers.get('range') ?? '';
  const [from = '', to = ''] = /^bytes=(\d*)-(\d*)$/.exec(header.replaceAll(' ', ''))?.slice(1) ?? [];
  if (from === '' && to === '') return undefined;
  if (from !== '' && to !== '' && Number(from) > Number(to)) return undefined;
  if (!isSameRange(headers.get('if-range'), facts)) return undefined;
  const { sizeBytes } = facts;
  const first = from === '' ? Math.max(0, sizeBytes - Number(to)) : Number(from);
  const last = from === '' || to === '' ? sizeBytes - 1 : Math.min(Number(to), sizeBytes - 1);
  if (first > last) {
    throw new AwsFault('InvalidRange', 'The requested range is not satisfiable', {
      status: 416,
      details: { RangeRequested: header, ActualObjectSize: String(sizeBytes) },
      headers: { 'content-range': `bytes */${sizeBytes}` },
    });
  }
  return { first, last };
}

function isSameRange(ifRange: string | undefined, facts: ObjectFacts): boolean {
  if (ifRange === undefined) return true;
  const date = /^(W\/)?"/.test(ifRange) ? undefined : readDate(ifRange);
  return date === undefined ? matchesEtag(ifRange, facts) : Math.floor(facts.modifiedMs / 1000) * 1000 <= date;
}

/**
 * Finds the bytes of one part of an object; an object that was put whole is its own part 1.
 *
 * @throws AwsFault InvalidPartNumber
 */
export function readPartRange(number: number, facts: ObjectFacts): ByteRange {
  const sizes = facts.parts?.map((part) => part.sizeBytes) ?? [facts.sizeBytes];
  const size = sizes[number - 1];
  if (size === undefined) {
    throw new AwsFault('InvalidPartNumber', 'The requested partnumber is not satisfiable', {
      status: 416,
      details: { PartNumberRequested: String(number), ActualPartCount: String(sizes.length) },
    });
  }
  const first = sizes.slice(0, number - 1).reduce((sum, one) => sum + one, 0);
  return { first, last: first + size - 1 };
}
