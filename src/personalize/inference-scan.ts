/** Finds the parts of a batch inference line in its bytes, without parsing what nobody asked for. */
import { CLOSE_ARRAY, CLOSE_OBJECT, COMMA, FAIL, JsonBytes, OPEN_ARRAY, OPEN_OBJECT, QUOTE } from './json-bytes';

/** Where a part lies: from its first byte to behind its last; `start` FAIL where the line does not have it. */
export class Span {
  start = FAIL;
  end = FAIL;
  /** Of a string: whether it holds a backslash. */
  escaped = false;

  get isAbsent(): boolean {
    return this.start === FAIL;
  }
}

const LINE_FEED = 0x0a;
/** Keeps the count a small integer. */
const MAX_WANTED = 1 << 29;
const N = 0x6e;
const keyOf = (name: string): Buffer => Buffer.from(`"${name}"`);
const INPUT = keyOf('input');
const OUTPUT = keyOf('output');
const ERROR = keyOf('error');
const USER_ID = keyOf('userId');
const ITEM_ID = keyOf('itemId');
const ITEMS = keyOf('recommendedItems');
const SCORES = keyOf('scores');
const THEME = keyOf('theme');
const THEME_SCORES = keyOf('itemsThemeRelevanceScores');

/**
 * Reads one line of the shapes that Personalize writes: any order of members, any space, unknown members, escapes and
 * all of Unicode in values. `scan` says no to lines that are broken, and to those that only a full parse should judge:
 * a known member twice or of another type, an escaped key, deep nesting. Holds the spans of the last line scanned.
 */
export class InferenceScan {
  /** With their quotes. */
  readonly userId = new Span();
  readonly itemId = new Span();
  readonly error = new Span();
  readonly theme = new Span();
  /** With their braces and brackets. */
  readonly input = new Span();
  readonly scores = new Span();
  readonly themeScores = new Span();
  /** From the first wanted item's opening quote to the last one's closing quote; empty where there are none. */
  readonly items = new Span();
  /** The places behind the wanted items' closing quotes, `itemCount` of them. */
  readonly itemEnds: number[] = [];
  itemCount = 0;
  /** Whether the wanted items are separated by `","` exactly and hold no backslash. */
  itemsArePlain = true;
  readonly #json = new JsonBytes();
  readonly #wanted: number;
  #hasOutput = false;

  /** @param wanted  how many items the span of items covers; 0 and more, Infinity for all */
  constructor(wanted: number) {
    this.#wanted = Math.min(wanted, MAX_WANTED);
  }

  /** Whether the line holds bytes beyond ASCII, so that its UTF-8 has to be checked. */
  get isWide(): boolean {
    return this.#json.wide;
  }

  /** Names the bytes that later lines lie in. */
  open(bytes: Buffer): void {
    this.#json.open(bytes);
  }

  /** @returns the place of the line feed that ends the line, or FAIL */
  scan(bytes: Buffer, from: number): number {
    this.#reset();
    const open = this.#json.skipSpace(bytes, from);
    if ((bytes[open] ?? 0) !== OPEN_OBJECT) return FAIL;
    const close = this.#readMembers(bytes, open, 'line');
    if (close === FAIL || this.input.isAbsent) return FAIL;
    const end = this.#json.skipSpace(bytes, close);
    return (bytes[end] ?? 0) === LINE_FEED ? end : FAIL;
  }

