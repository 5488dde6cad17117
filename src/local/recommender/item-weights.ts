/** Fits how much an item in a history speaks for another item: exactly among the most used, by neighbours beyond. */
import { factorise, solveRows } from './cholesky';
import type { Decay } from './decay';
import { type Histories, historyOf, weightsOf } from './histories';
import { createLocalKernel, createNextKernel, type Kernel, MAX_HISTORY } from './kernels';
import { addDiagonal, createSquareMatrix, type SquareMatrix } from './square-matrix';

/**
 * What is fitted. `next` predicts the events that follow; `local` predicts each item from the others around it.
 * `decay` weighs the places in training; `lambda` is the ridge penalty.
 */
export type WeightSettings =
  | { readonly model: 'next'; readonly decay: Decay; readonly ahead: readonly number[]; readonly lambda: number }
  | { readonly model: 'local'; readonly decay: Decay; readonly lambda: number };

/** Items with fewer users than this are left to `neighbours.ts`. */
export const MIN_ITEM_USERS = 5;

/**
 * Weights among the dense items, in single precision: `values[target * n + source]`, n the length of `items`.
 * `items` are places in `itemIds`, ascending.
 */
export interface ItemWeights {
  readonly items: Int32Array;
  readonly values: Float32Array;
}

/** Chooses the `cap` most used items with at least MIN_ITEM_USERS users; ties by item id; ascending. */
export function chooseDenseItems(histories: Histories, cap: number): Int32Array {
  const used = histories.itemUsers;
  const candidates = Array.from(used, (_, item) => item).filter((item) => (used[item] ?? 0) >= MIN_ITEM_USERS);
  candidates.sort((a, b) => (used[b] ?? 0) - (used[a] ?? 0) || a - b);
  return Int32Array.from(candidates.slice(0, cap)).sort();
}

/** Creates the kernel that the settings ask for. */
export function createKernel(settings: WeightSettings): Kernel {
  return settings.model === 'next'
    ? createNextKernel(settings.decay, settings.ahead)
    : createLocalKernel(settings.decay);
}

/**
 * Fits the weights. An item is predicted by how much it counts where the histories have weights: `next` weighs each
 * event that follows, `local` each item by its mean.
 * Takes 7/6 n³ products (about 25 s at n = 3,500, 75 s at 5,000) and 16 n² bytes on the way.
 *
 * @param items  as `chooseDenseItems` gives them; may be empty
 */
export function fitItemWeights(histories: Histories, items: Int32Array, settings: WeightSettings): ItemWeights {
  const gram = createSquareMatrix(items.length);
  const rows = createSquareMatrix(items.length);
  accumulate({ histories, items, settings, gram, rows });
  addDiagonal(gram, settings.lambda);
  factorise(gram);
  if (settings.model === 'local') addDiagonal(rows, 1);
  solveRows(gram, rows);
  if (settings.model === 'next') return { items, values: copyRows(rows) };
  return { items, values: divideByDiagonal(rows, meanWeights(histories, items)) };
}

interface Accumulation {
  readonly histories: Histories;
  readonly items: Int32Array;
  readonly settings: WeightSettings;
  /** Takes the lower triangle. */
  readonly gram: SquareMatrix;
  /** Takes, for `next`, target by source. */
  readonly rows: SquareMatrix;
}

function accumulate({ histories, items, settings, gram, rows }: Accumulation): void {
  const kernel = createKernel(settings);
  const denseOf = new Int32Array(histories.itemIds.length).fill(-1);
  items.forEach((item, dense) => {
    denseOf[item] = dense;
  });
  for (let user = 0; user < histories.userIds.length; user++) {
    const history = historyOf(histories, user).subarray(-MAX_HISTORY);
    const dense = history.map((item) => denseOf[item] ?? -1);
    addGram(gram, dense, kernel);
    if (settings.model === 'next') addTargets(rows, dense, kernel, weightsOf(histories, user)?.subarray(-MAX_HISTORY));
  }
}

function addGram({ data, stride }: SquareMatrix, dense: Int32Array, kernel: Kernel): void {
  for (let newer = 0; newer < dense.length; newer++) {
    const b = dense[newer] ?? -1;
    if (b < 0) continue;
    for (let older = 0; older <= newer; older++) {
      const a = dense[older] ?? -1;
      if (a < 0) continue;
      const at = a > b ? a * stride + b : b * stride + a;
      data[at] = (data[at] ?? 0) + kernel.same(older, newer, dense.length);
    }
  }
}

function addTargets(
  { data, stride }: SquareMatrix,
  dense: Int32Array,
  kernel: Kernel,
  weights: Float32Array | undefined,
): void {
  for (let target = 1; target < dense.length; target++) {
    const row = dense[target] ?? -1;
    if (row < 0) continue;
    const weight = weights?.[target] ?? 1;
    for (let source = 0; source < target; source++) {
      const column = dense[source] ?? -1;
      if (column < 0) continue;
      data[row * stride + column] = (data[row * stride + column] ?? 0) + weight * kernel.toward(source, target);
    }
  }
}

/** Copies to single precision; an item says nothing about itself. */
function copyRows({ size, stride, data }: SquareMatrix): Float32Array {
  const values = new Float32Array(size * size);
  for (let row = 0; row < size; row++) {
    values.set(data.subarray(row * stride, row * stride + size), row * size);
    values[row * size + row] = 0;
  }
  return values;
}

function meanWeights(histories: Histories, items: Int32Array): Float64Array {
  return Float64Array.from(items, (item) => (histories.itemWeights[item] ?? 0) / (histories.itemUsers[item] ?? 1));
}

/** Computes EASE^R's weights −P(i, j) / P(j, j) from the inverse P, which is symmetric; `factors` for each row. */
function divideByDiagonal({ size, stride, data }: SquareMatrix, factors: Float64Array): Float32Array {
  const values = new Float32Array(size * size);
  for (let row = 0; row < size; row++) {
    const scale = -(factors[row] ?? 1) / (data[row * stride + row] ?? 1);
    for (let column = 0; column < size; column++) {
      values[row * size + column] = (data[row * stride + column] ?? 0) * scale;
    }
    values[row * size + row] = 0;
  }
  return values;
}

/** Turns target-by-source values into source-by-target, or back. */
export function transposeSquare(values: Float32Array, size: number): Float32Array {
  const BLOCK = 32;
  const turned = new Float32Array(values.length);
  for (let top = 0; top < size; top += BLOCK) {
    for (let left = 0; left < size; left += BLOCK) {
      for (let row = top; row < Math.min(size, top + BLOCK); row++) {
        for (let column = left; column < Math.min(size, left + BLOCK); column++) {
          turned[column * size + row] = values[row * size + column] ?? 0;
        }
      }
    }
  }
  return turned;
}
