/** Writes a text as it travels: 7bit, quoted-printable or base64 (RFC 2045), whichever costs least. */

export type TransferEncoding = '7bit' | 'quoted-printable' | 'base64';

/** A text as it stands in a message: ASCII, lines of at most 76 octets with CRLF between them. */
export interface EncodedText {
  readonly encoding: TransferEncoding;
  /** Latin-1; good until the next text is encoded. */
  readonly octets: Buffer;
}

/** RFC 2045 allows no longer lines where a text is encoded, and RFC 5322 wants them where it is not. */
const LINE_MAX = 76;
/** Base64 makes 78 octets of 57; an octet that quoted-printable escapes becomes three. */
const BASE64_FACTOR = 78 / 57;
/** Filters distrust a text in base64 that could be read without, so it must save this much. */
const BASE64_ADVANTAGE = 1.125;
/** Of UTF-8 for a UTF-16 unit, and of quoted-printable for an octet of it: three, and a line break every 72. */
const [UTF8_MOST, QUOTED_MOST] = [3, 4];

const [TAB, LF, CR, BLANK, DOT, EQUALS, LETTER_F] = [9, 10, 13, 32, 46, 61, 70];
const HEX = Buffer.from('0123456789ABCDEF', 'latin1');
/** 1 for octets that stand for themselves, blanks among them. */
const PLAIN = Uint8Array.from({ length: 256 }, (_, byte) =>
  byte === TAB || (byte >= BLANK && byte <= 126 && byte !== EQUALS) ? 1 : 0,
);

/** 1 for octets that stand for themselves wherever they are within a line: most of them. */
const INNER = PLAIN.map((isPlain, byte) => (byte > BLANK ? isPlain : 0));

/** Encodes one text after the other in memory of its own; not to be shared between texts that are written at the same time. */
export class TextEncoding {
  private readonly encoder = new TextEncoder();
  private source = new Uint8Array(0);
  private target = Buffer.alloc(0);

  /** Each CR, LF or CRLF of the text is a line break. */
  encode(text: string): EncodedText {
    const lines = text.includes('\r') ? text.replaceAll(/\r\n?/g, '\n') : text;
    if (this.source.length < UTF8_MOST * lines.length) this.source = new Uint8Array(2 * UTF8_MOST * lines.length);
    const { written: length } = this.encoder.encodeInto(lines, this.source);
    if (this.target.length < QUOTED_MOST * length) this.target = Buffer.allocUnsafeSlow(2 * QUOTED_MOST * length);
    const { end, beyondAscii, hasChanged } = quote(this.source, length, this.target);
    if (!hasChanged) return { encoding: '7bit', octets: this.target.subarray(0, end) };
    if (length + 2 * beyondAscii <= length * BASE64_FACTOR * BASE64_ADVANTAGE)
      return { encoding: 'quoted-printable', octets: this.target.subarray(0, end) };
    return { encoding: 'base64', octets: Buffer.from(writeBase64(lines), 'latin1') };
  }
}

interface Quoted {
  readonly end: number;
  readonly beyondAscii: number;
  /** The text can't travel as it is. */
  readonly hasChanged: boolean;
}

/**
 * Writes quoted-printable. What servers on the way might change is escaped too: a blank at the end of a line, a dot at the
 * start of one, and an F there, by which mailboxes find the next mail.
 */
function quote(source: Uint8Array, length: number, target: Buffer): Quoted {
  let [end, column, beyondAscii, changes] = [0, 0, 0, 0];
  for (let at = 0; at < length; at += 1) {
    const byte = source[at] ?? 0;
    if (INNER[byte] === 1 && column > 0 && column < LINE_MAX - 1) {
      target[end++] = byte;
      column += 1;
      continue;
    }
    if (byte === LF) {
      target[end++] = CR;
      target[end++] = LF;
      column = 0;
      continue;
    }
    let isPlain = PLAIN[byte] === 1;
    if (byte <= BLANK && isPlain) isPlain = at + 1 < length && source[at + 1] !== LF;
    if (column + (isPlain ? 1 : 3) >= LINE_MAX) {
      target[end++] = EQUALS;
      target[end++] = CR;
      target[end++] = LF;
      column = 0;
      changes += 1;
    }
    if (column === 0 && isPlain) isPlain = byte !== DOT && !(byte === LETTER_F && isFrom(source, at));
    if (isPlain) {
      target[end++] = byte;
      column += 1;
    } else {
      target[end++] = EQUALS;
      target[end++] = HEX[byte >> 4] ?? 0;
      target[end++] = HEX[byte & 15] ?? 0;
      column += 3;
      changes += 1;
      if (byte > 127) beyondAscii += 1;
    }
  }
  return { end, beyondAscii, hasChanged: changes > 0 };
}

const FROM = Buffer.from('From ', 'latin1');

function isFrom(source: Uint8Array, at: number): boolean {
  return FROM.every((byte, offset) => source[at + offset] === byte);
}

const BASE64_LINE = new RegExp(`.{${LINE_MAX}}(?=.)`, 'g');

/** Lines end with CRLF within base64 too: that is the canonical form of a text (RFC 2045 section 6.8). */
function writeBase64(lines: string): string {
  const text = Buffer.from(lines.replaceAll('\n', '\r\n'), 'utf8');
  return text.toString('base64').replaceAll(BASE64_LINE, '$&\r\n');
}