  #reset(): void {
    this.#json.wide = false;
    this.#hasOutput = false;
    this.itemsArePlain = true;
    this.userId.start = FAIL;
    this.itemId.start = FAIL;
    this.error.start = FAIL;
    this.theme.start = FAIL;
    this.input.start = FAIL;
    this.scores.start = FAIL;
    this.themeScores.start = FAIL;
    this.items.start = FAIL;
    this.itemCount = 0;
  }

  #readMembers(bytes: Buffer, open: number, of: 'line' | 'input' | 'output'): number {
    const json = this.#json;
    let at = json.skipSpace(bytes, open + 1);
    if ((bytes[at] ?? 0) === CLOSE_OBJECT) return at + 1;
    for (;;) {
      if (of === 'line') at = this.#readLineMember(bytes, at);
      else at = of === 'input' ? this.#readInputMember(bytes, at) : this.#readOutputMember(bytes, at);
      if (at === FAIL) return FAIL;
      at = json.skipSpace(bytes, at);
      const byte = bytes[at] ?? 0;
      if (byte === CLOSE_OBJECT) return at + 1;
      if (byte !== COMMA) return FAIL;
      at = json.skipSpace(bytes, at + 1);
    }
  }

  #readLineMember(bytes: Buffer, key: number): number {
    const json = this.#json;
    if (isKey(bytes, key, INPUT)) {
      const value = json.skipColon(bytes, key + INPUT.length);
      if (value === FAIL || !this.input.isAbsent || (bytes[value] ?? 0) !== OPEN_OBJECT) return FAIL;
      return setSpan(this.input, value, this.#readMembers(bytes, value, 'input'));
    }
    if (isKey(bytes, key, OUTPUT)) {
      const value = json.skipColon(bytes, key + OUTPUT.length);
      if (value === FAIL || this.#hasOutput) return FAIL;
      this.#hasOutput = true;
      if ((bytes[value] ?? 0) === OPEN_OBJECT) return this.#readMembers(bytes, value, 'output');
      return json.skipNull(bytes, value);
    }
    if (isKey(bytes, key, ERROR)) return this.#readText(bytes, key + ERROR.length, this.error);
    return this.#skipMember(bytes, key);
  }

  #readInputMember(bytes: Buffer, key: number): number {
    if (isKey(bytes, key, USER_ID)) return this.#readText(bytes, key + USER_ID.length, this.userId);
    if (isKey(bytes, key, ITEM_ID)) return this.#readText(bytes, key + ITEM_ID.length, this.itemId);
    return this.#skipMember(bytes, key);
  }

  #readOutputMember(bytes: Buffer, key: number): number {
    if (isKey(bytes, key, ITEMS)) return this.#readItems(bytes, key + ITEMS.length);
    if (isKey(bytes, key, SCORES)) return this.#readScores(bytes, key + SCORES.length, this.scores);
    if (isKey(bytes, key, THEME)) return this.#readText(bytes, key + THEME.length, this.theme);
    if (isKey(bytes, key, THEME_SCORES)) return this.#readScores(bytes, key + THEME_SCORES.length, this.themeScores);
    return this.#skipMember(bytes, key);
  }

  #skipMember(bytes: Buffer, key: number): number {
    const end = this.#json.skipString(bytes, key);
    if (end === FAIL || this.#json.escaped) return FAIL;
    const value = this.#json.skipColon(bytes, end);
    return value === FAIL ? FAIL : this.#json.skipValue(bytes, value);
  }

  /** Reads a string, or null, which leaves the span absent; a second null after a string can't happen unnoticed. */
  #readText(bytes: Buffer, keyEnd: number, span: Span): number {
    const from = this.#json.skipColon(bytes, keyEnd);
    if (from === FAIL || !span.isAbsent) return FAIL;
    if ((bytes[from] ?? 0) === N) return this.#json.skipNull(bytes, from);
    const end = this.#json.skipString(bytes, from);
    span.escaped = this.#json.escaped;
    return setSpan(span, from, end);
  }

  #readScores(bytes: Buffer, keyEnd: number, span: Span): number {
    const json = this.#json;
    const from = json.skipColon(bytes, keyEnd);
    if (from === FAIL || !span.isAbsent || (bytes[from] ?? 0) !== OPEN_ARRAY) return FAIL;
    let at = json.skipSpace(bytes, from + 1);
    if ((bytes[at] ?? 0) === CLOSE_ARRAY) return setSpan(span, from, at + 1);
    for (;;) {
      at = (bytes[at] ?? 0) === N ? json.skipNull(bytes, at) : json.skipNumber(bytes, at);
      if (at === FAIL) return FAIL;
      if ((bytes[at] ?? 0) !== COMMA) {
        at = json.skipSpace(bytes, at);
        const byte = bytes[at] ?? 0;
        if (byte === CLOSE_ARRAY) return setSpan(span, from, at + 1);
        if (byte !== COMMA) return FAIL;
      }
      at = json.skipSpace(bytes, at + 1);
    }
  }

  #readItems(bytes: Buffer, keyEnd: number): number {
    const json = this.#json;
    const from = json.skipColon(bytes, keyEnd);
    if (from === FAIL || !this.items.isAbsent || (bytes[from] ?? 0) !== OPEN_ARRAY) return FAIL;
    let at = json.skipSpace(bytes, from + 1);
    setSpan(this.items, at, at);
    let hasPlainCommas = true;
    if ((bytes[at] ?? 0) === CLOSE_ARRAY) return at + 1;
    for (let left = this.#wanted; ; left--) {
      at = json.skipString(bytes, at);
      if (at === FAIL) return FAIL;
      if (left > 0) {
        this.items.end = at;
        this.itemEnds[this.itemCount++] = at;
        if (json.escaped) this.itemsArePlain = false;
      }
      if (left <= 1) at = json.skipMoreStrings(bytes, at);
      else if ((bytes[at] ?? 0) !== COMMA || (bytes[at + 1] ?? 0) !== QUOTE) hasPlainCommas = false;
      at = json.skipSpace(bytes, at);
      const byte = bytes[at] ?? 0;
      if (byte === CLOSE_ARRAY) return at + 1;
      if (byte !== COMMA) return FAIL;
      if (!hasPlainCommas) this.itemsArePlain = false;
      at = json.skipSpace(bytes, at + 1);
    }
  }
}

function setSpan(span: Span, start: number, end: number): number {
  span.start = start;
  span.end = end;
  return end;
}

function isKey(bytes: Buffer, from: number, key: Buffer): boolean {
  for (let index = 0; index < key.length; index++) if (bytes[from + index] !== key[index]) return false;
  return true;
}
