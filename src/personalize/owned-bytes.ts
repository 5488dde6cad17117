/** Cuts the lines that a shard owns out of the bytes of its object. */
import type { Chunks, Shard } from './output-types';

/** A piece of the owned lines; `offset` is the place of its first byte in the object. */
export interface OwnedPiece {
  readonly bytes: Buffer;
  readonly offset: number;
}

const LINE_FEED = 0x0a;
const BYTE_ORDER_MARK = Buffer.from([0xef, 0xbb, 0xbf]);

/**
 * Yields the owned lines without gaps: the first piece begins at a line's start, the last ends behind a line feed or
 * at the object's end. A byte order mark at the object's start is left out. Stops pulling with the last owned line.
 * Shards that cover an object own each of its lines once.
 */
export async function* ownedBytes(chunks: Chunks, shard: Shard): AsyncGenerator<OwnedPiece> {
  if (shard.start >= shard.end) return;
  let inside = shard.start === 0;
  for await (const { bytes, offset } of withoutMark(chunks, shard.start)) {
    const from = inside ? 0 : bytes.indexOf(LINE_FEED) + 1;
    if (!inside && offset + (from === 0 ? bytes.length : from) >= shard.end) return;
    if (!inside && from === 0) continue;
    inside = true;
    const last = offset + bytes.length < shard.end ? -1 : lastFeed(bytes, shard.end - offset - 1);
    const to = last < 0 ? bytes.length : last + 1;
    if (to > from) yield { bytes: bytes.subarray(from, to), offset: offset + from };
    if (last >= 0) return;
  }
}

/** Finds the line feed that ends the line of the range's last byte. */
function lastFeed(bytes: Buffer, lastByte: number): number {
  return bytes.indexOf(LINE_FEED, Math.max(0, lastByte));
}

async function* withoutMark(chunks: Chunks, start: number): AsyncGenerator<OwnedPiece> {
  let offset = Math.max(0, start - 1);
  let head: Buffer | undefined = start === 0 ? Buffer.alloc(0) : undefined;
  for await (const chunk of chunks) {
    let bytes: Buffer = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.length);
    if (head !== undefined) {
      bytes = head.length === 0 ? bytes : Buffer.concat([head, bytes]);
      head = bytes.length < BYTE_ORDER_MARK.length ? bytes : undefined;
      if (head !== undefined) continue;
      if (bytes.subarray(0, BYTE_ORDER_MARK.length).equals(BYTE_ORDER_MARK)) {
        bytes = bytes.subarray(BYTE_ORDER_MARK.length);
        offset = BYTE_ORDER_MARK.length;
      }
    }
    yield { bytes, offset };
    offset += bytes.length;
  }
  if (head !== undefined && head.length > 0) yield { bytes: head, offset };
}
