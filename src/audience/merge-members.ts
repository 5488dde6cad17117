/** Merges sorted member files where they stand, without an object for each member. */
import type { LineBlock } from './block-buffer';
import { comparePlaces } from './byte-order';
import { type Compare, pushHead, removeRoot, sinkRoot } from './heap';
import { MemberWriter } from './member-blocks';
import { MemberCursor } from './member-cursor';
import type { TextPlace } from './text-order';

/**
 * Merges member files into one: ascending by user id in bytes, each user once, with the best rank.
 * Memory is bounded by a chunk of each. Closes all files when it ends, also early.
 *
 * @param files  chunks of member files
 */
export async function* mergeMemberFiles(files: readonly AsyncIterable<Uint8Array>[]): AsyncGenerator<LineBlock> {
  const cursors = files.map((chunks) => new MemberCursor(chunks));
  const writer = new MemberWriter();
  const heap: MemberCursor[] = [];
  let last: TextPlace | undefined;
  try {
    for (const cursor of cursors) if (await cursor.refill()) pushHead(heap, cursor, compareCursors);
    for (let cursor = heap[0]; cursor !== undefined; cursor = heap[0]) {
      const { bytes, start, end } = cursor;
      if (last === undefined || comparePlaces(last, bytes, start, end) !== 0) {
        const full = writer.addBytes(cursor, cursor.rank);
        if (full !== undefined) yield full;
        last = { bytes, start, end };
      }
      if (cursor.advance() || (await cursor.refill())) sinkRoot(heap, cursor, compareCursors);
      else removeRoot(heap, compareCursors);
    }
    const rest = writer.finish();
    if (rest !== undefined) yield rest;
  } finally {
    await Promise.all(cursors.map((cursor) => cursor.close()));
  }
}

/** Of one user the best rank comes first. */
const compareCursors: Compare<MemberCursor> = (a, b) => comparePlaces(a, b.bytes, b.start, b.end) || a.rank - b.rank;
