import fc from 'fast-check';
import { sortDescending } from '../../../src/local/recommender/radix-sort';
import { selectTop } from '../../../src/local/recommender/rank';

/** Sorts by comparing; without NaN and −Infinity. */
function sortPlainly(values: Float64Array): readonly number[] {
  return Array.from(values.keys())
    .filter((place) => (values[place] ?? 0) > Number.NEGATIVE_INFINITY)
    .sort((a, b) => ((values[a] ?? 0) === (values[b] ?? 0) ? a - b : (values[a] ?? 0) > (values[b] ?? 0) ? -1 : 1));
}

describe('sortDescending', () => {
  it('orders any numbers as comparing them does, ties by place', () => {
    const special = fc.constantFrom(0, -0, 1, Number.NaN, Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY, 5e-324);
    fc.assert(
      fc.property(fc.array(fc.oneof(fc.double(), special), { maxLength: 60 }), (list) => {
        const values = Float64Array.from(list);
        expect(Array.from(sortDescending(values))).toEqual(sortPlainly(values));
        expect(Array.from(values)).toEqual(list);
      }),
    );
  });
});

describe('selectTop', () => {
  it.each([500, 6000, 20_000, 30_000])('selects %s of 20,000 as sorting them all does', (count) => {
    const values = Float64Array.from({ length: 20_000 }, (_, place) => ((place * 7919) % 4001) / 7 - 200);
    expect(Array.from(selectTop(values, count))).toEqual(sortPlainly(values).slice(0, count));
  });

  it('equals sorting everything and cutting, ties by place', () => {
    const values = fc.array(fc.integer({ min: -3, max: 3 }), { maxLength: 60 });
    fc.assert(
      fc.property(values, fc.nat(70), (list, count) => {
        const expected = list
          .map((value, place) => ({ value, place }))
          .sort((a, b) => b.value - a.value || a.place - b.place)
          .slice(0, count)
          .map(({ place }) => place);
        expect(Array.from(selectTop(Float64Array.from(list), count))).toEqual(expected);
      }),
    );
  });

  it('never selects NaN or −Infinity', () => {
    const values = Float64Array.of(Number.NaN, -1, Number.NEGATIVE_INFINITY, 2);
    expect(Array.from(selectTop(values, 4))).toEqual([3, 1]);
  });
});
