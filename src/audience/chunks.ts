/** Gathers texts into buffers of a size that suits streams, and takes buffers apart into whole lines of text. */
import { isAscii } from 'node:buffer';

const CHUNK_CHARACTERS = 64 * 1024;
const LINE_FEED = 0x0a;

/** Joins texts, of one line or of many, and encodes them as UTF-8, at least about 64 KB at a time; nothing for no text. */
export async function* encodeChunks(texts: AsyncIterable<string>): AsyncGenerator<Buffer> {
  let parts: string[] = [];
  let length = 0;
  for await (const text of texts) {
    parts.push(text);
    length += text.length;
    if (length < CHUNK_CHARACTERS) continue;
    yield Buffer.from(parts.length === 1 ? text : parts.join(''), 'utf8');
    parts = [];
    length = 0;
  }
  if (length > 0) yield Buffer.from(parts.join(''), 'utf8');
}

/**
 * Decodes UTF-8 and yields the lines that end in a chunk as one text, each with its line feed; the last line of all needs
 * none in the source.
 * @throws TypeError with the code ERR_ENCODING_INVALID_ENCODED_DATA where the bytes are not UTF-8
 */
export async function* decodeLines(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  let rest: Uint8Array[] = [];
  for await (const chunk of chunks) {
    const end = chunk.lastIndexOf(LINE_FEED) + 1;
    if (end === 0) {
      if (chunk.length > 0) rest.push(chunk);
      continue;
    }
    const whole = chunk.subarray(0, end);
    yield decode(rest.length === 0 ? whole : Buffer.concat([...rest, whole]));
    rest = end < chunk.length ? [chunk.subarray(end)] : [];
  }
  if (rest.length > 0) yield `${decode(Buffer.concat(rest))}\n`;
}

/** ASCII, the usual case, is decoded several times faster as Latin-1. */
function decode(bytes: Uint8Array): string {
  if (!isAscii(bytes)) return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1');
}
