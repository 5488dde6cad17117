/** Checks CSV files against a dataset's schema, row by row, without holding them. */
import { CsvProblem } from '../../csv/csv-problem';
import { type CsvReader, readCsvFile, type VisitRecord } from '../../csv/read-csv';
import type { DatasetSchema } from './avro-schema';
import { createCellCheck } from './cell-check';

/** Names a file: `path` where it lies, `name` as its owner knows it. */
export interface NamedFile {
  readonly path: string;
  readonly name: string;
}

/** Says whether all rows fit, and how many there are; else what is wrong with the first that does not. */
export type CsvCheck =
  | { readonly ok: true; readonly rowCount: number }
  | { readonly ok: false; readonly failureReason: string };

/** Interactions that an import must have, and event types and optional columns together that a dataset may have. */
const MIN_INTERACTIONS = 1000;
const MAX_TYPES_AND_COLUMNS = 10;

/** Checks the header and every row of files that together are one import. */
export async function checkCsvFiles(files: readonly NamedFile[], schema: DatasetSchema): Promise<CsvCheck> {
  const { kind } = schema;
  const rows = createRowCheck(schema);
  for (const { path, name } of files) {
    try {
      await readCsvFile(path, rows);
    } catch (error) {
      if (error instanceof CellProblem) return fail(`${error.message} File ${name}, ${error.place}.`);
      if (error instanceof CsvProblem) return fail(`${error.message} File ${name}, line ${error.line}.`);
      throw error;
    }
  }
  const rowCount = rows.count();
  if (kind === 'Interactions' && rowCount < MIN_INTERACTIONS) {
    return fail(`Create failed. Dataset has fewer than ${MIN_INTERACTIONS} interactions.`);
  }
  return rowCount === 0 ? fail(`Create failed. The ${kind} dataset has no rows.`) : { ok: true, rowCount };
}

function fail(failureReason: string): CsvCheck {
  return { ok: false, failureReason };
}

class CellProblem extends CsvProblem {
  constructor(
    message: string,
    line: number,
    readonly place = `line ${line}`,
  ) {
    super(message, line);
  }
}

/** Checks each header, and the rows behind it. */
interface RowCheck extends CsvReader {
  count(): number;
}

function createRowCheck(schema: DatasetSchema): RowCheck {
  const checks = schema.fields.map((field) => createCellCheck(schema.kind, field));
  const countType = createTypeCount(schema);
  let rowCount = 0;
  const visit: VisitRecord = (cells, line) => {
    rowCount++;
    for (let at = 0; at < checks.length; at++) {
      const problem = checks[at]?.(cells[at] ?? '');
      if (problem === undefined) continue;
      throw new CellProblem(problem, line, `line ${line}, column ${schema.fields[at]?.name ?? ''}`);
    }
    countType(cells, line);
  };
  return {
    start(header) {
      checkHeader(header, schema);
      return visit;
    },
    count: () => rowCount,
  };
}

/** The text about columns that are missing is AWS's: developer guide, "Common error messages". */
function checkHeader(header: readonly string[], schema: DatasetSchema): void {
  const names = schema.fields.map((field) => field.name);
  const missing = names.filter((name) => !header.includes(name));
  if (missing.length > 0) {
    throw new CsvProblem(`Input CSV is missing the following columns:[${missing.join(', ')}].`, 1);
  }
  if (names.join() === header.join()) return;
  const found = `[${header.join(', ')}]`;
  throw new CsvProblem(
    `Input CSV must have the schema's columns in its order: [${names.join(', ')}], not ${found}.`,
    1,
  );
}

const UNCOUNTED = new Set([
  'USER_ID',
  'ITEM_ID',
  'TIMESTAMP',
  'IMPRESSION',
  'RECOMMENDATION_ID',
  'EVENT_ATTRIBUTION_SOURCE',
]);

/** Source: developer guide, "Item interactions dataset schema requirements". */
function createTypeCount({ kind, fields }: DatasetSchema): (cells: readonly string[], line: number) => void {
  const place = kind === 'Interactions' ? fields.findIndex(({ name }) => name === 'EVENT_TYPE') : -1;
  if (place < 0) return () => undefined;
  const columns = fields.filter(({ name }) => !UNCOUNTED.has(name)).length;
  const most = MAX_TYPES_AND_COLUMNS - columns;
  const types = new Set<string>();
  return (cells, line) => {
    types.add(cells[place] ?? '');
    if (types.size <= most) return;
    const sum = `Event types (${types.size}) and optional columns (${columns}) together`;
    throw new CellProblem(`${sum} cannot be more than ${MAX_TYPES_AND_COLUMNS}.`, line);
  };
}
