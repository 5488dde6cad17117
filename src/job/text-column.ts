/** Holds a column of texts as UTF-8 in one buffer, so that many are read without an object for each. */

const SEPARATOR_BYTE = 0x1e;

/** Parts the texts of a column; a text that holds it can't be in a column that is split. */
export const SEPARATOR = '\x1e';

/** Texts by row, from 0; an empty text stands for no value. */
export class TextColumn {
  readonly bytes: Buffer;
  readonly rows: number;
  readonly #ends: Int32Array;
  readonly #text: string;
  #texts: readonly string[] | undefined;

  private constructor(text: string, { bytes, ends }: { readonly bytes: Buffer; readonly ends: Int32Array }) {
    this.bytes = bytes;
    this.rows = ends.length;
    this.#ends = ends;
    this.#text = text;
  }

  /** Takes texts apart that are joined by `SEPARATOR`; undefined where they are not so many. */
  static split(text: string, rows: number): TextColumn | undefined {
    const bytes = Buffer.from(text, 'utf8');
    const ends = new Int32Array(rows);
    let count = 0;
    for (let at = 0; at < bytes.length; at++) {
      if (bytes[at] !== SEPARATOR_BYTE) continue;
      if (count === rows) return undefined;
      ends[count++] = at;
    }
    if (count !== rows - 1) return undefined;
    ends[count] = bytes.length;
    return new TextColumn(text, { bytes, ends });
  }

  /** Takes at least one text. */
  static of(texts: readonly string[]): TextColumn {
    const text = texts.join(SEPARATOR);
    const ends = new Int32Array(texts.length);
    let end = -1;
    for (const [row, one] of texts.entries()) {
      end += 1 + Buffer.byteLength(one);
      ends[row] = end;
    }
    const column = new TextColumn(text, { bytes: Buffer.from(text, 'utf8'), ends });
    column.#texts = texts;
    return column;
  }

  /** Where the text of a row begins in `bytes`. */
  startOf(row: number): number {
    return row === 0 ? 0 : (this.#ends[row - 1] ?? 0) + 1;
  }

  /** Where it ends: the place behind its last byte. */
  endOf(row: number): number {
    return this.#ends[row] ?? 0;
  }

  isSame(row: number, other: number): boolean {
    const start = this.startOf(row);
    const from = this.startOf(other);
    const length = this.endOf(row) - start;
    if (this.endOf(other) - from !== length) return false;
    let at = 0;
    while (at < length && this.bytes[start + at] === this.bytes[from + at]) at += 1;
    return at === length;
  }

  textAt(row: number): string {
    return this.#texts?.[row] ?? this.bytes.toString('utf8', this.startOf(row), this.endOf(row));
  }

  /** All texts, which are taken apart at once: for who needs most of them. */
  texts(): readonly string[] {
    this.#texts ??= this.#text.split(SEPARATOR);
    return this.#texts;
  }

  /** Tells whether any text may hold a text; false is sure. */
  mayHold(text: string): boolean {
    return this.#text.includes(text);
  }
}
