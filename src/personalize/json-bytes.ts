/** Checks JSON in the bytes of one whole line, at the speed of a byte loop, and tells where its parts end. */

import { isDigit, isHexDigit, SIMPLE_ESCAPES } from './json-grammar';

/** The answer where a part is not valid, or so unusual that a full parse should have the last word. */
export const FAIL = -1;
export const QUOTE = 0x22;
export const COMMA = 0x2c;
export const COLON = 0x3a;
export const OPEN_ARRAY = 0x5b;
export const CLOSE_ARRAY = 0x5d;
export const OPEN_OBJECT = 0x7b;
export const CLOSE_OBJECT = 0x7d;
const BACKSLASH = 0x5c;
const MINUS = 0x2d;
const ZERO = 0x30;
const POINT = 0x2e;
const MAX_DEPTH = 64;

const NULL = Buffer.from('null');
const TRUE = Buffer.from('true');
const FALSE = Buffer.from('false');
const U = 0x75;

/**
 * Reads parts of a line that ends in a line feed, which no part can hold, so that no loop runs out of the line.
 * Each method takes the place of a part's first byte and returns the place behind its last, or FAIL.
 * It does not check UTF-8: `wide` says whether there is anything to check.
 */
export class JsonBytes {
  /** Whether the string read last holds a backslash. */
  escaped = false;
  /** Whether a string read since this was last set to false holds a byte beyond ASCII. */
  wide = false;
  #view: DataView = new DataView(new ArrayBuffer(0));
  /** The last place where four bytes begin; reading the view's length in the loops would cost half their speed. */
  #lastWord = -4;

  /** Names the bytes that all later calls are about. */
  open(bytes: Buffer): void {
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    this.#lastWord = bytes.length - 4;
  }

  skipSpace(bytes: Buffer, from: number): number {
    let at = from;
    let byte = bytes[at] ?? 0;
    while (byte === 0x20 || byte === 0x09 || byte === 0x0d) byte = bytes[++at] ?? 0;
    return at;
  }

  skipString(bytes: Buffer, from: number): number {
    if ((bytes[from] ?? 0) !== QUOTE) return FAIL;
    const at = skipPlain(this.#view, this.#lastWord, from + 1);
    if ((bytes[at] ?? 0) !== QUOTE) return this.#skipSpecial(bytes, at);
    this.escaped = false;
    return at + 1;
  }

  /**
   * Reads more strings of a list, as long as they have nothing special in them and a bare comma before: `,"b","c"`.
   *
   * @param from  the place behind a string
   * @returns the place behind the last of them, `from` where there is none
   */
  skipMoreStrings(bytes: Buffer, from: number): number {
    const view = this.#view;
    const lastWord = this.#lastWord;
    let at = from;
    while ((bytes[at] ?? 0) === COMMA && (bytes[at + 1] ?? 0) === QUOTE) {
      const end = skipPlain(view, lastWord, at + 2);
      if ((bytes[end] ?? 0) !== QUOTE) return at;
      at = end + 1;
    }
    return at;
  }

  skipNumber(bytes: Buffer, from: number): number {
    let at = from;
    let byte = bytes[at] ?? 0;
    if (byte === MINUS) byte = bytes[++at] ?? 0;
    if (byte === ZERO) byte = bytes[++at] ?? 0;
    else if (!isDigit(byte)) return FAIL;
    else {
      do byte = bytes[++at] ?? 0;
      while (isDigit(byte));
    }
    if (byte === POINT) {
      byte = bytes[++at] ?? 0;
      if (!isDigit(byte)) return FAIL;
      do byte = bytes[++at] ?? 0;
      while (isDigit(byte));
    }
    return (byte | 0x20) === 0x65 ? skipExponent(bytes, at + 1) : at;
  }

  skipNull(bytes: Buffer, from: number): number {
    return skipWord(bytes, from, NULL);
  }

  /** Reads any value; FAIL also where it is nested deeper than 64 levels. */
  skipValue(bytes: Buffer, from: number, depth = 0): number {
    const byte = bytes[from] ?? 0;
    if (byte === QUOTE) return this.skipString(bytes, from);
    if (byte === MINUS || isDigit(byte)) return this.skipNumber(bytes, from);
    if (byte === OPEN_ARRAY) return depth > MAX_DEPTH ? FAIL : this.#skipArray(bytes, from, depth + 1);
    if (byte === OPEN_OBJECT) return depth > MAX_DEPTH ? FAIL : this.#skipObject(bytes, from, depth + 1);
    if (byte === NULL[0]) return skipWord(bytes, from, NULL);
    return byte === TRUE[0] ? skipWord(bytes, from, TRUE) : skipWord(bytes, from, FALSE);
  }

  /** Reads the colon behind a key, up to the first byte of the value. */
  skipColon(bytes: Buffer, from: number): number {
    const at = this.skipSpace(bytes, from);
    return (bytes[at] ?? 0) === COLON ? this.skipSpace(bytes, at + 1) : FAIL;
  }

  #skipArray(bytes: Buffer, from: number, depth: number): number {
    let at = this.skipSpace(bytes, from + 1);
    if ((bytes[at] ?? 0) === CLOSE_ARRAY) return at + 1;
    for (;;) {
      at = this.skipValue(bytes, at, depth);
      if (at === FAIL) return FAIL;
      at = this.skipSpace(bytes, at);
      const byte = bytes[at] ?? 0;
      if (byte === CLOSE_ARRAY) return at + 1;
      if (byte !== COMMA) return FAIL;
      at = this.skipSpace(bytes, at + 1);
    }
  }

