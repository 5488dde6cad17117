/** Reads the CSV files of imported datasets by rows. */
import { CsvProblem } from '../csv/csv-problem';
import { readCsvFile, type VisitRecord } from '../csv/read-csv';
import { DataProblem } from './data-problem';

/** Takes the cells of one row in the order of the header; `line` counts from 1, the header's; `text` is the line. */
export type VisitRow = VisitRecord;

/**
 * Reads a CSV file with a header.
 *
 * @param start  gets the header and gives the visitor of the rows
 * @throws DataProblem if the file is empty or no CSV
 */
export async function readCsv(file: string, start: (header: readonly string[]) => VisitRow): Promise<void> {
  try {
    await readCsvFile(file, { start });
  } catch (error) {
    if (!(error instanceof CsvProblem)) throw error;
    throw new DataProblem(`The input CSV is broken in line ${error.line}. ${error.message}`, { cause: error });
  }
}
