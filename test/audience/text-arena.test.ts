import fc from 'fast-check';
import { compareBytes } from '../../src/audience/byte-order';
import { compareLines } from '../../src/audience/rows';
import { TextArena } from '../../src/audience/text-arena';
import type { TextOrder } from '../../src/audience/text-order';

const COMPARE: Readonly<Record<TextOrder, (a: string, b: string) => number>> = {
  bytes: compareBytes,
  units: compareLines,
};
const unit = fc.constantFrom('a', 'b', '0', '-', 'é', '\uE000', '\uFFFD', 'Ａ', '😀', '\u{10FFFF}', '\t', '\u0001');
const text = fc.oneof(
  fc.array(unit, { maxLength: 16 }).map((units) => units.join('')),
  fc.integer({ min: 0, max: 2_000 }).map(String),
);
const lists = fc.tuple(fc.constantFrom('', 'user-', '😀'), fc.array(text, { maxLength: 300 }));

function textsOf(arena: TextArena, places: Iterable<number>): readonly string[] {
  return Array.from(places, (place) => {
    const { bytes, start, end } = arena.textAt(place);
    return Buffer.from(bytes.subarray(start, end)).toString('utf8');
  });
}

describe.each(['bytes', 'units'] as const)('an arena in the order of %s', (order) => {
  it('sorts as comparing would, and keeps the order of equals', () => {
    const arena = new TextArena();
    fc.assert(
      fc.property(lists, ([prefix, ends]) => {
        const texts = ends.map((end) => prefix + end);
        arena.clear();
        for (const one of texts) arena.add(one);
        const places = [...texts.keys()];
        const sorted = places.toSorted((a, b) => COMPARE[order](texts[a] ?? '', texts[b] ?? '') || a - b);
        const found = [...arena.sort(order)];
        expect(found).toEqual(sorted);
        expect(textsOf(arena, found)).toEqual(sorted.map((place) => texts[place]));
      }),
    );
  });
});

it('an arena grows, and tells what it holds', () => {
  const arena = new TextArena();
  const texts = Array.from({ length: 3000 }, (_, n) => `${'é'.repeat(n % 100)}${n}`);
  for (const one of texts) arena.add(one);
  expect(arena.count).toBe(3000);
  expect(arena.size).toBe(Buffer.byteLength(texts.join('')));
  expect(textsOf(arena, texts.keys())).toEqual(texts);
  expect(arena.isSame(7, 7)).toBe(true);
  expect(arena.isSame(7, 107)).toBe(false);
});
