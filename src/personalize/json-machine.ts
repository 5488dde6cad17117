/** A validating JSON tokenizer that is fed one line in pieces of any size and holds nothing of it but its state. */
import { describeEnd, describeRefusal } from './json-expected';
import {
  isHexDigit,
  isSpace,
  NUMBER_ENDS,
  NUMBER_FAIL,
  NUMBER_STEPS,
  readLeadByte,
  SIMPLE_ESCAPES,
} from './json-grammar';

export type ValueKind = 'object' | 'array' | 'string' | 'number' | 'null' | 'boolean';

/** Hears what the machine finds. Places are indexes into the bytes being fed; `depth` counts the containers around. */
export interface JsonListener {
  /** A value or key begins with the byte at `at`. */
  begin(kind: ValueKind | 'key', at: number, depth: number): void;
  /** It ends before the byte at `end`; it was valid. */
  finish(kind: ValueKind | 'key', end: number, depth: number): void;
  /** A text of a list is to begin at `at`: takes whole valid texts with the commas behind them, and answers where it stopped. */
  takeTexts?(bytes: Buffer, at: number, to: number, depth: number): number;
}

const LINE_FEED = 0x0a;
const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COMMA = 0x2c;
const COLON = 0x3a;
const OPEN_ARRAY = 0x5b;
const CLOSE_ARRAY = 0x5d;
const OPEN_OBJECT = 0x7b;
const CLOSE_OBJECT = 0x7d;
const MAX_DEPTH = 512;

const AT_START = 0;
const AT_VALUE = 1;
const AT_VALUE_OR_END = 2;
const AT_KEY = 3;
const AT_KEY_OR_END = 4;
const AT_COLON = 5;
const AT_COMMA_OR_END = 6;
const AT_LINE_END = 7;
const IN_STRING = 8;
const IN_ESCAPE = 9;
const IN_HEX = 10;
const IN_CHARACTER = 11;
const IN_NUMBER = 12;
const IN_WORD = 13;
const IS_BROKEN = 14;

/**
 * Checks one line after another: `start`, `feed` until it meets a line feed or the object ends, `end`.
 * Accepts what JSON.parse accepts, if it is an object, valid UTF-8 and nested at most 512 deep.
 */
export class JsonMachine {
  /** Whether the string read last, or being read, holds a backslash; a byte beyond ASCII. */
  escaped = false;
  wide = false;
  readonly #listener: JsonListener;
  readonly #isArray = new Uint8Array(MAX_DEPTH);
  #state = AT_START;
  #depth = 0;
  #isKey = false;
  #number = 0;
  #word = '';
  #left = 0;
  #low = 0x80;
  #high = 0xbf;
  #reason = '';
  /** What to add to an index of the bytes being fed to count bytes of the line from 1. */
  #origin = 1;

  constructor(listener: JsonListener) {
    this.#listener = listener;
  }

  /** Whether the line has had nothing but space so far. */
  get isBlank(): boolean {
    return this.#state === AT_START;
  }

  get isBroken(): boolean {
    return this.#state === IS_BROKEN;
  }

  start(): void {
    this.#state = AT_START;
    this.#depth = 0;
    this.#origin = 1;
    this.#reason = '';
  }

  /** @returns the place of the line feed that ends the line, or `to` */
  feed(bytes: Buffer, from: number, to: number): number {
    this.#origin -= from;
    let at = from;
    while (at < to && (bytes[at] ?? 0) !== LINE_FEED) at = this.#step(bytes, at, to);
    this.#origin += at;
    return at;
  }

