/** Sorts millions of scores without comparing them: radix sort by digits of 16 bits, least first (Knuth 5.2.5). */

const DIGITS = 4;
const RADIX = 1 << 16;
/** Where the least digit of a number lies in memory, and in which direction the others follow. */
const [LEAST, STEP] = new Uint16Array(Uint8Array.of(1, 0).buffer)[0] === 1 ? [0, 1] : [3, -1];

/**
 * Gives the places of the values, greatest value first, equal values by ascending place; those of NaN and −Infinity are
 * left out. O(n), with 24 bytes of memory for each value.
 */
export function sortDescending(values: Float64Array): Int32Array {
  const digits = toDigits(values);
  let order = listRanked(values);
  let other = new Int32Array(order.length);
  for (let digit = 0; digit < DIGITS; digit++) {
    const at = LEAST + STEP * digit;
    const starts = findStarts(order, digits, at);
    if (starts === undefined) continue;
    for (let rank = 0; rank < order.length; rank++) {
      const place = order[rank] ?? 0;
      const key = digits[place * DIGITS + at] ?? 0;
      const to = starts[key] ?? 0;
      other[to] = place;
      starts[key] = to + 1;
    }
    [order, other] = [other, order];
  }
  return order;
}

function listRanked(values: Float64Array): Int32Array<ArrayBuffer> {
  const places = new Int32Array(values.length);
  let count = 0;
  for (let place = 0; place < values.length; place++) {
    if ((values[place] ?? 0) > Number.NEGATIVE_INFINITY) places[count++] = place;
  }
  return places.slice(0, count);
}

/** Turns values into numbers without a sign that ascend as the values descend: IEEE 754 orders numbers of one sign. */
function toDigits(values: Float64Array): Uint16Array {
  // −0 + 0 is 0, which equals it.
  const digits = new Uint16Array(values.map((value) => value + 0).buffer);
  const top = LEAST + STEP * (DIGITS - 1);
  for (let from = 0; from < digits.length; from += DIGITS) {
    const isNegative = ((digits[from + top] ?? 0) & 0x8000) !== 0;
    if (isNegative) continue;
    for (let at = from; at < from + DIGITS; at++) digits[at] = ~(digits[at] ?? 0);
    digits[from + top] = (digits[from + top] ?? 0) & 0x7fff;
  }
  return digits;
}

/** Finds where the places of each key begin; undefined where all have the same key. */
function findStarts(order: Int32Array, digits: Uint16Array, at: number): Int32Array | undefined {
  const starts = new Int32Array(RADIX);
  for (let rank = 0; rank < order.length; rank++) {
    const key = digits[(order[rank] ?? 0) * DIGITS + at] ?? 0;
    starts[key] = (starts[key] ?? 0) + 1;
  }
  if (starts.includes(order.length)) return undefined;
  let next = 0;
  for (let key = 0; key < RADIX; key++) {
    const count = starts[key] ?? 0;
    starts[key] = next;
    next += count;
  }
  return starts;
}
