/** Reads CSV files by records, each on a line of its own. */
import { CsvProblem } from './csv-problem';
import { readLineBlocks } from './line-blocks';
import { splitCells } from './split-cells';

/** Takes the cells of a record in the order of the header; `line` counts from 1, the header's; `text` is the line. */
export type VisitRecord = (cells: readonly string[], line: number, text: string) => void;

/** Takes a file's records. */
export interface CsvReader {
  /** Gets the header and its line, and gives the visitor of the records. */
  start(header: readonly string[], text: string): VisitRecord;
  /** Is waited for after each part of the file, so that a visitor may write what it has collected. */
  flush?(): Promise<void>;
}

/**
 * Reads a CSV file with a header; lines may end in CR LF, and empty ones are passed over.
 *
 * @throws CsvProblem if the file is empty, a record has another number of cells, or the file is no CSV
 */
export async function readCsvFile(file: string, reader: CsvReader): Promise<void> {
  let visit: VisitRecord | undefined;
  let width = 0;
  let line = 0;
  for await (const block of readLineBlocks(file)) {
    for (let at = 0; at < block.length; ) {
      const feed = block.indexOf('\n', at);
      const end = feed < 0 ? block.length : feed;
      const text = block.slice(at, end > at && block.charCodeAt(end - 1) === 0x0d ? end - 1 : end);
      at = end + 1;
      line++;
      if (text === '') continue;
      const cells = splitCells(text, line);
      if (visit === undefined) {
        width = cells.length;
        visit = reader.start(cells, text);
      } else {
        if (cells.length !== width) throw wrongWidth(cells.length, width, line);
        visit(cells, line, text);
      }
    }
    await reader.flush?.();
  }
  if (visit === undefined) throw new CsvProblem('The file is empty, it has no header.', 1);
}

function wrongWidth(found: number, expected: number, line: number): CsvProblem {
  const values = found === 1 ? '1 value' : `${found} values`;
  return new CsvProblem(`The record has ${values}, the header has ${expected}.`, line);
}
