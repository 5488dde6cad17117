/** Reads datasets whose rows have ids: where an id comes again, the later row holds, in the order of the files. */
import type { DatasetFiles, TrainingSelection } from '../compute-port';
import { copyText } from '../recommender/copy-text';
import type { ColumnKind } from '../recommender/recipe';
import { parseAvroSchema, type SchemaField } from './avro-schema';
import { readCsv } from './csv-rows';
import { DataProblem } from './data-problem';
import { readsColumn } from './select-events';

/** Holds the columns of a dataset by their kinds; cells are in the order of `ids`, and empty where null. */
export interface DatasetTable {
  /** In the order in which they first come. */
  readonly ids: readonly string[];
  /** Categorical texts, numbers and booleans. */
  readonly columns: Readonly<Record<string, readonly string[]>>;
  readonly kinds: Readonly<Record<string, ColumnKind>>;
  /** Textual columns and other strings. */
  readonly texts: Readonly<Record<string, readonly string[]>>;
  readonly textual: readonly string[];
  /** The column with the items' names, which is among the texts. */
  readonly nameColumn: string | undefined;
}

/** Which columns are read: all of them where both members are missing. */
export type ColumnSelection = Pick<TrainingSelection, 'includedColumns' | 'excludedColumns'>;

/**
 * Reads a dataset. Files that lack columns, as they were imported before the schema had these, have empty cells there.
 *
 * @throws DataProblem if the ids are missing or a file is no CSV
 */
export async function readTable(
  files: DatasetFiles,
  datasetType: 'ITEMS' | 'USERS',
  selection: ColumnSelection,
): Promise<DatasetTable> {
  const idColumn = datasetType === 'ITEMS' ? 'ITEM_ID' : 'USER_ID';
  const fields = parseAvroSchema(files.schema).filter(
    ({ name }) => name !== idColumn && readsColumn(selection, datasetType, name),
  );
  const places = new Map<string, number>();
  const ids: string[] = [];
  const columns = fields.map(({ kind }) => ({ cells: [] as string[], keep: createKeeper(kind) }));
  for (const file of files.csvFiles) {
    await readCsv(file, (header) => {
      demandColumns(header, [idColumn]);
      const idAt = header.indexOf(idColumn);
      const cellsAt = fields.map(({ name }) => header.indexOf(name));
      return (cells) => {
        const id = cells[idAt] ?? '';
        const place = places.get(id) ?? ids.push(copyText(id)) - 1;
        if (place === places.size) places.set(ids[place] ?? id, place);
        for (const [at, column] of columns.entries()) column.cells[place] = column.keep(cells[cellsAt[at] ?? -1] ?? '');
      };
    });
  }
  return { ids, ...sortColumns(fields, columns) };
}

const MAX_KEPT_VALUES = 1 << 16;

/** Keeps one copy of each value of columns that repeat their values. */
function createKeeper(kind: SchemaField['kind']): (cell: string) => string {
  if (kind === 'textual') return (cell) => cell;
  const kept = new Map<string, string>();
  return (cell) => {
    const known = kept.get(cell);
    if (known !== undefined) return known;
    const copy = copyText(cell);
    if (kept.size < MAX_KEPT_VALUES) kept.set(copy, copy);
    return copy;
  };
}

function sortColumns(
  fields: readonly SchemaField[],
  all: readonly { readonly cells: readonly string[] }[],
): Omit<DatasetTable, 'ids'> {
  const columns: Record<string, readonly string[]> = {};
  const kinds: Record<string, ColumnKind> = {};
  const texts: Record<string, readonly string[]> = {};
  for (const [at, { name, kind, isItemName }] of fields.entries()) {
    const cells = all[at]?.cells ?? [];
    const isText = kind === 'text' || kind === 'textual';
    if (isText || isItemName) texts[name] = cells;
    if (!isText) [columns[name], kinds[name]] = [cells, kind];
  }
  const textual = fields.filter(({ kind }) => kind === 'textual').map(({ name }) => name);
  return { columns, kinds, texts, textual, nameColumn: fields.find(({ isItemName }) => isItemName)?.name };
}

/** The text is AWS's: developer guide, "Common error messages". */
export function demandColumns(header: readonly string[], names: readonly string[]): void {
  const missing = names.filter((name) => !header.includes(name));
  if (missing.length > 0) throw new DataProblem(`Input CSV is missing the following columns:[${missing.join(', ')}]`);
}
