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

/** Writes members as they come; sorting and removing duplicates come before. */
export function writeMembers(members: AsyncIterable<Member>): AsyncGenerator<Buffer> {
  return encodeChunks(writeLines(members));
}

/**
 * Reads a member file, in its order.
 *
 * @throws E_OBJECT_FORMAT at the first line of another form, or at bytes that are not UTF-8
 */
export async function* readMembers(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Member> {
  let line = 0;
  for await (const texts of decodeMemberLines(chunks)) {
    for (const text of texts) {
      line += 1;
      yield readLine(text, line);
    }
  }
}

async function* writeLines(members: AsyncIterable<Member>): AsyncGenerator<string> {
  for await (const { userId, rank } of members) yield `${escapeId(userId)}\t${rank}\n`;
}

async function* decodeMemberLines(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<readonly string[]> {
  try {
    yield* decodeLines(chunks);
  } catch (cause) {
    if (!isDecodingError(cause)) throw cause;
    throw new NightjarError('E_OBJECT_FORMAT', 'the member file is not UTF-8', { cause });
  }
}

function isDecodingError(error: unknown): boolean {
  return (
    typeof error === 'object' && error !== null && 'code' in error && error.code === 'ERR_ENCODING_INVALID_ENCODED_DATA'
  );
}

function readLine(text: string, line: number): Member {
  const [id, rank, ...rest] = text.split('\t');
  if (id === undefined || rank === undefined || rest.length > 0 || !/^[1-9]\d*$/.test(rank)) {
    throw new NightjarError('E_OBJECT_FORMAT', 'a line of the member file is not "user_id<TAB>rank"', {
      where: { line },
    });
  }
  return { userId: unescapeId(id), rank: Number(rank) };
}

const ESCAPES: Readonly<Record<string, string>> = { '\\': '\\\\', '\t': '\\t', '\n': '\\n', '\r': '\\r' };
const UNESCAPES: Readonly<Record<string, string>> = { '\\': '\\', t: '\t', n: '\n', r: '\r' };

function escapeId(id: string): string {
  return /[\\\t\n\r]/.test(id) ? id.replace(/[\\\t\n\r]/g, (found) => ESCAPES[found] ?? found) : id;
}

function unescapeId(text: string): string {
  return text.includes('\\') ? text.replace(/\\([\\tnr])/g, (_, letter: string) => UNESCAPES[letter] ?? letter) : text;
}
