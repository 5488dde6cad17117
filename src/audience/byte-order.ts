/** Compares texts by their UTF-8 bytes, as PostgreSQL does by COLLATE "C". */
import type { TextPlace } from './text-order';

/**
 * Compares two texts by their UTF-8 bytes, without encoding them.
 * JavaScript's own `<` compares UTF-16 units, which puts U+1F600 before U+FF21; this does not.
 *
 * @returns negative, 0 or positive; lone surrogates have no UTF-8 form and sort after all else
 */
export function compareBytes(a: string, b: string): number {
  const length = Math.min(a.length, b.length);
  for (let index = 0; index < length; index++) {
    const [unitA, unitB] = [a.charCodeAt(index), b.charCodeAt(index)];
    if (unitA !== unitB) return rankUnit(unitA) - rankUnit(unitB);
  }
  return a.length - b.length;
}

/** Moves surrogates, which stand for U+10000 and above, behind U+FFFF. */
function rankUnit(unit: number): number {
  if (unit < 0xd800) return unit;
  return unit < 0xe000 ? unit + 0x2000 : unit - 0x800;
}

/** Compares a text with the one that stands in `bytes` from `start` to `end`, both as UTF-8: negative, 0 or positive. */
export function comparePlaces(a: TextPlace, bytes: Uint8Array, start: number, end: number): number {
  const length = Math.min(a.end - a.start, end - start);
  for (let at = 0; at < length; at++) {
    const difference = (a.bytes[a.start + at] ?? 0) - (bytes[start + at] ?? 0);
    if (difference !== 0) return difference;
  }
  return a.end - a.start - (end - start);
}
