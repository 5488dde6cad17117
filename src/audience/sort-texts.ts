/** Sorts values by a text of theirs, many at a time, several times faster than by comparing: the first units that differ become numbers. */

/** `bytes` is the order of UTF-8 bytes, `units` that of UTF-16 units; they differ from U+D800 on. */
export type TextOrder = 'bytes' | 'units';

interface SortCase<T> {
  readonly textOf: (value: T) => string;
  readonly order: TextOrder;
  /** Decides among values whose texts begin alike; must agree with the order of the texts. */
  readonly compare: (a: T, b: T) => number;
}

/** A number holds a place in 2^20 values, and 33 bits of the text. */
const PLACES = 2 ** 20;
const TEXT_KEYS = 2 ** 33;
/** Units of a text that are looked at. */
const WINDOW = 12;
const FEW = 64;
const UNITS = 0x10000;

/**
 * Sorts values into a new list. Stable. Takes 8 bytes a value beside the lists.
 * What all texts have in common at their beginning is passed over, so that ids such as `user-000123` sort well too.
 */
export function sortByText<T>(values: readonly T[], { textOf, order, compare }: SortCase<T>): readonly T[] {
  if (values.length < FEW || values.length > PLACES) return values.toSorted(compare);
  const texts = values.map(textOf);
  const from = commonLength(texts);
  const { digits, base, length } = numberUnits(texts, from, order);
  const keys = new Float64Array(texts.length);
  for (let place = 0; place < texts.length; place++) {
    const text = texts[place] ?? '';
    let key = 0;
    for (let index = from; index < from + length; index++) {
      key = key * base + (index < text.length ? (digits[text.charCodeAt(index)] ?? 0) : 0);
    }
    keys[place] = key * PLACES + place;
  }
  keys.sort();
  return settle(values, keys, compare);
}

/** Puts values in the order of their keys, and those of the same key in the order of `compare`. */
function settle<T>(values: readonly T[], keys: Float64Array, compare: (a: T, b: T) => number): readonly T[] {
  const sorted: T[] = [];
  let alike: T[] = [];
  let last = -1;
  for (let index = 0; index <= keys.length; index++) {
    const packed = keys[index] ?? -1;
    const key = Math.floor(packed / PLACES);
    if (key !== last) {
      if (alike.length > 1) alike.sort(compare);
      for (const one of alike) sorted.push(one);
      alike = [];
      last = key;
    }
    const value = values[packed - key * PLACES];
    if (packed >= 0 && value !== undefined) alike.push(value);
  }
  return sorted;
}

function commonLength(texts: readonly string[]): number {
  const [first = ''] = texts;
  let length = first.length;
  for (const text of texts) {
    length = Math.min(length, text.length);
    let same = 0;
    while (same < length && text.charCodeAt(same) === first.charCodeAt(same)) same += 1;
    length = same;
  }
  return length;
}

/** Gives each unit that occurs a digit from 1 on, in order; 0 is the end of a text. `length` is how many digits a key holds. */
function numberUnits(texts: readonly string[], from: number, order: TextOrder) {
  const digits = new Uint32Array(UNITS);
  for (const text of texts) {
    const end = Math.min(text.length, from + WINDOW);
    for (let index = from; index < end; index++) digits[text.charCodeAt(index)] = 1;
  }
  let base = 1;
  const number = (unit: number) => {
    if (digits[unit] === 1) digits[unit] = base++;
  };
  const [surrogates, behind] = order === 'bytes' ? [0xd800, 0xe000] : [UNITS, UNITS];
  for (let unit = 0; unit < surrogates; unit++) number(unit);
  for (let unit = behind; unit < UNITS; unit++) number(unit);
  for (let unit = surrogates; unit < behind; unit++) number(unit);
  let length = 1;
  while (length < WINDOW && base ** (length + 1) <= TEXT_KEYS) length += 1;
  return { digits, base, length };
}
