/** Solves symmetric positive definite systems by a blocked Cholesky factorisation (Golub & Van Loan, ch. 4.2). */
import { type SquareMatrix, subtractProduct } from './square-matrix';

const BLOCK = 64;

/**
 * Factorises A = L·Lᵀ in place; n³/6 products.
 * Reads the lower triangle, and leaves L there and Lᵀ in the upper one, as `solveRows` wants it.
 *
 * @throws RangeError if A is not positive definite
 */
export function factorise(matrix: SquareMatrix): void {
  const operands = { target: matrix, left: matrix, right: matrix };
  for (let column = 0; column < matrix.padded; column += BLOCK) {
    const columnEnd = Math.min(matrix.padded, column + BLOCK);
    for (let row = column; row < matrix.padded; row += BLOCK) {
      const rowEnd = Math.min(matrix.padded, row + BLOCK);
      subtractProduct(operands, { row, rowEnd, column, columnEnd, from: 0, to: column });
    }
    factoriseDiagonal(matrix, column, columnEnd);
    for (let row = columnEnd; row < matrix.padded; row++)
      solveForward(matrix, matrix, { row, from: column, to: columnEnd });
  }
  mirror(matrix);
}

/**
 * Solves A·x = r for every row r of `rows`, in place; n³ products.
 *
 * @param factor  as `factorise` leaves it, of the same size
 */
export function solveRows(factor: SquareMatrix, rows: SquareMatrix): void {
  const operands = { target: rows, left: rows, right: factor };
  const end = factor.padded;
  for (let row = 0; row < end; row += BLOCK) {
    const rowEnd = Math.min(end, row + BLOCK);
    for (let column = 0; column < end; column += BLOCK) {
      const columnEnd = Math.min(end, column + BLOCK);
      subtractProduct(operands, { row, rowEnd, column, columnEnd, from: 0, to: column });
      for (let r = row; r < rowEnd; r++) solveForward(factor, rows, { row: r, from: column, to: columnEnd });
    }
    for (let column = Math.floor((end - 1) / BLOCK) * BLOCK; column >= 0; column -= BLOCK) {
      const columnEnd = Math.min(end, column + BLOCK);
      subtractProduct(operands, { row, rowEnd, column, columnEnd, from: columnEnd, to: end });
      for (let r = row; r < rowEnd; r++) solveBackward(factor, rows, { row: r, from: column, to: columnEnd });
    }
  }
}

interface Strip {
  readonly row: number;
  readonly from: number;
  readonly to: number;
}

function factoriseDiagonal(matrix: SquareMatrix, from: number, to: number): void {
  const { data, stride } = matrix;
  for (let row = from; row < to; row++) {
    solveForward(matrix, matrix, { row, from, to: row });
    let pivot = data[row * stride + row] ?? 0;
    for (let k = row * stride + from; k < row * stride + row; k++) pivot -= (data[k] ?? 0) * (data[k] ?? 0);
    if (!(pivot > 0)) throw new RangeError('the matrix is not positive definite');
    data[row * stride + row] = Math.sqrt(pivot);
  }
}

/** Solves for the columns of a strip of one row, from left to right, with the lower triangle of the factor. */
function solveForward(factor: SquareMatrix, rows: SquareMatrix, { row, from, to }: Strip): void {
  const start = row * rows.stride;
  for (let column = from; column < to; column++) {
    const line = column * factor.stride;
    let sum = rows.data[start + column] ?? 0;
    for (let k = from; k < column; k++) sum -= (rows.data[start + k] ?? 0) * (factor.data[line + k] ?? 0);
    rows.data[start + column] = sum / (factor.data[line + column] ?? 1);
  }
}

/** Solves for the columns of a strip of one row, from right to left, with the upper triangle of the factor. */
function solveBackward(factor: SquareMatrix, rows: SquareMatrix, { row, from, to }: Strip): void {
  const start = row * rows.stride;
  for (let column = to - 1; column >= from; column--) {
    const line = column * factor.stride;
    let sum = rows.data[start + column] ?? 0;
    for (let k = column + 1; k < to; k++) sum -= (rows.data[start + k] ?? 0) * (factor.data[line + k] ?? 0);
    rows.data[start + column] = sum / (factor.data[line + column] ?? 1);
  }
}

function mirror({ data, stride, padded }: SquareMatrix): void {
  for (let row = 0; row < padded; row++) {
    for (let column = 0; column < row; column++) {
      data[column * stride + row] = data[row * stride + column] ?? 0;
    }
  }
}
