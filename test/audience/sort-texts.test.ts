import fc from 'fast-check';
import { compareBytes } from '../../src/audience/byte-order';
import { compareLines } from '../../src/audience/rows';
import { sortByText, type TextOrder } from '../../src/audience/sort-texts';

const COMPARE: Readonly<Record<TextOrder, (a: string, b: string) => number>> = {
  bytes: compareBytes,
  units: compareLines,
};
const unit = fc.constantFrom('a', 'b', '0', '-', 'é', '\uFFFD', 'Ａ', '😀', '\uD800', '\t');
const text = fc.oneof(
  fc.array(unit, { maxLength: 16 }).map((units) => units.join('')),
  fc.integer({ min: 0, max: 2_000 }).map(String),
);
const lists = fc.tuple(fc.constantFrom('', 'user-', '😀'), fc.array(text, { minLength: 60, maxLength: 300 }));

describe.each(['bytes', 'units'] as const)('sortByText in the order of %s', (order) => {
  it('sorts as comparing would, and keeps the order of equals', () => {
    fc.assert(
      fc.property(lists, ([prefix, texts]) => {
        const values = texts.map((one, place) => ({ text: prefix + one, place }));
        const compare = (a: { text: string }, b: { text: string }) => COMPARE[order](a.text, b.text);
        const sorted = sortByText(values, { textOf: (value) => value.text, order, compare });
        expect(sorted).toEqual(values.toSorted(compare));
      }),
    );
  });
});