  #skipObject(bytes: Buffer, from: number, depth: number): number {
    let at = this.skipSpace(bytes, from + 1);
    if ((bytes[at] ?? 0) === CLOSE_OBJECT) return at + 1;
    for (;;) {
      const key = this.skipString(bytes, at);
      const value = key === FAIL ? FAIL : this.skipColon(bytes, key);
      at = value === FAIL ? FAIL : this.skipValue(bytes, value, depth);
      if (at === FAIL) return FAIL;
      at = this.skipSpace(bytes, at);
      const byte = bytes[at] ?? 0;
      if (byte === CLOSE_OBJECT) return at + 1;
      if (byte !== COMMA) return FAIL;
      at = this.skipSpace(bytes, at + 1);
    }
  }

  /** Goes on in a string at a byte that is not plain. */
  #skipSpecial(bytes: Buffer, from: number): number {
    this.escaped = false;
    let at = from;
    let byte = bytes[at] ?? 0;
    while (byte !== QUOTE) {
      if (byte < 0x20) return FAIL;
      if (byte >= 0x80) this.wide = true;
      if (byte === BACKSLASH) {
        this.escaped = true;
        at = skipEscape(bytes, at + 1);
        if (at === FAIL) return FAIL;
      } else at++;
      byte = bytes[at] ?? 0;
    }
    return at + 1;
  }
}

/**
 * Skips bytes from 0x20 to 0x7f but quote and backslash, four at a time: in each byte of `special` the highest bit is
 * set where the byte, or one below it, is a quote, a backslash, below 0x20 or above 0x7f. The lowest set bit is exact
 * (see "Bit Twiddling Hacks", determine if a word has a zero byte). May stop up to three bytes early at the end.
 */
function skipPlain(view: DataView, lastWord: number, from: number): number {
  let at = from;
  while (at <= lastWord) {
    const word = view.getInt32(at, true);
    const quote = word ^ 0x22222222;
    const backslash = word ^ 0x5c5c5c5c;
    const zero = ((quote - 0x01010101) & ~quote) | ((backslash - 0x01010101) & ~backslash);
    const special = (zero | (word - 0x20202020) | word) & 0x80808080;
    if (special !== 0) return at + ((31 - Math.clz32(special & -special)) >> 3);
    at += 4;
  }
  return at;
}

function skipExponent(bytes: Buffer, from: number): number {
  const sign = bytes[from] ?? 0;
  let at = sign === 0x2b || sign === MINUS ? from + 1 : from;
  const first = at;
  let byte = bytes[at] ?? 0;
  while (isDigit(byte)) byte = bytes[++at] ?? 0;
  return at === first ? FAIL : at;
}

function skipWord(bytes: Buffer, from: number, word: Buffer): number {
  for (let index = 0; index < word.length; index++) if (bytes[from + index] !== word[index]) return FAIL;
  return from + word.length;
}

/** Reads what stands behind a backslash. */
function skipEscape(bytes: Buffer, from: number): number {
  const byte = bytes[from] ?? 0;
  if (byte !== U) return SIMPLE_ESCAPES.includes(byte) ? from + 1 : FAIL;
  for (let at = from + 1; at <= from + 4; at++) if (!isHexDigit(bytes[at] ?? 0)) return FAIL;
  return from + 5;
}
