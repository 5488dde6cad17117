/** Checks CSV files against a dataset's schema, row by row, without holding them. */
import { createReadStream } from 'node:fs';
import { CsvError, parse } from 'csv-parse';
import type { DatasetKind, DatasetSchema, SchemaField } from './avro-schema';

/** Says whether all rows fit, and how many there are; else AWS's words for the first that does not. */
export type CsvCheck =
  | { readonly ok: true; readonly rowCount: number }
  | { readonly ok: false; readonly failureReason: string };

/** Characters of an id, a categorical value and a textual value. Source: developer guide, "endpoints and quotas". */
const MAX_ID_LENGTH = 256;
const MAX_VALUE_LENGTH = 1000;
const MAX_TEXT_LENGTH = 20_000;

/** Interactions that an import must have. Source: the same page. */
const MIN_INTERACTIONS = 1000;

/** Checks the header and every row of files that together are one import. */
export async function checkCsvFiles(
  files: readonly string[],
  kind: DatasetKind,
  schema: DatasetSchema,
): Promise<CsvCheck> {
  let rowCount = 0;
  for (const file of files) {
    const check = await checkFile(file, schema);
    if (!check.ok) return check;
    rowCount += check.rowCount;
  }
  if (kind === 'Interactions' && rowCount < MIN_INTERACTIONS) {
    return fail(`Create failed. Dataset has fewer than ${MIN_INTERACTIONS} interactions.`);
  }
  if (rowCount === 0) return fail(`Create failed. The ${kind} dataset has no rows.`);
  return { ok: true, rowCount };
}

function fail(failureReason: string): CsvCheck {
  return { ok: false, failureReason };
}

async function checkFile(file: string, schema: DatasetSchema): Promise<CsvCheck> {
  const source = createReadStream(file);
  const rows = source.pipe(parse({ bom: true, skip_empty_lines: true }));
  source.on('error', (error) => rows.destroy(error));
  let rowCount = -1;
  try {
    for await (const row of rows) {
      const cells: readonly string[] = row;
      const problem = rowCount < 0 ? checkHeader(cells, schema) : checkRow(cells, schema);
      if (problem !== undefined) return fail(rowCount < 0 ? problem : `${problem} Row ${rowCount + 1}.`);
      rowCount += 1;
    }
  } catch (error) {
    if (error instanceof CsvError) return fail(`Input CSV cannot be read: ${error.message}`);
    throw error;
  } finally {
    source.destroy();
  }
  return rowCount < 0 ? fail('Input CSV has no header.') : { ok: true, rowCount };
}

function checkHeader(header: readonly string[], schema: DatasetSchema): string | undefined {
  const names = schema.fields.map((field) => field.name);
  const missing = names.filter((name) => !header.includes(name));
  if (missing.length > 0) return `Input CSV is missing the following columns: [${missing.join(', ')}]`;
  if (names.join() === header.join()) return undefined;
  return `Input CSV must have the columns of the schema in its order: [${names.join(', ')}], not [${header.join(', ')}]`;
}

function checkRow(cells: readonly string[], schema: DatasetSchema): string | undefined {
  for (const [index, field] of schema.fields.entries()) {
    const problem = checkCell(cells[index] ?? '', field);
    if (problem !== undefined) return problem;
  }
  return undefined;
}

function checkCell(cell: string, field: SchemaField): string | undefined {
  if (cell === '') {
    return field.isNullable ? undefined : `Value of ${field.name} is missing, and the schema does not allow null.`;
  }
  const longest = maxLength(field);
  if (cell.length > longest) return `Length cannot be more than ${longest} characters for ${field.name}.`;
  if (field.types.some((type) => fitsType(cell, type))) return undefined;
  return `Value of ${field.name} is not of type ${field.types.join(' or ')}.`;
}

function maxLength(field: SchemaField): number {
  if (field.name === 'USER_ID' || field.name === 'ITEM_ID') return MAX_ID_LENGTH;
  return field.isTextual ? MAX_TEXT_LENGTH : MAX_VALUE_LENGTH;
}

function fitsType(cell: string, type: SchemaField['types'][number]): boolean {
  switch (type) {
    case 'string':
      return true;
    case 'int':
    case 'long':
      return /^[+-]?\d+$/.test(cell);
    case 'float':
    case 'double':
      return /^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/.test(cell);
    case 'boolean':
      return /^(true|false)$/i.test(cell);
    case 'null':
      return false;
  }
}
