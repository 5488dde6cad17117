/** Turns one JSON list of objects into JSON Lines, so that an export of a whole table can be streamed too. */

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COMMA = 0x2c;
const OPEN = new Set([0x5b, 0x7b]);
const CLOSE = new Set([0x5d, 0x7d]);
const SPACE = new Set([0x20, 0x09, 0x0a, 0x0d]);
const LINE_FEED = 0x0a;

/** Gives a text that begins with `[` as its elements, one a line and so numbered; any other text as it is. */
export async function* splitJsonList(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let splitter: ((chunk: Uint8Array) => Uint8Array) | undefined;
  let isList: boolean | undefined;
  for await (const chunk of chunks) {
    const first = isList === undefined ? chunk.find((byte) => !SPACE.has(byte)) : undefined;
    if (isList === undefined && first !== undefined) isList = first === 0x5b;
    if (isList !== true) yield chunk;
    else {
      splitter ??= createSplitter();
      yield splitter(chunk);
    }
  }
}

/** Follows strings and brackets only; what is no JSON inside an element is told by whoever parses its line. */
function createSplitter(): (chunk: Uint8Array) => Uint8Array {
  let depth = 0;
  let inString = false;
  let escaped = false;
  return (chunk) => {
    const out = Buffer.alloc(chunk.length);
    let length = 0;
    for (const byte of chunk) {
      let written: number | undefined = byte;
      if (inString) {
        if (escaped) escaped = false;
        else if (byte === BACKSLASH) escaped = true;
        else if (byte === QUOTE) inString = false;
      } else if (byte === QUOTE) inString = true;
      else if (OPEN.has(byte)) written = depth++ === 0 ? undefined : byte;
      else if (CLOSE.has(byte)) written = --depth <= 0 ? undefined : byte;
      else if (byte === COMMA && depth === 1) written = LINE_FEED;
      else if (SPACE.has(byte)) written = undefined;
      if (written !== undefined) out[length++] = written;
    }
    return out.subarray(0, length);
  };
}
