/** Writes a text as it travels: 7bit, quoted-printable or base64 (RFC 2045), whichever costs least. */

export type TransferEncoding = '7bit' | 'quoted-printable' | 'base64';

/** A text as it stands in a message: ASCII, lines of at most 76 octets with CRLF between them. */
export interface EncodedText {
  readonly encoding: TransferEncoding;
  /** One character each. */
  readonly octets: string;
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

/** Whole lines, the line break of the last one included, in quoted-printable: they read the same wherever a line may start. */
interface QuotedLines {
  readonly octets: string;
  /** Of the text in UTF-8. */
  readonly bytes: number;
  /** Those that are no ASCII. */
  readonly beyondAscii: number;
  /** How many of them could not travel as they are, and how many line breaks were added. */
  readonly changes: number;
}

/** A text that stands in many others, and so has its lines encoded already. */
export interface Fragment {
  readonly text: string;
  /** Of `text`. */
  readonly firstLine: string;
  /** That line, for where the fragment starts it. */
  readonly first: QuotedLines;
  readonly others: QuotedLines;
  /** What stands behind its last line break. */
  readonly tail: string;
}

/** Texts that stand one behind the other, some of them encoded already. */
export type TextPieces = readonly (string | Fragment)[];

/** Writes pieces as the one text that they are. */
export function joinText(pieces: TextPieces): string {
  let text = '';
  for (const piece of pieces) text += typeof piece === 'string' ? piece : piece.text;
  return text;
}

/** Encodes one text after the other in memory of its own; not to be shared between texts that are written at the same time. */
export class TextEncoding {
  private readonly encoder = new TextEncoder();
  private source = new Uint8Array(0);
  private target = Buffer.alloc(0);
  private octets = '';
  private bytes = 0;
  private beyondAscii = 0;
  private changes = 0;

  /** Each CR, LF or CRLF of the text is a line break. */
  encode(text: string): EncodedText {
    const lines = text.includes('\r') ? text.replaceAll(/\r\n?/g, '\n') : text;
    this.begin();
    this.add(lines);
    return this.finish(lines);
  }

  /** Encodes what the pieces are together, to the same octets. */
  join(pieces: TextPieces): EncodedText {
    if (pieces.some((piece) => typeof piece === 'string' && piece.includes('\r'))) return this.encode(joinText(pieces));
    this.begin();
    let text = '';
    for (const piece of pieces) {
      if (typeof piece === 'string' || piece.firstLine === '') {
        text += typeof piece === 'string' ? piece : piece.text;
        continue;
      }
      const isAtStart = text === '' || text.endsWith('\n');
      this.add(isAtStart ? text : text + piece.firstLine);
      if (isAtStart) this.insert(piece.first);
      this.insert(piece.others);
      text = piece.tail;
    }
    this.add(text);
    return this.finish(pieces);
  }

  /** Encodes the lines of a text that is to stand among others; undefined where it has other line breaks than LF. */
  quote(text: string): Fragment | undefined {
    if (text.includes('\r')) return undefined;
    const [first, last] = [text.indexOf('\n') + 1, text.lastIndexOf('\n') + 1];
    const firstLine = text.slice(0, first);
    return {
      text,
      firstLine,
      first: this.quoteLines(firstLine),
      others: this.quoteLines(text.slice(first, last)),
      tail: text.slice(last),
    };
  }

  private quoteLines(text: string): QuotedLines {
    this.begin();
    this.add(text);
    const { octets, bytes, beyondAscii, changes } = this;
    return { octets, bytes, beyondAscii, changes };
  }

  private begin(): void {
    this.octets = '';
    this.bytes = 0;
    this.beyondAscii = 0;
    this.changes = 0;
  }

  /** Adds what starts a line; all but the last text ends with a line break. */
  private add(text: string): void {
    if (text === '') return;
    if (this.source.length < UTF8_MOST * text.length) this.source = new Uint8Array(2 * UTF8_MOST * text.length);
    const { written } = this.encoder.encodeInto(text, this.source);
    if (this.target.length < QUOTED_MOST * written) this.target = Buffer.allocUnsafeSlow(2 * QUOTED_MOST * written);
    this.bytes += written;
    this.octets += this.target.toString('latin1', 0, this.write(written));
  }

