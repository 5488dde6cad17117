import fc from 'fast-check';
import type { Item } from '../../src/job/people';
import { chooseItems, type SlateCase } from '../../src/job/slate';

const item = (itemId: string, stock?: number): Item => ({
  itemId,
  title: itemId,
  categories: [],
  attributes: {},
  ...(stock === undefined ? {} : { stock }),
});

const CATALOGUE = new Map(
  [item('a', 3), item('b', 0), item('c'), item('d', 1), item('e', 1), item('p', 9), item('q', 9)].map((one) => [
    one.itemId,
    one,
  ]),
);

function choose(part: Partial<SlateCase>) {
  const { items, ...rest } = chooseItems({
    slate: [],
    spare: [],
    fallback: [],
    findItem: (itemId) => CATALOGUE.get(itemId),
    show: { items: 3, inStock: true },
    ...part,
  });
  return { ids: items.map(({ itemId }) => itemId), ...rest };
}

describe('chooseItems', () => {
  it('shows the slate as it is where all of it can be bought', () => {
    expect(choose({ slate: ['c', 'a', 'd'], spare: ['e'] })).toEqual({
      ids: ['c', 'a', 'd'],
      fromFallback: 0,
      unknown: 0,
      soldOut: 0,
    });
  });

  it('fills the gaps of sold-out and unknown items from the spare, then from the fallback', () => {
    expect(choose({ slate: ['b', 'gone', 'a'], spare: ['d'], fallback: ['a', 'b', 'p', 'q'] })).toEqual({
      ids: ['a', 'd', 'p'],
      fromFallback: 1,
      unknown: 1,
      soldOut: 1,
    });
  });

  it('shows sold-out items where the job does not mind', () => {
    expect(choose({ slate: ['b', 'a'], show: { items: 2, inStock: false } }).ids).toEqual(['b', 'a']);
  });

  it('shows fewer items where there are no more', () => {
    expect(choose({ slate: ['a'] })).toMatchObject({ ids: ['a'], fromFallback: 0 });
  });

  it('excludes a recipient for whom nothing remains', () => {
    expect(choose({ slate: ['b', 'gone'] })).toEqual({
      ids: [],
      fromFallback: 0,
      unknown: 1,
      soldOut: 1,
      excluded: 'no_recommendations',
    });
  });

  it('never shows an item twice, a sold-out one, or more than asked for, and keeps the order', () => {
    const ids = fc.array(fc.constantFrom(...'abcdepqxyz'), { maxLength: 12 });
    fc.assert(
      fc.property(ids, ids, ids, fc.integer({ min: 1, max: 8 }), (slate, spare, fallback, items) => {
        const chosen = choose({ slate, spare, fallback, show: { items, inStock: true } });
        const all = [...new Set([...slate, ...spare, ...fallback])].filter((id) => CATALOGUE.has(id) && id !== 'b');
        expect(chosen.ids).toEqual(all.slice(0, items));
        expect(chosen.excluded === undefined).toBe(chosen.ids.length > 0);
      }),
    );
  });
});
