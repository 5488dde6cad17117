/** Unpacks gzip where a text begins as gzip does, whatever its name. */
import { pipeline, Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { systemErrorCode } from '../../errors';
import { putBack } from './put-back';

/** Gives the chunks as they are, or unpacked where their first two bytes are those of gzip. */
export async function* unzip(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const own = chunks[Symbol.asyncIterator]();
  let head = Buffer.alloc(0);
  let end = false;
  while (head.length < 2 && !end) {
    const next = await own.next();
    end = next.done === true;
    if (next.done !== true) head = Buffer.concat([head, next.value]);
  }
  const all = putBack(head, own);
  if (head[0] !== 0x1f || head[1] !== 0x8b) return yield* all;
  const gunzip = createGunzip();
  // What goes wrong reaches the reader below as well.
  pipeline(Readable.from(all, { objectMode: false }), gunzip, () => undefined);
  for await (const chunk of gunzip) yield chunk;
}

/** Tells an error of unpacking from others. */
export function isBrokenGzip(error: unknown): boolean {
  return systemErrorCode(error)?.startsWith('Z_') === true;
}
