/** Writes rows as CSV: the dialect that the formats share, with the choices that some of them make. */
import { encodeChunks } from '../chunks';
import { escapeFormula } from '../normalise/formula';
import type { Cells, Column } from './format';

export { escapeFormula, isFormula } from '../normalise/formula';

/** What may be chosen of a CSV file; by default RFC 4180: commas, a header, CRLF, no byte order mark. */
export interface CsvDialect {
  readonly separator?: ',' | ';' | '\t' | '|';
  readonly header?: 'written' | 'left out';
  readonly lineEnd?: '\r\n' | '\n';
  /** `utf-8-bom` begins the file with a byte order mark, without which Excel does not read UTF-8. */
  readonly encoding?: 'utf-8' | 'utf-8-bom';
  /** `escape` puts an apostrophe before a formula: for files that only people read. */
  readonly formulas?: 'keep' | 'escape';
}

/**
 * Writes a header and rows, quoted where they need it. Keeps the order of the rows; equal rows give equal bytes.
 *
 * @param columns  of which hashed ones are written as they are: hexadecimal digits need no quotes
 * @param before   whole lines between the header and the rows, such as records that stand for the list itself
 * @returns buffers of about 64 KB; of no rows the header alone
 */
export function writeCsvFile(
  columns: readonly Column[],
  rows: AsyncIterable<readonly Cells[]>,
  dialect: CsvDialect = {},
  before: readonly Cells[] = [],
): AsyncGenerator<Buffer> {
  return encodeChunks(writeTexts(columns, rows, dialect, before));
}

/** Tells how many bytes a row takes in the file of `writeCsvFile` with the default dialect or with LF; a single empty cell is quoted. */
export function csvRowBytes(cells: Cells, { lineEnd = '\r\n', formulas = 'keep' }: CsvDialect = {}): number {
  let bytes = cells.length - 1 + lineEnd.length;
  if (cells.length === 1 && cells[0] === '') return bytes + 2;
  for (const cell of cells) bytes += Buffer.byteLength(quoteCell(formulas === 'escape' ? escapeFormula(cell) : cell));
  return bytes;
}

/** Quotes a cell that holds a separator of any dialect, quotes or line ends, or has blanks at its ends. */
export function quoteCell(cell: string): string {
  return NEEDS_QUOTES.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell;
}

const NEEDS_QUOTES = /[",;|\r\n\t]|^ | $/;

async function* writeTexts(
  columns: readonly Column[],
  rows: AsyncIterable<readonly Cells[]>,
  dialect: CsvDialect,
  before: readonly Cells[],
): AsyncGenerator<string> {
  const { separator = ',', header = 'written', lineEnd = '\r\n', encoding = 'utf-8', formulas } = dialect;
  const protect = protectCell(formulas);
  const writeRow = csvRowOf(columns, dialect);
  const mark = encoding === 'utf-8-bom' ? '\uFEFF' : '';
  const head = header === 'written' ? [columns.map((column) => column.header)] : [];
  const first = [...head, ...before].map((cells) => cells.map(protect).join(separator) + lineEnd).join('');
  yield `${mark}${first}`;
  for await (const batch of rows) if (batch.length > 0) yield `${batch.map(writeRow).join(lineEnd)}${lineEnd}`;
}

/** Makes the function that writes a row, without its line end. */
export function csvRowOf(
  columns: readonly Column[],
  { separator = ',', formulas }: CsvDialect = {},
): (cells: Cells) => string {
  const protect = protectCell(formulas);
  const isHashed = columns.map(({ form }) => form === 'hashed');
  return (cells) => {
    // A line of one empty cell would be read as no row at all.
    if (cells.length === 1 && cells[0] === '') return '""';
    // Joined, for texts that grow cell by cell are taken apart again later, at several times the cost.
    return cells.map((cell, index) => (cell === '' || isHashed[index] ? cell : protect(cell))).join(separator);
  };
}

function protectCell(formulas: CsvDialect['formulas'] = 'keep'): (cell: string) => string {
  return formulas === 'escape' ? (cell) => quoteCell(escapeFormula(cell)) : quoteCell;
}
