/** Recognises how a text is encoded, by its first bytes and by its first bytes beyond ASCII, and turns it into UTF-8. */
import { isAscii } from 'node:buffer';
import { putBack } from './put-back';
import { isWestern } from './western-text';

/** How a text is to be read. */
export interface DecodeWish {
  /** A label of the WHATWG encoding standard; a byte order mark outweighs it; recognised unless given. */
  readonly encoding?: string | undefined;
  /** Is told the encoding where it is not UTF-8. */
  readonly onEncoding: (encoding: string) => void;
}

/** Gives the text in UTF-8 without a byte order mark; what is no text of the encoding stays as it is, or becomes U+FFFD. */
export async function* toUtf8(
  chunks: AsyncIterable<Uint8Array>,
  { encoding, onEncoding }: DecodeWish,
): AsyncGenerator<Uint8Array> {
  const rest = chunks[Symbol.asyncIterator]();
  const head = await collect(rest, MARK_BYTES);
  const known = byMark(head);
  const name = known?.encoding ?? encoding?.toLowerCase() ?? withoutMark(head);
  const all = putBack(head.subarray(known?.markBytes ?? 0), rest);
  if (name !== undefined) yield* decode(all, { name, onEncoding });
  else yield* recogniseLater(all, onEncoding);
}

const MARK_BYTES = 4;

function byMark(head: Uint8Array): { readonly encoding: string; readonly markBytes: number } | undefined {
  if (head[0] === 0xef && head[1] === 0xbb && head[2] === 0xbf) return { encoding: 'utf-8', markBytes: 3 };
  if (head[0] === 0xff && head[1] === 0xfe) return { encoding: 'utf-16le', markBytes: 2 };
  if (head[0] === 0xfe && head[1] === 0xff) return { encoding: 'utf-16be', markBytes: 2 };
  return undefined;
}

/** A text begins with the name of a column, and every second byte of an ASCII name is zero in UTF-16. */
function withoutMark([a, b, c, d]: Uint8Array): string | undefined {
  if (a !== 0 && b === 0 && c !== 0 && d === 0) return 'utf-16le';
  return a === 0 && b !== 0 && c === 0 && d !== 0 ? 'utf-16be' : undefined;
}

async function* decode(
  chunks: AsyncIterable<Uint8Array>,
  { name, onEncoding }: { readonly name: string; readonly onEncoding: DecodeWish['onEncoding'] },
): AsyncGenerator<Uint8Array> {
  if (name === 'utf-8' || name === 'utf8') return yield* chunks;
  onEncoding(name);
  const decoder = new TextDecoder(name);
  for await (const chunk of chunks) yield Buffer.from(decoder.decode(chunk, { stream: true }));
  const last = decoder.decode();
  if (last !== '') yield Buffer.from(last);
}

/** From the byte before its first one beyond ASCII on, as much as this of a text is looked at. */
const LOOKED_AT_BYTES = 65_536;

async function* recogniseLater(
  chunks: AsyncGenerator<Uint8Array>,
  onEncoding: DecodeWish['onEncoding'],
): AsyncGenerator<Uint8Array> {
  try {
    for (let next = await chunks.next(); next.done !== true; next = await chunks.next()) {
      const chunk = next.value;
      if (isAscii(chunk)) yield chunk;
      else {
        const start = Math.max(0, chunk.findIndex((byte) => byte >= 0x80) - 1);
        if (start > 0) yield chunk.subarray(0, start);
        const looked = await collect(putBack(chunk.subarray(start), chunks), LOOKED_AT_BYTES);
        const all = putBack(looked, chunks);
        return yield* isWestern(looked) ? decode(all, { name: 'windows-1252', onEncoding }) : all;
      }
    }
  } finally {
    await chunks.return(undefined);
  }
}

async function collect(chunks: AsyncIterator<Uint8Array>, bytes: number): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  for (let length = 0; length < bytes; ) {
    const next = await chunks.next();
    if (next.done === true) break;
    parts.push(next.value);
    length += next.value.length;
  }
  const [only] = parts;
  return parts.length === 1 && only !== undefined ? only : Buffer.concat(parts);
}
