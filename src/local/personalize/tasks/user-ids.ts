/** Reads lists of users to delete: CSV files with the one column USER_ID. */
import { CsvProblem } from '../../csv/csv-problem';
import { readCsvFile } from '../../csv/read-csv';

const MAX_ID_LENGTH = 256;

/**
 * Adds the ids of a file to a set.
 *
 * @throws CsvProblem
 */
export async function readUserIds(file: string, ids: Set<string>): Promise<void> {
  await readCsvFile(file, {
    start(header) {
      if (!header.includes('USER_ID')) {
        throw new CsvProblem('Input CSV is missing the following columns:[USER_ID].', 1);
      }
      if (header.length > 1) throw new CsvProblem('Input CSV must have the single column USER_ID.', 1);
      return ([id = ''], line) => {
        if (id === '') throw new CsvProblem('The USER_ID is missing.', line);
        if (id.length <= MAX_ID_LENGTH) ids.add(id);
        else throw new CsvProblem(`Length cannot be more than ${MAX_ID_LENGTH} characters for USER_ID.`, line);
      };
    },
  });
}