  /** @returns why the line is broken, undefined where it is whole */
  end(): string | undefined {
    if (this.#reason !== '') return this.#reason;
    if (this.#state === AT_LINE_END) return undefined;
    return describeEnd(this.#origin - 1, this.#state);
  }

  /** Declares the line broken; the first reason stays. A listener may call it, and may hear more of the line after. */
  breakLine(reason: string): void {
    this.#state = IS_BROKEN;
    if (this.#reason === '') this.#reason = reason;
  }

  #step(bytes: Buffer, at: number, to: number): number {
    const byte = bytes[at] ?? 0;
    switch (this.#state) {
      case IN_STRING:
        return this.#readString(bytes, at, to);
      case IN_NUMBER:
        return this.#readNumber(bytes, at, to);
      case IN_WORD:
        return this.#readWord(byte, at);
      case IN_ESCAPE:
        return this.#readEscape(byte, at);
      case IN_HEX:
        if (!isHexDigit(byte)) return this.#refuse(byte, at);
        if (--this.#left === 0) this.#state = IN_STRING;
        return at + 1;
      case IN_CHARACTER:
        return this.#readCharacter(byte, at);
      case AT_VALUE:
        return isSpace(byte) ? at + 1 : this.#takeTexts(bytes, at, to);
      case IS_BROKEN: {
        const feed = bytes.indexOf(LINE_FEED, at);
        return feed < 0 || feed > to ? to : feed;
      }
      default:
        return isSpace(byte) ? at + 1 : this.#readStructure(byte, at);
    }
  }

  #takeTexts(bytes: Buffer, at: number, to: number): number {
    const byte = bytes[at] ?? 0;
    const isInList = byte === QUOTE && this.#isArray[this.#depth - 1] === 1;
    const end = isInList ? (this.#listener.takeTexts?.(bytes, at, to, this.#depth) ?? at) : at;
    return end > at ? end : this.#beginValue(byte, at);
  }

  #readStructure(byte: number, at: number): number {
    switch (this.#state) {
      case AT_START:
        return byte === OPEN_OBJECT ? this.#open('object', at) : this.#refuse(byte, at);
      case AT_VALUE_OR_END:
        return byte === CLOSE_ARRAY ? this.#close('array', at) : this.#beginValue(byte, at);
      case AT_KEY:
        return byte === QUOTE ? this.#beginString('key', at) : this.#refuse(byte, at);
      case AT_KEY_OR_END:
        if (byte === CLOSE_OBJECT) return this.#close('object', at);
        return byte === QUOTE ? this.#beginString('key', at) : this.#refuse(byte, at);
      case AT_COLON:
        if (byte !== COLON) return this.#refuse(byte, at);
        this.#state = AT_VALUE;
        return at + 1;
      case AT_COMMA_OR_END:
        return this.#readCommaOrEnd(byte, at);
      default:
        return this.#refuse(byte, at);
    }
  }

  #readCommaOrEnd(byte: number, at: number): number {
    const isArray = this.#isArray[this.#depth - 1] === 1;
    if (byte === COMMA) {
      this.#state = isArray ? AT_VALUE : AT_KEY;
      return at + 1;
    }
    if (byte !== (isArray ? CLOSE_ARRAY : CLOSE_OBJECT)) return this.#refuse(byte, at);
    return this.#close(isArray ? 'array' : 'object', at);
  }

  #beginValue(byte: number, at: number): number {
    if (byte === QUOTE) return this.#beginString('string', at);
    if (byte === OPEN_OBJECT) return this.#open('object', at);
    if (byte === OPEN_ARRAY) return this.#open('array', at);
    this.#number = NUMBER_STEPS[byte] ?? NUMBER_FAIL;
    if (this.#number !== NUMBER_FAIL) {
      this.#listener.begin('number', at, this.#depth);
      this.#state = IN_NUMBER;
      return at + 1;
    }
    this.#word = byte === 0x6e ? 'null' : byte === 0x74 ? 'true' : byte === 0x66 ? 'false' : '';
    if (this.#word === '') return this.#refuse(byte, at);
    this.#listener.begin(this.#word === 'null' ? 'null' : 'boolean', at, this.#depth);
    this.#left = this.#word.length - 1;
    this.#state = IN_WORD;
    return at + 1;
  }

  #open(kind: 'object' | 'array', at: number): number {
    if (this.#depth === MAX_DEPTH) {
      this.breakLine(`the line is nested deeper than ${MAX_DEPTH} levels`);
      return at;
    }
    this.#listener.begin(kind, at, this.#depth);
    this.#isArray[this.#depth++] = kind === 'array' ? 1 : 0;
    this.#state = kind === 'array' ? AT_VALUE_OR_END : AT_KEY_OR_END;
    return at + 1;
  }

  #close(kind: 'object' | 'array', at: number): number {
    this.#depth--;
    return this.#finishValue(kind, at + 1);
  }

