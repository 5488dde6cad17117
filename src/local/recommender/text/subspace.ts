/**
 * Finds the few directions in which the items of a catalogue differ most: latent semantic indexing (Deerwester, Dumais,
 * Furnas, Landauer and Harshman, "Indexing by Latent Semantic Analysis", 1990) by a truncated singular value
 * decomposition, computed with random subspace iteration (Halko, Martinsson and Tropp, "Finding Structure with
 * Randomness", 2011). Only the subspace matters: cosines in it are the same in every orthonormal basis.
 */
import { hashPair, hashText } from '../identity';
import { multiply, multiplyTransposed, type SparseMatrix } from './sparse-matrix';

/** Rounds of iteration: each brings the subspace nearer to the leading singular vectors. */
const ROUNDS = 3;

/**
 * Finds an orthonormal basis of the leading right singular vectors.
 *
 * @param keys   the names of the columns: the start is drawn from them and the seed, whatever the order of the rows
 * @param depth  how many directions, at most as many as there are columns
 * @returns the basis by columns of the matrix: that of column c is at `c * depth`
 */
export function findSubspace(matrix: SparseMatrix, keys: readonly string[], depth: number, seed: number): Float64Array {
  let basis = drawStart(keys, depth, seed);
  orthonormalise(basis, depth);
  for (let round = 0; round < ROUNDS; round++) {
    basis = multiplyTransposed(matrix, multiply(matrix, basis, depth), depth);
    orthonormalise(basis, depth);
  }
  return basis;
}

/** Draws numbers between −1 and 1 for each key. */
function drawStart(keys: readonly string[], depth: number, seed: number): Float64Array {
  const start = new Float64Array(keys.length * depth);
  keys.forEach((key, row) => {
    const draw = hashText(key, seed);
    for (let k = 0; k < depth; k++) start[row * depth + k] = hashPair(draw, k) / 2 ** 31 - 1;
  });
  return start;
}

/** A column that is left with less than this share of its length lay in the span of the others, and becomes 0. */
const DEPENDENT = 1e-9;

/** Makes the columns orthonormal in place, by Gram and Schmidt's method, each column twice for accuracy. */
function orthonormalise(basis: Float64Array, depth: number): void {
  for (let column = 0; column < depth; column++) {
    const before = Math.sqrt(dotColumns(basis, depth, column, column));
    for (let pass = 0; pass < 2; pass++) removeOthers(basis, depth, column);
    const length = Math.sqrt(dotColumns(basis, depth, column, column));
    const factor = length > DEPENDENT * before ? 1 / length : 0;
    for (let at = column; at < basis.length; at += depth) basis[at] = (basis[at] ?? 0) * factor;
  }
}

function removeOthers(basis: Float64Array, depth: number, column: number): void {
  const shares = new Float64Array(column);
  for (let row = 0; row < basis.length; row += depth) {
    const value = basis[row + column] ?? 0;
    for (let other = 0; other < column; other++) {
      shares[other] = (shares[other] ?? 0) + value * (basis[row + other] ?? 0);
    }
  }
  for (let row = 0; row < basis.length; row += depth) {
    let removed = 0;
    for (let other = 0; other < column; other++) removed += (shares[other] ?? 0) * (basis[row + other] ?? 0);
    basis[row + column] = (basis[row + column] ?? 0) - removed;
  }
}

function dotColumns(basis: Float64Array, depth: number, left: number, right: number): number {
  let sum = 0;
  for (let row = 0; row < basis.length; row += depth) sum += (basis[row + left] ?? 0) * (basis[row + right] ?? 0);
  return sum;
}
