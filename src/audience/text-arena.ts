/** Holds many texts as UTF-8 in one buffer, outside of the heap, and sorts them there: no text is an object that garbage collection must move. */
import { commonBytes, compareTexts, RANKS, type TextOrder, type TextPlace } from './text-order';

/** A number holds a place in 2^20 texts, and 33 bits of the text. */
const PLACES = 2 ** 20;
const TEXT_KEYS = 2 ** 33;
/** Bytes of a text that are looked at before texts are compared. */
const WINDOW = 12;
const FEW = 64;
const SAMPLE = 512;
const FIRST_BYTES = 64 * 1024;
const FIRST_TEXTS = 1024;
/** A UTF-16 unit takes at most three bytes of UTF-8. */
const MOST_UNIT_BYTES = 3;

/** Takes 16 bytes a text beside the texts while they are sorted, 4 before. */
export class TextArena {
  #bytes: Buffer = Buffer.allocUnsafe(FIRST_BYTES);
  #ends = new Uint32Array(FIRST_TEXTS);
  #count = 0;
  #used = 0;

  /** Of the texts, in bytes. */
  get size(): number {
    return this.#used;
  }

  get count(): number {
    return this.#count;
  }

  /** Where the text of a place stands, until `add` or `clear`; places count from 0 in the order in which texts were added. */
  textAt(place: number): TextPlace {
    const start = place === 0 ? 0 : (this.#ends[place - 1] ?? 0);
    return { bytes: this.#bytes, start, end: this.#ends[place] ?? 0 };
  }

  isSame(a: number, b: number): boolean {
    const [left, right] = [this.textAt(a), this.textAt(b)];
    const length = left.end - left.start;
    return length === right.end - right.start && commonBytes(left, right) === length;
  }

  /** A lone surrogate becomes U+FFFD. */
  add(text: string): void {
    this.makeRoom(MOST_UNIT_BYTES * text.length);
    this.endText(this.#used + this.#bytes.write(text, this.#used));
  }

  /** Where texts stand, and behind them, from `size` on, the next one is written; other bytes after `makeRoom` and `add`. */
  get bytes(): Buffer {
    return this.#bytes;
  }

  hasRoom(bytes: number): boolean {
    return this.#used + bytes <= this.#bytes.length;
  }

  /** Makes room for a text of at most so many bytes. */
  makeRoom(bytes: number): void {
    if (!this.hasRoom(bytes)) this.#bytes = growBuffer(this.#bytes, this.#used, this.#used + bytes);
  }

  /** Adds the text that was written from `size` to `end`. */
  endText(end: number): void {
    this.#used = end;
    if (this.#count === this.#ends.length) this.#ends = growNumbers(this.#ends);
    this.#ends[this.#count++] = end;
  }

  /** Forgets all texts, and keeps the memory. */
  clear(): void {
    this.#count = 0;
    this.#used = 0;
  }

  /** The places of the texts in order; equal texts in the order in which they were added. */
  sort(order: TextOrder): Uint32Array {
    const compare = (a: number, b: number) => this.#compare(a, b, order);
    if (this.#count < FEW || this.#count > PLACES) {
      return Uint32Array.from({ length: this.#count }, (_, place) => place).sort(compare);
    }
    return settle(this.#makeKeys(order), compare);
  }

  #compare(a: number, b: number, order: TextOrder): number {
    return compareTexts(this.textAt(a), this.textAt(b), order) || a - b;
  }

  /** Makes a number of each text: what it begins with behind that with which all begin, and its place. */
  #makeKeys(order: TextOrder): Float64Array {
    const from = this.#commonLength();
    // Some texts usually have all bytes that occur.
    return this.#keysBy(this.#numberBytes(from, order, SAMPLE), from) ?? this.#makeAllKeys(from, order);
  }

  #makeAllKeys(from: number, order: TextOrder): Float64Array {
    const keys = this.#keysBy(this.#numberBytes(from, order, this.#count), from);
    if (keys === undefined) throw new Error('a byte that occurs has no digit');
    return keys;
  }

  /** Undefined where a byte has no digit. */
  #keysBy({ digits, base, length }: Numbering, from: number): Float64Array | undefined {
    const bytes = this.#bytes;
    const keys = new Float64Array(this.#count);
    let start = 0;
    for (let place = 0; place < keys.length; place++) {
      const end = this.#ends[place] ?? 0;
      let key = 0;
      for (let at = start + from; at < start + from + length; at++) {
        const digit = at < end ? (digits[bytes[at] ?? 0] ?? 0) : 0;
        if (digit === 0 && at < end) return undefined;
        key = key * base + digit;
      }
      keys[place] = key * PLACES + place;
      start = end;
    }
    return keys.sort();
  }

  #commonLength(): number {
    let length = this.#ends[0] ?? 0;
    let start = 0;
    for (let place = 0; place < this.#count && length > 0; place++) {
      const end = this.#ends[place] ?? 0;
      length = Math.min(length, end - start);
      let same = 0;
      while (same < length && this.#bytes[start + same] === this.#bytes[same]) same += 1;
      length = same;
      start = end;
    }
    return length;
  }

  /** Gives each byte that occurs in the first texts a digit from 1 on, in order; 0 is the end of a text. */
  #numberBytes(from: number, order: TextOrder, texts: number): Numbering {
    const isThere = new Uint8Array(256);
    let start = 0;
    for (let place = 0; place < this.#count && place < texts; place++) {
      const end = this.#ends[place] ?? 0;
      const last = Math.min(end, start + from + WINDOW);
      for (let at = start + from; at < last; at++) isThere[this.#bytes[at] ?? 0] = 1;
      start = end;
    }
    const ranks = RANKS[order];
    const there = Array.from({ length: 256 }, (_, byte) => byte).filter((byte) => isThere[byte] === 1);
    const digits = new Uint16Array(256);
    there.sort((a, b) => (ranks[a] ?? 0) - (ranks[b] ?? 0));
    for (const [index, byte] of there.entries()) digits[byte] = index + 1;
    const base = there.length + 1;
    let length = 1;
    while (length < WINDOW && base ** (length + 1) <= TEXT_KEYS) length += 1;
    return { digits, base, length };
  }
}

interface Numbering {
  readonly digits: Uint16Array;
  readonly base: number;
  /** How many digits a key holds. */
  readonly length: number;
}

/** Takes the places out of sorted keys, and puts those of the same key in the order of `compare`. */
function settle(keys: Float64Array, compare: (a: number, b: number) => number): Uint32Array {
  const places = new Uint32Array(keys.length);
  let from = 0;
  let last = -1;
  for (let index = 0; index <= keys.length; index++) {
    const packed = keys[index] ?? -PLACES;
    const key = Math.floor(packed / PLACES);
    if (key !== last) {
      if (index - from > 1) places.subarray(from, index).sort(compare);
      from = index;
      last = key;
    }
    if (index < keys.length) places[index] = packed - key * PLACES;
  }
  return places;
}

function growBuffer(bytes: Buffer, used: number, least: number): Buffer {
  const larger = Buffer.allocUnsafe(Math.max(2 * bytes.length, least));
  bytes.copy(larger, 0, 0, used);
  return larger;
}

function growNumbers(numbers: Uint32Array<ArrayBuffer>): Uint32Array<ArrayBuffer> {
  const larger = new Uint32Array(2 * numbers.length);
  larger.set(numbers);
  return larger;
}
