/** Reads CSV with a header (RFC 4180, any line ending, separated by commas, semicolons or tabs) and counts its lines. */
import { CsvError, type Parser, parse } from 'csv-parse';
import { readCsvHead } from './csv-head';
import type { ImportProblem } from './findings';
import type { Cell, FileRow, RowListener } from './row';
import type { Separator } from './text-format';

const LONGEST_ROW = 1_000_000;
const BREAKS = /\r\n|\n|\r/g;
const SEPARATOR_NAMES = { ',': 'comma', ';': 'semicolon', '\t': 'tab' } as const;

/** Streams the rows of a CSV text in UTF-8 given in chunks, each chunk's rows together. */
export async function* readCsvRows(
  chunks: AsyncIterable<Uint8Array>,
  listener: RowListener,
): AsyncGenerator<readonly FileRow[]> {
  const records: string[][] = [];
  const { findings } = listener;
  const { separator, lines, rest } = await readCsvHead(chunks);
  findings.noteFormat({ separator });
  const parser = openParser(records, separator);
  const rows = createRowMaker(listener, { separator, line: lines + 1 });
  for await (const chunk of rest) {
    const failure = await new Promise<Error | null | undefined>((resolve) => parser.write(chunk, resolve));
    yield rows.make(records.splice(0));
    if (failure) return findings.addProblem(explainFailure(failure, rows.nextLine()));
    if (rows.refused() || findings.full) return;
  }
  const failure = await new Promise<Error | undefined>((resolve) => {
    parser.once('error', resolve);
    parser.end(() => resolve(undefined));
  });
  yield rows.make(records.splice(0));
  if (failure !== undefined) return findings.addProblem(explainFailure(failure, rows.nextLine()));
  if (!rows.refused() && !rows.started()) {
    findings.addProblem({
      message: 'it is empty; expected a header with the names of the columns',
      fix: 'check what wrote the file',
    });
  }
}

/** Opens a parser that puts each record into `records` as soon as it is whole, and nothing into its own output. */
function openParser(records: string[][], separator: Separator): Parser {
  const parser = parse({
    delimiter: separator,
    record_delimiter: ['\r\n', '\n', '\r'],
    relax_column_count: true,
    max_record_size: LONGEST_ROW,
    on_record: (record: string[]) => {
      records.push(record);
      return null;
    },
  });
  // Failures come through the callbacks of write and end; without a listener they would end the process as well.
  parser.on('error', () => undefined);
  return parser;
}

/** Turns records into rows. Lines are counted here, because the parser's own count takes CRLF inside quotes for two. */
function createRowMaker({ findings, onColumns }: RowListener, start: { separator: Separator; line: number }) {
  let { line } = start;
  let header: readonly string[] | undefined;
  let refused = false;
  const takeHeader = (record: readonly string[]) => {
    header = record.map((name) => name.trim());
    refused = !onColumns(header);
  };
  const takeRow = (record: readonly string[], columns: readonly string[]): FileRow | undefined => {
    if (record.length === columns.length) return { line, cells: pairUp(columns, record) };
    findings.addProblem({
      line,
      message: `the row has ${record.length} cells; expected ${columns.length}, as many as the header`,
      fix: `put cells that hold a ${SEPARATOR_NAMES[start.separator]} into double quotes`,
    });
    return undefined;
  };
  return {
    nextLine: () => line,
    started: () => header !== undefined,
    refused: () => refused,
    make(records: readonly (readonly string[])[]): readonly FileRow[] {
      const rows: FileRow[] = [];
      for (const record of records) {
        if (refused) break;
        const isBlank = record.length === 1 && record[0] === '';
        if (!isBlank && header === undefined) takeHeader(record);
        else if (!isBlank && header !== undefined) {
          const row = takeRow(record, header);
          if (row !== undefined) rows.push(row);
        }
        line += 1 + countBreaks(record);
      }
      return rows;
    },
  };
}

function pairUp(columns: readonly string[], record: readonly string[]): ReadonlyMap<string, Cell> {
  const cells = new Map<string, Cell>();
  columns.forEach((column, index) => {
    const cell = record[index];
    if (cell !== undefined && cell !== '') cells.set(column, cell);
  });
  return cells;
}

function countBreaks(record: readonly string[]): number {
  let breaks = 0;
  for (const cell of record) if (cell.includes('\n') || cell.includes('\r')) breaks += cell.match(BREAKS)?.length ?? 0;
  return breaks;
}

const QUOTE_FIX = 'put the cell into double quotes and double each quote in it: "5"" screen"';

/** Says in our words what the parser could not read; where quotes are wrong, nobody knows where the next row begins. */
function explainFailure(failure: Error, line: number): ImportProblem {
  const code = failure instanceof CsvError ? failure.code : undefined;
  const rest = 'the rows after it were not read';
  if (code === 'CSV_INVALID_CLOSING_QUOTE' || code === 'INVALID_OPENING_QUOTE') {
    return { line, message: `a cell has a quote in its middle; ${rest}`, fix: QUOTE_FIX };
  }
  if (code === 'CSV_QUOTE_NOT_CLOSED') {
    return { line, message: 'the row opens a quote that is never closed', fix: QUOTE_FIX };
  }
  if (code === 'CSV_MAX_RECORD_SIZE') {
    const message = `the row is longer than ${LONGEST_ROW} bytes, perhaps by a quote that is not closed; ${rest}`;
    return { line, message, fix: QUOTE_FIX };
  }
  throw failure;
}
