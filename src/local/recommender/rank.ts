/** Selects the best of many scores, ties by place. */
import { sortDescending } from './radix-sort';

/** From this share of the values on, sorting them all is faster than keeping the best in a heap. */
const SORTED_SHARE = 1 / 8;
/** Values of which so few are sorted are sorted by comparing them. */
const LEAST_SORTED = 1 << 12;

/**
 * Selects the places of the `count` greatest values, greatest first; equal values by ascending place.
 * Where places follow ids in byte order, so do ties. O(n log count), and O(n) where most are wanted. NaN and
 * values of −Infinity are never selected.
 */
export function selectTop(values: Float64Array, count: number): Int32Array {
  const heap = new Int32Array(Math.max(0, Math.min(count, values.length)));
  let size = 0;
  let threshold = Number.NEGATIVE_INFINITY;
  if (heap.length === 0) return heap;
  if (heap.length >= LEAST_SORTED && heap.length >= values.length * SORTED_SHARE) {
    return sortDescending(values).subarray(0, heap.length);
  }
  for (let place = 0; place < values.length; place++) {
    const value = values[place] ?? threshold;
    if (!(value > threshold)) continue;
    if (size < heap.length) {
      heap[size] = place;
      siftUp(heap, size++, values);
    } else {
      heap[0] = place;
      siftDown(heap, size, values);
    }
    if (size === heap.length) threshold = values[heap[0] ?? 0] ?? threshold;
  }
  return heap.subarray(0, size).sort((a, b) => (values[b] ?? 0) - (values[a] ?? 0) || a - b);
}

/** Tells whether `a` ranks behind `b`: the heap keeps the one that ranks last on top. */
function isBehind(values: Float64Array, a: number, b: number): boolean {
  const x = values[a] ?? 0;
  const y = values[b] ?? 0;
  return x < y || (x === y && a > b);
}

function siftUp(heap: Int32Array, from: number, values: Float64Array): void {
  let at = from;
  while (at > 0) {
    const parent = (at - 1) >> 1;
    if (!isBehind(values, heap[at] ?? 0, heap[parent] ?? 0)) return;
    swap(heap, at, parent);
    at = parent;
  }
}

function siftDown(heap: Int32Array, size: number, values: Float64Array): void {
  let at = 0;
  for (;;) {
    let last = at;
    for (const child of [2 * at + 1, 2 * at + 2]) {
      if (child < size && isBehind(values, heap[child] ?? 0, heap[last] ?? 0)) last = child;
    }
    if (last === at) return;
    swap(heap, at, last);
    at = last;
  }
}

function swap(heap: Int32Array, a: number, b: number): void {
  const kept = heap[a] ?? 0;
  heap[a] = heap[b] ?? 0;
  heap[b] = kept;
}
