/** Cuts a stream of bytes into parts of one size. */

/** Holds a part: `bytes` are the beginning of `buffer`, the whole of it in all parts but the last. */
export interface Part {
  readonly buffer: Buffer;
  readonly bytes: Buffer;
  readonly isLast: boolean;
}

/**
 * Copies chunks into parts of `partBytes`; only the last part is smaller, and it is empty only where there are no bytes.
 * Buffers are taken from `free` where it has some; the caller puts them back there once their bytes are done with.
 */
export async function* cutIntoParts(
  chunks: AsyncIterable<Uint8Array>,
  { free, partBytes }: { readonly free: Buffer[]; readonly partBytes: number },
): AsyncGenerator<Part> {
  // The first part grows with its bytes: most objects are small.
  let buffer: Buffer = Buffer.alloc(0);
  let filled = 0;
  for await (const chunk of chunks) {
    for (let at = 0; at < chunk.length; ) {
      if (filled === partBytes) {
        yield { buffer, bytes: buffer, isLast: false };
        buffer = free.pop() ?? Buffer.allocUnsafe(partBytes);
        filled = 0;
      }
      const taken = chunk.subarray(at, at + partBytes - filled);
      buffer = withRoom(buffer, { filled, wanted: filled + taken.length, partBytes });
      buffer.set(taken, filled);
      filled += taken.length;
      at += taken.length;
    }
  }
  yield { buffer, bytes: buffer.subarray(0, filled), isLast: true };
}

interface Room {
  readonly filled: number;
  readonly wanted: number;
  readonly partBytes: number;
}

function withRoom(buffer: Buffer, { filled, wanted, partBytes }: Room): Buffer {
  if (wanted <= buffer.length) return buffer;
  const larger = Buffer.allocUnsafe(Math.min(partBytes, Math.max(wanted, 2 * buffer.length)));
  larger.set(buffer.subarray(0, filled));
  return larger;
}
