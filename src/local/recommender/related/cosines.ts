/** Computes the cosines of every item's vector with all others, a few items at a time. */
import type { ItemVectors } from '../text/item-vectors';

/** Items whose cosines are computed together: the products of a tile stay in registers. */
const TILE = 4;

/**
 * Lists the cosines of every item in turn to all items; undefined for those that are not asked for. What is listed is
 * overwritten when the next is taken, and may be changed until then.
 * Takes n² · depth products, about 10⁹ a second, always in the same order of additions.
 *
 * @param isAsked  1 for each item whose cosines are wanted; all where undefined
 */
export function* listCosines(vectors: ItemVectors, isAsked?: Uint8Array): Generator<Float64Array | undefined, void> {
  const count = countVectors(vectors);
  const rows = Array.from({ length: TILE }, () => new Float64Array(count));
  for (let item = 0; item < count; item++) {
    const first = item - (item % TILE);
    const isTileAsked = isAsked === undefined || isAsked.subarray(first, first + TILE).includes(1);
    if (item === first && isTileAsked) fillRows(vectors, first, rows);
    yield isAsked?.[item] === 0 ? undefined : rows[item - first];
  }
}

/** Counts the vectors. */
export function countVectors({ depth, values }: ItemVectors): number {
  return values.length / depth;
}

/** Sets the rows to the inner products of the items from `first`; past the last item, that of the last is repeated. */
function fillRows({ depth, values }: ItemVectors, first: number, rows: readonly Float64Array[]): void {
  const last = values.length - depth;
  const [a = 0, b = 0, c = 0, d = 0] = rows.map((_, at) => Math.min(last, (first + at) * depth));
  const [ra = EMPTY, rb = EMPTY, rc = EMPTY, rd = EMPTY] = rows;
  for (let column = 0; column < ra.length; column++) {
    let [pa, pb, pc, pd] = [0, 0, 0, 0];
    const at = column * depth;
    for (let k = 0; k < depth; k++) {
      const value = values[at + k] ?? 0;
      pa += value * (values[a + k] ?? 0);
      pb += value * (values[b + k] ?? 0);
      pc += value * (values[c + k] ?? 0);
      pd += value * (values[d + k] ?? 0);
    }
    ra[column] = pa;
    rb[column] = pb;
    rc[column] = pc;
    rd[column] = pd;
  }
}

const EMPTY = new Float64Array(0);