  private insert({ octets, bytes, beyondAscii, changes }: QuotedLines): void {
    this.octets += octets;
    this.bytes += bytes;
    this.beyondAscii += beyondAscii;
    this.changes += changes;
  }

  private finish(whole: string | TextPieces): EncodedText {
    const { octets } = this;
    if (this.changes === 0) return { encoding: '7bit', octets };
    if (this.bytes + 2 * this.beyondAscii <= this.bytes * BASE64_FACTOR * BASE64_ADVANTAGE)
      return { encoding: 'quoted-printable', octets };
    return { encoding: 'base64', octets: writeBase64(typeof whole === 'string' ? whole : joinText(whole)) };
  }

  /**
   * Writes quoted-printable. What servers on the way might change is escaped too: a blank at the end of a line, a dot at the
   * start of one, and an F there, by which mailboxes find the next mail.
   * @returns how many octets it became
   */
  private write(length: number): number {
    const { source, target } = this;
    let { beyondAscii, changes } = this;
    let [end, column] = [0, 0];
    for (let at = 0; at < length; at += 1) {
      if (column > 0) {
        const copied = this.copyPlain(at, { end, most: Math.min(length - at, LINE_MAX - 1 - column), length });
        at += copied;
        end += copied;
        column += copied;
        if (at === length) break;
      }
      const byte = source[at] ?? 0;
      if (byte === LF) {
        target[end++] = CR;
        target[end++] = LF;
        column = 0;
        continue;
      }
      let isPlain = PLAIN[byte] === 1;
      if (byte <= BLANK && isPlain) isPlain = at + 1 < length && source[at + 1] !== LF;
      if (column + (isPlain ? 1 : 3) >= LINE_MAX) {
        end = writeSoftBreak(target, end);
        column = 0;
        changes += 1;
      }
      if (column === 0 && isPlain) isPlain = byte !== DOT && !(byte === LETTER_F && isFrom(source, at, length));
      if (isPlain) {
        target[end++] = byte;
        column += 1;
      } else {
        end = writeEscaped(target, end, byte);
        column += 3;
        changes += 1;
        if (byte > 127) beyondAscii += 1;
      }
    }
    this.beyondAscii = beyondAscii;
    this.changes = changes;
    return end;
  }

  /** Copies what stands for itself within a line, and tells how many octets it is; a blank at the end of the line is none. */
  private copyPlain(at: number, { end, most, length }: Stretch): number {
    const { source, target } = this;
    let count = 0;
    while (count < most && PLAIN[source[at + count] ?? 0] === 1) {
      target[end + count] = source[at + count] ?? 0;
      count += 1;
    }
    const isLineEnd = at + count === length || source[at + count] === LF;
    return count > 0 && isLineEnd && (source[at + count - 1] ?? 0) <= BLANK ? count - 1 : count;
  }
}

interface Stretch {
  /** Where it is copied to. */
  readonly end: number;
  /** Octets that the line has room for. */
  readonly most: number;
  /** Of the source. */
  readonly length: number;
}

function writeSoftBreak(target: Buffer, at: number): number {
  target[at] = EQUALS;
  target[at + 1] = CR;
  target[at + 2] = LF;
  return at + 3;
}

function writeEscaped(target: Buffer, at: number, byte: number): number {
  target[at] = EQUALS;
  target[at + 1] = HEX[byte >> 4] ?? 0;
  target[at + 2] = HEX[byte & 15] ?? 0;
  return at + 3;
}

const FROM = Buffer.from('From ', 'latin1');

function isFrom(source: Uint8Array, at: number, length: number): boolean {
  return at + FROM.length <= length && FROM.every((byte, offset) => source[at + offset] === byte);
}

const BASE64_LINE = new RegExp(`.{${LINE_MAX}}(?=.)`, 'g');

/** Lines end with CRLF within base64 too: that is the canonical form of a text (RFC 2045 section 6.8). */
function writeBase64(lines: string): string {
  const text = Buffer.from(lines.replaceAll('\n', '\r\n'), 'utf8');
  return text.toString('base64').replaceAll(BASE64_LINE, '$&\r\n');
}
