/** A set of texts that forgets which: a text that was added is always found, another one rarely (Bloom 1970). */

/** With three probes about one text in 250 is found that was not added. */
const BITS_EACH = 16;
const PROBES = 3;
const LEAST_BITS = 1024;

/** Takes 2 to 4 bytes a text. */
export class BloomFilter {
  private readonly words: Uint32Array;
  /** Bits less one; bits are a power of two. */
  private readonly mask: number;

  /** @param expected  texts that will be added, at most 100 million; more make it less sharp, not wrong */
  constructor(expected: number) {
    const bits = 2 ** Math.ceil(Math.log2(Math.max(LEAST_BITS, expected * BITS_EACH)));
    this.words = new Uint32Array(bits / 32);
    this.mask = bits - 1;
  }

  /** Takes the text that stands in bytes, as UTF-8. */
  add(bytes: Uint8Array, start: number, end: number): void {
    let bit = hashText(bytes, start, end);
    const step = mix(bit ^ STEP_SEED) | 1;
    for (let probe = 0; probe < PROBES; probe++) {
      const at = (bit & this.mask) >>> 0;
      this.words[at >>> 5] = (this.words[at >>> 5] ?? 0) | (1 << (at & 31));
      bit = (bit + step) | 0;
    }
  }

  mayHold(bytes: Uint8Array, start: number, end: number): boolean {
    let bit = hashText(bytes, start, end);
    const step = mix(bit ^ STEP_SEED) | 1;
    for (let probe = 0; probe < PROBES; probe++) {
      const at = (bit & this.mask) >>> 0;
      if ((((this.words[at >>> 5] ?? 0) >>> (at & 31)) & 1) === 0) return false;
      bit = (bit + step) | 0;
    }
    return true;
  }
}

const SEED = 0x811c9dc5;
const STEP_SEED = 0x2f0b4a27;
/** Texts are told apart by their ends and their lengths: hashes by any part of theirs, ids and domains best by their ends. */
const BYTES_READ = 32;

/** FNV-1a; 32 bits, signed. */
function hashText(bytes: Uint8Array, start: number, end: number): number {
  let hash = SEED ^ (end - start);
  for (let at = Math.max(start, end - BYTES_READ); at < end; at++) {
    hash = Math.imul(hash ^ (bytes[at] ?? 0), 0x01000193);
  }
  return mix(hash);
}

/** Spreads what differs over all bits, as MurmurHash3 ends. */
function mix(hash: number): number {
  const first = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  const second = Math.imul(first ^ (first >>> 13), 0xc2b2ae35);
  return second ^ (second >>> 16);
}
