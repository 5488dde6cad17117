/** Moves the lines of sorted row files as blocks of bytes: gathered, merged, and each key once. */
import { BlockBuffer, LINE_FEED, type LineBlock } from './block-buffer';
import { type Compare, pushHead, removeRoot, sinkRoot } from './heap';
import type { TextArena } from './text-arena';
import { commonBytes, compareTexts, type TextPlace } from './text-order';

const TAB = 0x09;

/** Takes lines in order into blocks, and leaves out each that is the same row as the one before. */
export class LineWriter {
  readonly #block = new BlockBuffer();
  /** The last line, in this block or in one that was given away. */
  #last: TextPlace | undefined;
  readonly #keyCells: number;

  /** @param keyCells  how many cells, from the first, two lines of the same row share; all of them unless told */
  constructor(keyCells = Number.POSITIVE_INFINITY) {
    this.#keyCells = keyCells;
  }

  /** Takes a line, which stands without its line feed; answers a block where one is full. */
  add(line: TextPlace): LineBlock | undefined {
    if (this.#last !== undefined && isSameRow(this.#last, line, this.#keyCells)) return undefined;
    const block = this.#block;
    const full = block.makeRoom(line.end - line.start + 1);
    const start = block.used;
    const end = start + line.end - line.start;
    block.bytes.set(line.bytes.subarray(line.start, line.end), start);
    block.endLine(end);
    this.#last = { bytes: block.bytes, start, end };
    return full;
  }

  /** Answers the last block; undefined where nothing is left. */
  finish(): LineBlock | undefined {
    return this.#block.take();
  }
}

/** Lines of the same first cells: all that differs stands behind so many TABs. */
function isSameRow(a: TextPlace, b: TextPlace, keyCells: number): boolean {
  const shared = commonBytes(a, b);
  if (shared === a.end - a.start && shared === b.end - b.start) return true;
  let tabs = 0;
  for (let at = a.start; at < a.start + shared && tabs < keyCells; at++) if (a.bytes[at] === TAB) tabs += 1;
  return tabs >= keyCells;
}

/** Yields the lines of an arena in the order of UTF-16 units, each key once. */
export function* sortedBlocks(arena: TextArena, keyCells?: number): Generator<LineBlock> {
  const writer = new LineWriter(keyCells);
  for (const place of arena.sort('units')) {
    const full = writer.add(arena.textAt(place));
    if (full !== undefined) yield full;
  }
  const last = writer.finish();
  if (last !== undefined) yield last;
}

/**
 * Merges sorted sources of bytes, whole lines in the end, into blocks; each key once. Closes all sources when it ends, also
 * early. A source may write its bytes over when it is asked for the next ones.
 */
export async function* mergeLines(
  sources: readonly AsyncIterable<Uint8Array>[],
  keyCells?: number,
): AsyncGenerator<LineBlock> {
  const cursors = sources.map((source, nth) => new LineCursor(source[Symbol.asyncIterator](), nth));
  const writer = new LineWriter(keyCells);
  const heap: LineCursor[] = [];
  try {
    for (const cursor of cursors) if (await cursor.refill()) pushHead(heap, cursor, compareCursors);
    for (let cursor = heap[0]; cursor !== undefined; cursor = heap[0]) {
      const full = writer.add(cursor);
      if (full !== undefined) yield full;
      if (cursor.advance() || (await cursor.refill())) sinkRoot(heap, cursor, compareCursors);
      else removeRoot(heap, compareCursors);
    }
    const last = writer.finish();
    if (last !== undefined) yield last;
  } finally {
    await Promise.all(cursors.map((cursor) => cursor.close()));
  }
}

const compareCursors: Compare<LineCursor> = (a, b) => compareTexts(a, b, 'units') || a.nth - b.nth;

/** Moves along the lines of a source; only `refill` waits. */
class LineCursor implements TextPlace {
  bytes: Uint8Array = new Uint8Array(0);
  start = 0;
  end = -1;
  #buffer: Buffer = Buffer.alloc(0);
  #used = 0;

  constructor(
    private readonly iterator: AsyncIterator<Uint8Array>,
    readonly nth: number,
  ) {}

  /** Moves on within the bytes at hand; false where they hold no whole line any more. */
  advance(): boolean {
    this.start = this.end + 1;
    const end = this.bytes.indexOf(LINE_FEED, this.start);
    if (end >= 0) this.end = end;
    return end >= 0;
  }

  /** Reads on to the next whole line; false at the end. */
  async refill(): Promise<boolean> {
    while (true) {
      const next = await this.iterator.next();
      if (next.done === true) return false;
      this.#append(next.value);
      this.end = -1;
      if (this.advance()) return true;
    }
  }

  /** Moves what is left to the front, and copies what was read behind it. */
  #append(more: Uint8Array): void {
    const rest = this.#used - this.start;
    const needed = rest + more.length;
    if (needed > this.#buffer.length) {
      const larger = Buffer.allocUnsafe(2 * needed);
      larger.set(this.#buffer.subarray(this.start, this.#used));
      this.#buffer = larger;
    } else this.#buffer.copyWithin(0, this.start, this.#used);
    this.#buffer.set(more, rest);
    this.#used = needed;
    this.bytes = this.#buffer.subarray(0, needed);
    this.start = 0;
  }

  async close(): Promise<void> {
    await this.iterator.return?.();
  }
}
