/**
 * Writes and reads member files: the users of an audience, one line `user_id<TAB>rank` each, sorted by user id in bytes.
 * In an id backslash, TAB, LF and CR are written as `\\`, `\t`, `\n` and `\r`.
 */
import { NightjarError } from '../errors';
import { decodeLines, encodeChunks } from './chunks';

/** A user of an audience. */
export interface Member {
  readonly userId: string;
  /** The place in Personalize's answer, from 1: the most interested first. */
  readonly rank: number;
}

/** Writes members as they come, a batch at a time; sorting and removing duplicates come before. */
export function writeMembers(batches: AsyncIterable<readonly Member[]>): AsyncGenerator<Buffer> {
  return encodeChunks(writeLines(batches));
}

/**
 * Reads a member file, in its order; a batch holds the lines of one chunk and is never empty.
 *
 * @throws E_OBJECT_FORMAT at the first line of another form, or at bytes that are not UTF-8
 */
export async function* readMembers(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<readonly Member[]> {
  let lines = 0;
  for await (const text of decodeMemberLines(chunks)) {
    const batch = readBatch(text, lines);
    lines += batch.length;
    yield batch;
  }
}

async function* writeLines(batches: AsyncIterable<readonly Member[]>): AsyncGenerator<string> {
  for await (const batch of batches) {
    if (batch.length > 0) yield `${batch.map(({ userId, rank }) => `${escapeId(userId)}\t${rank}`).join('\n')}\n`;
  }
}

async function* decodeMemberLines(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  try {
    yield* decodeLines(chunks);
  } catch (cause) {
    if (!isDecodingError(cause)) throw cause;
    throw notUtf8(cause);
  }
}

function isDecodingError(error: unknown): boolean {
  return (
    typeof error === 'object' && error !== null && 'code' in error && error.code === 'ERR_ENCODING_INVALID_ENCODED_DATA'
  );
}

/** Reads whole lines; `before` is how many lines the file has before them. */
function readBatch(text: string, before: number): readonly Member[] {
  const hasEscapes = text.includes('\\');
  const members: Member[] = [];
  for (let start = 0; start < text.length; ) {
    const end = text.indexOf('\n', start);
    const tab = text.indexOf('\t', start);
    const rank = tab < 0 || tab > end ? undefined : readRank(text, tab + 1, end);
    if (rank === undefined) throw malformedMember(before + members.length + 1);
    const id = text.slice(start, tab);
    members.push({ userId: hasEscapes ? unescapeId(id) : id, rank });
    start = end + 1;
  }
  return members;
}

/** Reads decimal digits without a leading zero; undefined for any other text. */
function readRank(text: string, start: number, end: number): number | undefined {
  if (start === end || text.charCodeAt(start) === ZERO) return undefined;
  let rank = 0;
  for (let index = start; index < end; index++) {
    const digit = text.charCodeAt(index) - ZERO;
    if (digit < 0 || digit > 9) return undefined;
    rank = rank * 10 + digit;
  }
  return rank;
}

const ZERO = 0x30;

/** What is said of a member file's bytes that are no text. */
export function notUtf8(cause?: unknown): NightjarError {
  return new NightjarError('E_OBJECT_FORMAT', 'the member file is not UTF-8', { cause });
}

/** What is said of a line, counted from 1, that is none of a member file's. */
export function malformedMember(line: number): NightjarError {
  return new NightjarError('E_OBJECT_FORMAT', 'a line of the member file is not "user_id<TAB>rank"', {
    where: { line },
  });
}

const ESCAPES: Readonly<Record<string, string>> = { '\\': '\\\\', '\t': '\\t', '\n': '\\n', '\r': '\\r' };
const UNESCAPES: Readonly<Record<string, string>> = { '\\': '\\', t: '\t', n: '\n', r: '\r' };

/** Writes a user id as member files have it. */
export function escapeId(id: string): string {
  return /[\\\t\n\r]/.test(id) ? id.replace(/[\\\t\n\r]/g, (found) => ESCAPES[found] ?? found) : id;
}

/** Reads what `escapeId` has written. */
export function unescapeId(text: string): string {
  return text.includes('\\') ? text.replace(/\\([\\tnr])/g, (_, letter: string) => UNESCAPES[letter] ?? letter) : text;
}
