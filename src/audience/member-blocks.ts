/** Writes member files as blocks of bytes, without a text for each line. */
import { BlockBuffer, type LineBlock } from './block-buffer';
import { escapeId } from './members';
import type { TextPlace } from './text-order';

const TAB = 0x09;
const BACKSLASH = 0x5c;
const CARRIAGE_RETURN = 0x0d;
const ZERO = 0x30;
/** Of a rank. */
const MOST_DIGITS = 16;
/** Of a UTF-16 unit: as UTF-8, or as a backslash and a letter. */
const MOST_UNIT_BYTES = 3;

/** Takes members in the order of the file. */
export class MemberWriter {
  readonly #block = new BlockBuffer();

  /** Takes a user id that stands as UTF-8, not escaped; answers a block where one is full. */
  addBytes(id: TextPlace, rank: number): LineBlock | undefined {
    const { bytes, start, end } = id;
    const block = this.#block;
    const full = block.makeRoom(end - start + MOST_DIGITS + 2);
    let to = block.used;
    for (let from = start; from < end; from++) {
      const byte = bytes[from] ?? 0;
      if (byte === BACKSLASH || (byte <= CARRIAGE_RETURN && byte >= TAB)) {
        const text = Buffer.from(bytes.buffer, bytes.byteOffset + start, end - start).toString('utf8');
        const other = this.addText(text, rank);
        return full ?? other;
      }
      block.bytes[to++] = byte;
    }
    this.#finishLine(to, rank);
    return full;
  }

  addText(userId: string, rank: number): LineBlock | undefined {
    const block = this.#block;
    const full = block.makeRoom(userId.length * MOST_UNIT_BYTES + MOST_DIGITS + 2);
    this.#finishLine(block.used + block.bytes.write(escapeId(userId), block.used), rank);
    return full;
  }

  /** Answers the last block; undefined where nothing is left. */
  finish(): LineBlock | undefined {
    return this.#block.take();
  }

  #finishLine(end: number, rank: number): void {
    const { bytes } = this.#block;
    bytes[end] = TAB;
    const last = end + countDigits(rank);
    let rest = rank;
    for (let at = last; at > end; at--) {
      const higher = Math.floor(rest / 10);
      bytes[at] = ZERO + rest - 10 * higher;
      rest = higher;
    }
    this.#block.endLine(last + 1);
  }
}

function countDigits(rank: number): number {
  let digits = 1;
  for (let least = 10; rank >= least; least *= 10) digits += 1;
  return digits;
}
