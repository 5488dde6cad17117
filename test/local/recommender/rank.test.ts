import fc from 'fast-check';
import { selectTop } from '../../../src/local/recommender/rank';

describe('selectTop', () => {
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
