/** Renames the columns of a source to those that nightjar knows, and its words for true and false. */
import type { Cell, FileRow, RowListener, RowSource } from './row';
import type { DecimalSign } from './text-format';

/** The kinds of files. */
export const IMPORT_KINDS = ['contacts', 'items', 'interactions', 'suppressions'] as const;
export type ImportKind = (typeof IMPORT_KINDS)[number];

/** Where a column of nightjar's comes from. */
export interface ColumnOrigin {
  /** Its name in the file. */
  readonly column: string;
  /** The file's words, in lower case, and what they mean to nightjar. */
  readonly words?: Readonly<Record<string, string>>;
}

/** How the columns of one kind of file are read. */
export interface ColumnMapping {
  /** nightjar's name → where it comes from; columns that are not named here keep their names. */
  readonly columns: Readonly<Record<string, ColumnOrigin>>;
  /** Columns that are not imported at all. */
  readonly skip: readonly string[];
  /** The encoding of the file, where it is not recognised rightly. */
  readonly encoding?: string;
  /** The decimal sign of prices and values, where it is not recognised. */
  readonly decimal?: DecimalSign;
}

export type ColumnMappings = Partial<Readonly<Record<ImportKind, ColumnMapping>>>;

/** Makes a source whose rows carry nightjar's names. */
export function mapColumns(source: RowSource, { columns, skip, encoding }: ColumnMapping): RowSource {
  const names = new Map(Object.entries(columns).map(([name, origin]) => [origin.column, name]));
  const words = new Map(Object.entries(columns).flatMap(([name, own]) => (own.words ? [[name, own.words]] : [])));
  const rename = (column: string) => names.get(column) ?? column;
  const skipped = new Set(skip);
  const mapRow = ({ line, cells }: FileRow): FileRow => {
    const mapped = new Map<string, Cell>();
    for (const [column, cell] of cells) {
      const name = rename(column);
      if (!skipped.has(column)) mapped.set(name, translate(cell, words.get(name)));
    }
    return { line, cells: mapped };
  };
  return {
    name: source.name,
    findUnreadable: () => source.findUnreadable(),
    async *readRows(listener: RowListener) {
      const rows = source.readRows({
        findings: listener.findings,
        encoding,
        ignores: (column) => skipped.has(column),
        onColumns: (found) => listener.onColumns(found.filter((column) => !skipped.has(column)).map(rename)),
      });
      for await (const batch of rows) yield batch.map(mapRow);
    },
  };
}

function translate(cell: Cell, words: Readonly<Record<string, string>> | undefined): Cell {
  if (words === undefined || typeof cell !== 'string') return cell;
  return words[cell.trim().toLowerCase()] ?? cell;
}
