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
 * Checks the conditions of a put against what is there now.
 *
 * @throws AwsFault PreconditionFailed, or NoSuchKey where If-Match finds nothing
 */
export function checkWriteConditions(headers: Headers, current: ObjectFacts | undefined): void {
  const ifNoneMatch = headers.get('if-none-match');
  if (ifNoneMatch !== undefined && current !== undefined && matchesEtag(ifNoneMatch, current)) {
    throw preconditionFailed('If-None-Match');
  }
  const ifMatch = headers.get('if-match');
  if (ifMatch === undefined) return;
  if (current === undefined) throw new AwsFault('NoSuchKey', 'The specified key does not exist.', { status: 404 });
  if (!matchesEtag(ifMatch, current)) throw preconditionFailed('If-Match');
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
 * Reads a Range header for an object of a size; undefined where there is none, or it is not one range of bytes, which S3 ignores.
 *
 * @throws AwsFault InvalidRange where no byte of it exists
 */
export function readRange(header: string | undefined, sizeBytes: number): ByteRange | undefined {
  const match = /^bytes=(\d*)-(\d*)$/.exec(header ?? '');
  const [from = '', to = ''] = match?.slice(1) ?? [];
  if (from === '' && to === '') return undefined;
  if (from !== '' && to !== '' && Number(from) > Number(to)) return undefined;
  const first = from === '' ? Math.max(0, sizeBytes - Number(to)) : Number(from);
  const last = from === '' || to === '' ? sizeBytes - 1 : Math.min(Number(to), sizeBytes - 1);
  if (first > last) {
    throw new AwsFault('InvalidRange', 'The requested range is not satisfiable', {
      status: 416,
      details: { RangeRequested: header ?? '', ActualObjectSize: String(sizeBytes) },
    });
  }
  return { first, last };
}
