/** Hashes many short values with SHA-256, four at a time, where one call a value would cost more than the hashing. */
import { sha256Hex } from '../../sha256';
import { openSha256Lanes, type Sha256Lanes } from './sha256-lanes';
import {
  BLOCK_BYTES,
  DIGITS_AT,
  FREE_AT,
  HASH_DIGITS,
  LANES,
  LENGTHS_AT,
  MOST_BYTES,
  STARTS_AT,
  WORD_BYTES,
} from './sha256-program';

/** In the memory, a block for each lane. */
const BLOCKS_AT = FREE_AT;

const NO_BYTES: Uint8Array = new Uint8Array(0);
const NUMBER_BYTES = 8;

/** Takes values and puts down their hashes, 64 lower-case hexadecimal digits each, later but at the latest by `flush`. */
export class HashBatch {
  readonly #lanes: Sha256Lanes | null;
  readonly #memory: Buffer;
  readonly #integers: Int32Array;
  /** Eight digits in each. */
  readonly #digits: Float64Array;
  /** Where the digits of each lane shall stand. */
  readonly #targets: Uint8Array[] = Array.from({ length: LANES }, () => NO_BYTES);
  readonly #places: number[] = Array.from({ length: LANES }, () => 0);
  #taken = 0;
  readonly #source = new LastView();
  readonly #target = new LastView();

  /** @param lanes  of this batch alone; null leaves all to node:crypto, as does a machine that has none */
  constructor(lanes: Sha256Lanes | null = openSha256Lanes()) {
    this.#lanes = lanes;
    const memory = lanes?.memory ?? new ArrayBuffer(0);
    this.#memory = Buffer.from(memory);
    this.#integers = new Int32Array(memory);
    this.#digits = new Float64Array(memory);
  }

  /** Takes bytes[start, end), which may be any; the digits stand in `to` from `at` on. */
  addBytes(bytes: Uint8Array, start: number, end: number, to: Uint8Array, at: number): void {
    checkRoom(to, at);
    const length = end - start;
    if (length > MOST_BYTES || this.#lanes === null) {
      putDigits(bytes.subarray(start, end), to, at);
      return;
    }
    const block = BLOCKS_AT + BLOCK_BYTES * this.#taken;
    this.#copyBytes(bytes, start, length, block);
    this.#take(block, length, to, at);
  }

  /** Hashes what is left. */
  flush(): void {
    if (this.#taken === 0 || this.#lanes === null) return;
    this.#lanes.run();
    for (let lane = 0; lane < this.#taken; lane++) this.#copyDigits(lane);
    this.#taken = 0;
  }

  /** Copies four bytes at a time; the program doesn't mind what stands behind a value. */
  #copyBytes(bytes: Uint8Array, start: number, length: number, block: number): void {
    const words = Math.ceil(length / WORD_BYTES);
    if (start + WORD_BYTES * words <= bytes.length) {
      const view = this.#source.viewOf(bytes);
      const first = block / WORD_BYTES;
      for (let index = 0; index < words; index++) {
        this.#integers[first + index] = view.getInt32(start + WORD_BYTES * index, true);
      }
    } else {
      for (let index = 0; index < length; index++) this.#memory[block + index] = bytes[start + index] ?? 0;
    }
  }

  #take(start: number, length: number, to: Uint8Array, at: number): void {
    const lane = this.#taken;
    this.#integers[STARTS_AT / WORD_BYTES + lane] = start;
    this.#integers[LENGTHS_AT / WORD_BYTES + lane] = length;
    this.#targets[lane] = to;
    this.#places[lane] = at;
    this.#taken = lane + 1;
    if (this.#taken === LANES) this.flush();
  }

  /** Eight digits at a time, as the number that has their bits: no digits are those of a NaN, which may change. */
  #copyDigits(lane: number): void {
    const to = this.#targets[lane] ?? NO_BYTES;
    const at = this.#places[lane] ?? 0;
    const view = this.#target.viewOf(to);
    const from = (DIGITS_AT + HASH_DIGITS * lane) / NUMBER_BYTES;
    for (let index = 0; index < HASH_DIGITS / NUMBER_BYTES; index++) {
      view.setFloat64(at + NUMBER_BYTES * index, this.#digits[from + index] ?? 0, true);
    }
  }
}

/** Keeps a view as long as it is asked for one of the same bytes. */
class LastView {
  #bytes = NO_BYTES;
  #view: DataView = new DataView(NO_BYTES.buffer);

  viewOf(bytes: Uint8Array): DataView {
    if (bytes !== this.#bytes) {
      this.#bytes = bytes;
      this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    }
    return this.#view;
  }
}

function checkRoom(to: Uint8Array, at: number): void {
  if (at < 0 || at + HASH_DIGITS > to.length) throw new RangeError(`no room for a hash at ${at} of ${to.length} bytes`);
}

function putDigits(value: Uint8Array, to: Uint8Array, at: number): void {
  Buffer.from(to.buffer, to.byteOffset, to.byteLength).write(sha256Hex(value), at, 'latin1');
}
