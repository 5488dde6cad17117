/** Reads lines and counted bytes from a stream of buffers without collecting it. */

/** Reads forward only; a caller must finish one `take` before the next call. */
export interface ByteReader {
  /** Reads up to the next CR LF, without it; undefined at the end of the stream, or where the line is over 8 KB. */
  readLine(): Promise<string | undefined>;
  /** Yields exactly `count` bytes in pieces, fewer only where the stream ends. */
  take(count: number): AsyncGenerator<Buffer>;
}

const MAX_LINE_BYTES = 8192;

/** Creates a reader over a stream of buffers. */
export function createByteReader(source: AsyncIterable<Buffer>): ByteReader {
  const iterator = source[Symbol.asyncIterator]();
  let held: Buffer = Buffer.alloc(0);

  const fill = async (): Promise<boolean> => {
    const next = await iterator.next();
    if (next.done === true) return false;
    held = held.length === 0 ? next.value : Buffer.concat([held, next.value]);
    return true;
  };

  return {
    async readLine() {
      for (;;) {
        const end = held.indexOf('\r\n');
        if (end >= 0) {
          const line = held.toString('utf8', 0, end);
          held = held.subarray(end + 2);
          return line;
        }
        if (held.length > MAX_LINE_BYTES || !(await fill())) return undefined;
      }
    },
    async *take(count) {
      let left = count;
      while (left > 0) {
        if (held.length === 0 && !(await fill())) return;
        const piece = held.subarray(0, left);
        held = held.subarray(piece.length);
        left -= piece.length;
        if (piece.length > 0) yield piece;
      }
    },
  };
}
