/** Keeps the sources of a merge in a binary heap: the one whose value comes first stands at the root, index 0. */

export type Compare<T> = (a: T, b: T) => number;

export function pushHead<H>(heap: H[], head: H, order: Compare<H>): void {
  let index = heap.push(head) - 1;
  while (index > 0) {
    const parent = (index - 1) >> 1;
    const above = heap[parent];
    if (above === undefined || order(head, above) >= 0) break;
    heap[index] = above;
    index = parent;
  }
  heap[index] = head;
}

export function removeRoot<H>(heap: H[], order: Compare<H>): void {
  const last = heap.pop();
  if (last !== undefined && heap.length > 0) sinkRoot(heap, last, order);
}

/** Puts a head at the root and lets it sink to its place. */
export function sinkRoot<H>(heap: H[], head: H, order: Compare<H>): void {
  let index = 0;
  while (true) {
    const left = heap[2 * index + 1];
    if (left === undefined) break;
    const right = heap[2 * index + 2];
    const goRight = right !== undefined && order(right, left) < 0;
    const child = goRight ? right : left;
    if (order(head, child) <= 0) break;
    heap[index] = child;
    index = 2 * index + (goRight ? 2 : 1);
  }
  heap[index] = head;
}
