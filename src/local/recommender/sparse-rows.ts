/** Holds matrices of which most elements are 0. */

/** Sparse rows: row r holds `columns[offsets[r]] … ` with `values` beside them. */
export interface SparseRows {
  readonly offsets: Int32Array;
  readonly columns: Int32Array;
  readonly values: Float32Array;
}

/** Writes rows one after the other. */
export interface RowWriter {
  /** Adds the next row: the chosen places of `columns` and `values` with a value above 0. */
  add(chosen: Int32Array, columns: Int32Array, values: Float64Array): void;
  finish(): SparseRows;
}

/** Creates a writer of `count` rows. */
export function createRowWriter(count: number): RowWriter {
  const offsets = new Int32Array(count + 1);
  const allColumns: number[] = [];
  const allValues: number[] = [];
  let row = 0;
  return {
    add(chosen, columns, values) {
      for (const at of chosen) {
        if (!((values[at] ?? 0) > 0)) continue;
        allColumns.push(columns[at] ?? 0);
        allValues.push(values[at] ?? 0);
      }
      offsets[++row] = allColumns.length;
    },
    finish: () => ({ offsets, columns: Int32Array.from(allColumns), values: Float32Array.from(allValues) }),
  };
}

/** Makes rows of columns: what was by target becomes by source, or back; columns ascend in each row. */
export function transposeSparse(rows: SparseRows): SparseRows {
  const count = rows.offsets.length - 1;
  const offsets = new Int32Array(count + 1);
  for (const column of rows.columns) offsets[column + 1] = (offsets[column + 1] ?? 0) + 1;
  for (let row = 0; row < count; row++) offsets[row + 1] = (offsets[row + 1] ?? 0) + (offsets[row] ?? 0);
  const next = offsets.slice();
  const columns = new Int32Array(rows.columns.length);
  const values = new Float32Array(rows.values.length);
  for (let row = 0; row < count; row++) {
    for (let at = rows.offsets[row] ?? 0; at < (rows.offsets[row + 1] ?? 0); at++) {
      const column = rows.columns[at] ?? 0;
      const to = next[column] ?? 0;
      columns[to] = row;
      values[to] = rows.values[at] ?? 0;
      next[column] = to + 1;
    }
  }
  return { offsets, columns, values };
}
