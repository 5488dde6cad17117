/** Reads CSV files by rows: plain lines are split, and those with quotes go to csv-parse. */
import { parse } from 'csv-parse/sync';
import { DataProblem } from './data-problem';
import { readLines } from './lines';

/** The cells of one row in the order of the header; `row` counts from 1, the first after the header. */
export type VisitRow = (cells: readonly string[], row: number) => void;

/**
 * Reads a CSV file with a header.
 *
 * @param start  gets the header and gives the visitor of the rows
 * @throws DataProblem if the file is empty, if a row has another number of cells, or if a quote is never closed
 */
export async function readCsv(file: string, start: (header: readonly string[]) => VisitRow): Promise<void> {
  let visit: VisitRow | undefined;
  let width = 0;
  let row = 0;
  for await (const cells of readRecords(file)) {
    if (visit === undefined) {
      width = cells.length;
      visit = start(cells);
      continue;
    }
    row++;
    if (cells.length !== width) {
      throw new DataProblem(`Row ${row} of the input CSV has ${cells.length} cells, the header has ${width}`);
    }
    visit(cells, row);
  }
  if (visit === undefined) throw new DataProblem('The input CSV is empty');
}

async function* readRecords(file: string): AsyncGenerator<readonly string[]> {
  let open: string | undefined;
  for await (const lines of readLines(file)) {
    for (const line of lines) {
      const text: string = open === undefined ? line : `${open}\n${line}`;
      open = isInsideQuotes(text) ? text : undefined;
      if (open === undefined && text !== '') yield text.includes('"') ? parseQuoted(text) : text.split(',');
    }
  }
  if (open !== undefined) throw new DataProblem('A quote in the input CSV is never closed');
}

/** Tells whether a record goes on in the next line: it does after an odd number of quotes. */
function isInsideQuotes(text: string): boolean {
  let inside = false;
  for (let at = text.indexOf('"'); at >= 0; at = text.indexOf('"', at + 1)) inside = !inside;
  return inside;
}

function parseQuoted(text: string): readonly string[] {
  try {
    const records: readonly (readonly string[])[] = parse(text, { columns: false });
    return records[0] ?? [];
  } catch (error) {
    throw new DataProblem(`The input CSV is broken: ${error instanceof Error ? error.message : ''}`, { cause: error });
  }
}