  #finishValue(kind: ValueKind, end: number): number {
    this.#state = this.#depth === 0 ? AT_LINE_END : AT_COMMA_OR_END;
    this.#listener.finish(kind, end, this.#depth);
    return end;
  }

  #beginString(kind: 'key' | 'string', at: number): number {
    this.#listener.begin(kind, at, this.#depth);
    this.#isKey = kind === 'key';
    this.escaped = false;
    this.wide = false;
    this.#state = IN_STRING;
    return at + 1;
  }

  #readString(bytes: Buffer, from: number, to: number): number {
    let at = from;
    for (; at < to; at++) {
      const byte = bytes[at] ?? 0;
      if (byte === QUOTE) return this.#finishString(at + 1);
      if (byte < 0x20) return byte === LINE_FEED ? at : this.#refuse(byte, at);
      if (byte === BACKSLASH) {
        this.escaped = true;
        this.#state = IN_ESCAPE;
        return at + 1;
      }
      if (byte >= 0x80) return this.#readLead(byte, at);
    }
    return at;
  }

  #finishString(end: number): number {
    if (!this.#isKey) return this.#finishValue('string', end);
    this.#state = AT_COLON;
    this.#listener.finish('key', end, this.#depth);
    return end;
  }

  #readEscape(byte: number, at: number): number {
    if (byte === 0x75) {
      this.#left = 4;
      this.#state = IN_HEX;
      return at + 1;
    }
    if (!SIMPLE_ESCAPES.includes(byte)) return this.#refuse(byte, at);
    this.#state = IN_STRING;
    return at + 1;
  }

  #readLead(byte: number, at: number): number {
    const lead = readLeadByte(byte);
    if (lead === undefined) return this.#refuse(byte, at);
    this.wide = true;
    this.#left = lead.following;
    this.#low = lead.low;
    this.#high = lead.high;
    this.#state = IN_CHARACTER;
    return at + 1;
  }

  #readCharacter(byte: number, at: number): number {
    if (byte < this.#low || byte > this.#high) return this.#refuse(byte, at);
    this.#low = 0x80;
    this.#high = 0xbf;
    if (--this.#left === 0) this.#state = IN_STRING;
    return at + 1;
  }

  #readNumber(bytes: Buffer, from: number, to: number): number {
    for (let at = from; at < to; at++) {
      const byte = bytes[at] ?? 0;
      const next = NUMBER_STEPS[this.#number * 256 + byte] ?? NUMBER_FAIL;
      if (next === NUMBER_FAIL) {
        if (!NUMBER_ENDS.includes(this.#number)) return byte === LINE_FEED ? at : this.#refuse(byte, at);
        return this.#finishValue('number', at);
      }
      this.#number = next;
    }
    return to;
  }

  #readWord(byte: number, at: number): number {
    if (byte !== this.#word.charCodeAt(this.#word.length - this.#left)) return this.#refuse(byte, at);
    if (--this.#left > 0) return at + 1;
    return this.#finishValue(this.#word === 'null' ? 'null' : 'boolean', at + 1);
  }

  #refuse(byte: number, at: number): number {
    this.breakLine(describeRefusal(byte, this.#origin + at, this.#state));
    return at;
  }
}
