/** Turns the lines of row files into CSV as bytes: only of a row that needs quotes, texts are made. */
import { LINE_FEED, type LineBlock } from '../block-buffer';
import { readCells } from '../rows';
import { csvRowOf, writeCsvFile } from './csv-file';
import type { Cells, Column } from './format';

const TAB = 0x09;
const CARRIAGE_RETURN = 0x0d;
const BLANK = 0x20;
const COMMA = 0x2c;
const HASH_BYTES = 64;
/** Bytes of a cell that is quoted, or escaped in the line. */
const SPECIAL = Uint8Array.from({ length: 256 }, (_, byte) => Number('",;|\\'.includes(String.fromCharCode(byte))));

/**
 * Writes what `writeCsvFile` writes of the same rows, in its default dialect.
 * @param columns  none of which varies; cells of hashed ones are SHA-256 in hexadecimal, or empty
 * @returns bytes that hold until the next ones are asked for
 */
export async function* writeCsvLines(
  columns: readonly Column[],
  blocks: AsyncIterable<LineBlock>,
): AsyncGenerator<Uint8Array> {
  yield* writeCsvFile(columns, noRows());
  const converter = new BlockConverter(columns);
  for await (const block of blocks) yield converter.convert(block);
}

async function* noRows(): AsyncGenerator<readonly Cells[]> {
  yield* [];
}

class BlockConverter {
  readonly #isHashed: readonly boolean[];
  readonly #writeRow: (cells: Cells) => string;
  /** What a block became, until the next one is converted. */
  #out: Buffer = Buffer.alloc(0);
  /** Where the TABs of the row at hand stand. */
  readonly #tabs: Int32Array;

  constructor(columns: readonly Column[]) {
    this.#isHashed = columns.map(({ form }) => form === 'hashed');
    this.#writeRow = csvRowOf(columns);
    this.#tabs = new Int32Array(columns.length);
  }

  convert({ bytes, lines }: LineBlock): Uint8Array {
    if (this.#out.length < bytes.length + lines) this.#out = Buffer.allocUnsafe(bytes.length + lines);
    const out = this.#out;
    const parts: Uint8Array[] = [];
    let taken = 0;
    let to = 0;
    for (let start = 0; start < bytes.length; ) {
      const end = this.#findPlainEnd(bytes, start);
      if (end >= 0) {
        to = this.#copyRow(bytes.subarray(start, end), { out, to, start });
        start = end + 1;
        continue;
      }
      const lineEnd = bytes.indexOf(LINE_FEED, start);
      parts.push(out.subarray(taken, to), this.#makeRow(bytes.subarray(start, lineEnd)));
      taken = to;
      start = lineEnd + 1;
    }
    return parts.length === 0 ? out.subarray(0, to) : Buffer.concat([...parts, out.subarray(taken, to)]);
  }

  /** Finds the end of a row that has nothing to be quoted or unescaped; -1 where it has. */
  #findPlainEnd(bytes: Uint8Array, start: number): number {
    const { length } = this.#isHashed;
    let at = start;
    for (let column = 0; column < length; column++) {
      const end = this.#isHashed[column] === true ? findHashEnd(bytes, at) : findPlainCellEnd(bytes, at);
      const isLast = column === length - 1;
      if (end < 0 || bytes[end] !== (isLast ? LINE_FEED : TAB)) return -1;
      this.#tabs[column] = end;
      at = end + 1;
    }
    // A line of one empty cell is quoted.
    return length === 1 && at === start + 1 ? -1 : at - 1;
  }

  #copyRow(row: Uint8Array, { out, to, start }: { readonly out: Buffer; readonly to: number; readonly start: number }) {
    out.set(row, to);
    for (let nth = 0; nth < this.#tabs.length - 1; nth++) out[to + (this.#tabs[nth] ?? 0) - start] = COMMA;
    const end = to + row.length;
    out[end] = CARRIAGE_RETURN;
    out[end + 1] = LINE_FEED;
    return end + 2;
  }

  #makeRow(row: Uint8Array): Uint8Array {
    const line = Buffer.from(row.buffer, row.byteOffset, row.length).toString('utf8');
    return Buffer.from(`${this.#writeRow(readCells(line))}\r\n`);
  }
}

function findHashEnd(bytes: Uint8Array, start: number): number {
  const first = bytes[start];
  return first === TAB || first === LINE_FEED ? start : start + HASH_BYTES;
}

/** Finds the TAB or line feed behind a cell; -1 where the cell needs quotes, or may need them. */
function findPlainCellEnd(bytes: Uint8Array, start: number): number {
  let at = start;
  for (let byte = bytes[at]; byte !== TAB && byte !== LINE_FEED; byte = bytes[at]) {
    if (byte === undefined || SPECIAL[byte] === 1) return -1;
    at += 1;
  }
  return at > start && (bytes[start] === BLANK || bytes[at - 1] === BLANK) ? -1 : at;
}
