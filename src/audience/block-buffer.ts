/** Collects lines of text in blocks of bytes that suit streams. */

/** Whole lines, each with its line feed. The bytes hold until the next block is asked for; then they may be written over. */
export interface LineBlock {
  readonly bytes: Uint8Array;
  readonly lines: number;
}

export const LINE_FEED = 0x0a;
const BLOCK_BYTES = 256 * 1024;

/** A block that is being filled. One that was given away is written to again once the next one is given away. */
export class BlockBuffer {
  bytes: Buffer = Buffer.allocUnsafe(BLOCK_BYTES);
  #other: Buffer = Buffer.alloc(0);
  /** Where the next line begins. */
  used = 0;
  #lines = 0;

  /** Makes room for a line of so many bytes; answers the block that had none, unless it is empty. */
  makeRoom(needed: number): LineBlock | undefined {
    return this.used + needed > this.bytes.length ? this.take(needed) : undefined;
  }

  /** Ends the line with a line feed at `end`, which is in the room that was made. */
  endLine(end: number): void {
    this.bytes[end] = LINE_FEED;
    this.used = end + 1;
    this.#lines += 1;
  }

  /** Gives the lines away, and begins a block that has room for `needed` bytes; undefined where there are no lines. */
  take(needed = 0): LineBlock | undefined {
    const taken = { bytes: this.bytes.subarray(0, this.used), lines: this.#lines };
    // Buffers by the thousand are memory that only garbage collection takes back.
    const next = this.#other.length < Math.max(BLOCK_BYTES, needed) ? undefined : this.#other;
    this.#other = this.bytes;
    this.bytes = next ?? Buffer.allocUnsafe(Math.max(BLOCK_BYTES, needed));
    this.used = 0;
    this.#lines = 0;
    return taken.lines === 0 ? undefined : taken;
  }
}

/** Takes the bytes out of blocks. */
export function* linesOf(blocks: Iterable<LineBlock>): Generator<Uint8Array> {
  for (const { bytes } of blocks) yield bytes;
}

/** Takes the bytes out of blocks, and counts their lines. */
export async function* countLines(
  blocks: AsyncIterable<LineBlock>,
  counted: { count: number } = { count: 0 },
): AsyncGenerator<Uint8Array> {
  for await (const { bytes, lines } of blocks) {
    counted.count += lines;
    yield bytes;
  }
}
