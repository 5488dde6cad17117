/** Holds sparse matrices by rows, and multiplies them with dense ones. */

/** Row r holds `values[at]` in `columns[at]` for at from `offsets[r]` to `offsets[r + 1] - 1`; columns ascend. */
export interface SparseMatrix {
  readonly width: number;
  readonly offsets: Int32Array;
  readonly columns: Int32Array;
  readonly values: Float32Array;
}

/** Counts the rows. */
export function countRows(matrix: SparseMatrix): number {
  return matrix.offsets.length - 1;
}

/** Builds a matrix row by row; each row's entries in ascending order of columns. */
export function buildSparse(
  width: number,
  rows: Iterable<readonly (readonly [column: number, value: number])[]>,
): SparseMatrix {
  const offsets: number[] = [0];
  const columns: number[] = [];
  const values: number[] = [];
  for (const row of rows) {
    for (const [column, value] of row) {
      columns.push(column);
      values.push(value);
    }
    offsets.push(columns.length);
  }
  return {
    width,
    offsets: Int32Array.from(offsets),
    columns: Int32Array.from(columns),
    values: Float32Array.from(values),
  };
}

/** Computes A · X: X has `depth` columns and is stored by rows, and so is the product. */
export function multiply(matrix: SparseMatrix, right: Float64Array, depth: number): Float64Array {
  const product = new Float64Array(countRows(matrix) * depth);
  forEachEntry(matrix, (row, column, value) => addScaled(product, row * depth, right, column * depth, value, depth));
  return product;
}

/** Computes Aᵀ · X, in the same layout. */
export function multiplyTransposed(matrix: SparseMatrix, right: Float64Array, depth: number): Float64Array {
  const product = new Float64Array(matrix.width * depth);
  forEachEntry(matrix, (row, column, value) => addScaled(product, column * depth, right, row * depth, value, depth));
  return product;
}

function forEachEntry(matrix: SparseMatrix, visit: (row: number, column: number, value: number) => void): void {
  const { offsets, columns, values } = matrix;
  for (let row = 0; row < countRows(matrix); row++) {
    for (let at = offsets[row] ?? 0; at < (offsets[row + 1] ?? 0); at++) visit(row, columns[at] ?? 0, values[at] ?? 0);
  }
}

function addScaled(
  target: Float64Array,
  targetFrom: number,
  source: Float64Array,
  sourceFrom: number,
  factor: number,
  depth: number,
): void {
  for (let k = 0; k < depth; k++) {
    target[targetFrom + k] = (target[targetFrom + k] ?? 0) + factor * (source[sourceFrom + k] ?? 0);
  }
}
