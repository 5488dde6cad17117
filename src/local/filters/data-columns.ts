/** Opens the columns that a filter asks for, each once. */
import { findColumn } from './check-filter';
import { openColumn, openNullColumn, type PlaceColumn } from './place-column';
import type { FilterCells, FilterTable } from './tables';

/** A column looked up by id. */
export interface CellColumn {
  readonly kind: FilterCells['kind'];
  /** The cell of an id; empty where the id or the column isn't there. */
  cellOf(id: string): string;
}

/** Opens the columns of one dataset. */
export interface TableColumns {
  byPlace(name: string): PlaceColumn;
  byId(name: string): CellColumn;
  kindOf(name: string): FilterCells['kind'];
}

/** @param ids  ids by place */
export function openTable(table: FilterTable | undefined, ids: readonly string[]): TableColumns {
  const opened = new Map<string, PlaceColumn>();
  const rowOfId = once(() => new Map(table?.ids.map((id, row) => [id, row])));
  const rows = once(() => Int32Array.from(ids, (id) => rowOfId().get(id) ?? -1));
  const find = (name: string) => findColumn(table?.columns ?? [], name);
  return {
    byPlace: (name) => {
      const column = find(name);
      if (column === undefined) return openNullColumn();
      const known = opened.get(column.name) ?? openColumn(column, rows());
      opened.set(column.name, known);
      return known;
    },
    byId: (name) => {
      const column = find(name);
      return { kind: column?.kind ?? 'text', cellOf: (id) => column?.cells[rowOfId().get(id) ?? -1] ?? '' };
    },
    kindOf: (name) => find(name)?.kind ?? 'text',
  };
}

function once<Value>(make: () => Value): () => Value {
  let made: { readonly value: Value } | undefined;
  return () => {
    made ??= { value: make() };
    return made.value;
  };
}
