/** Writes an audience as CSV for people and their spreadsheets. It is never read back: cells may be prefixed. */
import type { Contact } from '../job/people';
import { encodeChunks } from './chunks';
import type { AdmittedMember } from './join';

/** What may be chosen of a CSV file; by default no attributes, escaped formulas and no byte order mark. */
export interface CsvOptions {
  /** Attributes of the contacts, as further columns. */
  readonly attributes?: readonly string[];
  /** `escape` puts an apostrophe before a cell that a spreadsheet would run as a formula; `keep` does not. */
  readonly formulas?: 'escape' | 'keep';
  /** `excel` begins the file with a byte order mark, without which Excel does not read UTF-8. */
  readonly reader?: 'any' | 'excel';
}

const COLUMNS: readonly (readonly [string, (row: AdmittedMember<Contact>) => string | undefined])[] = [
  ['user_id', ({ member }) => member.userId],
  ['rank', ({ member }) => String(member.rank)],
  ['email', ({ contact }) => contact.email],
  ['phone', ({ contact }) => contact.phone],
  ['first_name', ({ contact }) => contact.firstName],
  ['last_name', ({ contact }) => contact.lastName],
  ['locale', ({ contact }) => contact.locale],
  ['country', ({ contact }) => contact.country?.toUpperCase()],
];

/**
 * Writes rows as RFC 4180 has it: UTF-8, CRLF, a header, quotes where they are needed.
 * Keeps the order of the rows; equal rows give equal bytes.
 *
 * @returns buffers of about 64 KB; of no rows the header alone
 */
export function writeCsv(
  rows: AsyncIterable<AdmittedMember<Contact>>,
  options: CsvOptions = {},
): AsyncGenerator<Buffer> {
  return encodeChunks(writeLines(rows, options));
}

/** Names the columns of a file. */
export function listColumns({ attributes = [] }: CsvOptions = {}): readonly string[] {
  return [...COLUMNS.map(([name]) => name), ...attributes];
}

/** Takes the cells of one row, in the order of `listColumns`, before escaping; empty where the contact has none. */
export function listCells(row: AdmittedMember<Contact>, { attributes = [] }: CsvOptions = {}): readonly string[] {
  return [
    ...COLUMNS.map(([, read]) => read(row) ?? ''),
    ...attributes.map((attribute) => row.contact.attributes[attribute] ?? ''),
  ];
}

async function* writeLines(rows: AsyncIterable<AdmittedMember<Contact>>, options: CsvOptions): AsyncGenerator<string> {
  const protect = options.formulas === 'keep' ? (cell: string) => cell : escapeFormula;
  const writeLine = (cells: readonly string[]) => `${cells.map((cell) => quoteCell(protect(cell))).join(',')}\r\n`;
  yield `${options.reader === 'excel' ? '\uFEFF' : ''}${writeLine(listColumns(options))}`;
  for await (const row of rows) yield writeLine(listCells(row, options));
}

/** Puts an apostrophe before a cell that a spreadsheet would take for a formula (CWE-1236, OWASP "CSV Injection"). */
export function escapeFormula(cell: string): string {
  return /^[=+\-@\t\r\n\0＝＋－＠]/.test(cell) ? `'${cell}` : cell;
}

/** Quotes a cell that holds a separator, also the semicolon of European spreadsheets, or blanks at its ends. */
export function quoteCell(cell: string): string {
  return /[",;\r\n\t]|^ | $/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell;
}
