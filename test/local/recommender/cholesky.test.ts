import fc from 'fast-check';
import { factorise, solveRows } from '../../../src/local/recommender/cholesky';
import { addDiagonal, createSquareMatrix, type SquareMatrix } from '../../../src/local/recommender/square-matrix';
import { createDraw } from './shop';

/** Makes a positive definite matrix as M·Mᵀ + I, all of it, and a copy for the solver. */
function createSystem(size: number, seed: number): { readonly whole: number[][]; readonly matrix: SquareMatrix } {
  const draw = createDraw(seed);
  const root = Array.from({ length: size }, () => Array.from({ length: size }, () => draw() - 0.5));
  const whole = root.map((a, i) =>
    root.map((b, j) => a.reduce((sum, value, k) => sum + value * (b[k] ?? 0), i === j ? 1 : 0)),
  );
  const matrix = createSquareMatrix(size);
  for (const [i, row] of whole.entries()) matrix.data.set(row, i * matrix.stride);
  addDiagonal(matrix, 0);
  return { whole, matrix };
}

describe('factorise and solveRows', () => {
  it('solve systems of any size, also across blocks and with padding', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 150 }), fc.nat(), (size, seed) => {
        const { whole, matrix } = createSystem(size, seed);
        const rows = createSquareMatrix(size);
        addDiagonal(rows, 1);
        factorise(matrix);
        solveRows(matrix, rows);
        const place = seed % size;
        const inverse = rows.data.subarray(place * rows.stride, place * rows.stride + size);
        const product = whole.map((row) => row.reduce((sum, value, k) => sum + value * (inverse[k] ?? 0), 0));
        product.forEach((value, k) => {
          expect(value).toBeCloseTo(k === place ? 1 : 0, 8);
        });
      }),
      { numRuns: 25 },
    );
  });

  it('takes a matrix of size 0', () => {
    const matrix = createSquareMatrix(0);
    factorise(matrix);
    solveRows(matrix, createSquareMatrix(0));
    expect(matrix.data.length).toBe(0);
  });

  it('refuses a matrix that is not positive definite', () => {
    const matrix = createSquareMatrix(3);
    addDiagonal(matrix, -1);
    expect(() => factorise(matrix)).toThrow('the matrix is not positive definite');
  });
});
