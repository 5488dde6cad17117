/** Finds the items that satisfy attribute conditions. */
import type { ColumnKind, ItemCondition, ItemTable } from './recipe';

/** Looks up items by conditions. */
export interface AttributeIndex {
  /** Columns that can be asked for. */
  readonly columns: readonly string[];
  /**
   * Marks with 1 the places of `itemIds` that hold the value of every condition.
   *
   * @returns the marks, or the first column that does not exist
   */
  match(conditions: readonly ItemCondition[]): { readonly matches: Uint8Array } | { readonly unknownColumn: string };
}

/**
 * Indexes the cells by value: a cell `A|B` holds A and B. Columns of numbers match by value, others exactly.
 *
 * @param itemIds  the places that marks are for
 */
export function indexAttributes(itemIds: readonly string[], table: ItemTable): AttributeIndex {
  const places = new Map(itemIds.map((id, place) => [id, place]));
  const rowPlaces = table.itemIds.map((id) => places.get(id) ?? -1);
  const holders = new Map(
    Object.entries(table.columns).map(([name, cells]) => [name, groupByValue(cells, rowPlaces, table.kinds[name])]),
  );
  return {
    columns: Object.keys(table.columns),
    match(conditions) {
      const matches = new Uint8Array(itemIds.length).fill(1);
      for (const { column, value } of conditions) {
        const values = holders.get(column);
        if (values === undefined) return { unknownColumn: column };
        const holding = new Set(values.get(normalise(value, table.kinds[column])));
        for (let place = 0; place < matches.length; place++) if (!holding.has(place)) matches[place] = 0;
      }
      return { matches };
    },
  };
}

/** Lists every value with the places that hold it, values in ascending order of their text. */
export function listValues(itemIds: readonly string[], table: ItemTable): readonly ItemCondition[] {
  const known = new Set(itemIds);
  return Object.entries(table.columns).flatMap(([column, cells]) => {
    const values = new Set(cells.flatMap((cell, row) => (known.has(table.itemIds[row] ?? '') ? splitCell(cell) : [])));
    return [...values].sort().map((value) => ({ column, value }));
  });
}

function groupByValue(
  cells: readonly string[],
  rowPlaces: readonly number[],
  kind: ColumnKind | undefined,
): Map<string, number[]> {
  const groups = new Map<string, number[]>();
  cells.forEach((cell, row) => {
    const place = rowPlaces[row] ?? -1;
    if (place < 0) return;
    for (const value of splitCell(cell)) {
      const key = normalise(value, kind);
      const group = groups.get(key) ?? [];
      group.push(place);
      groups.set(key, group);
    }
  });
  return groups;
}

function splitCell(cell: string): readonly string[] {
  return cell.split('|').filter((value) => value !== '');
}

/** Writes numbers in one way: `20`, `20.0` and `2e1` are the same value where the column holds numbers. */
function normalise(value: string, kind: ColumnKind | undefined): string {
  return kind === 'number' && /^-?\d+(\.\d+)?([eE][+-]?\d+)?$/.test(value) ? String(Number(value)) : value;
}
