/** What an e-mail shows of what was recommended, by the rules of `content.show`. */
import fc from 'fast-check';
import type { Item } from '../../src/job/people';
import { chooseItems, type SlateCase } from '../../src/job/slate';

const NOW = Date.UTC(2026, 2, 2);
const DAY = 86_400_000;
const item = (itemId: string, more: Partial<Item> = {}): Item => ({
  itemId,
  title: itemId,
  categories: [],
  attributes: {},
  ...more,
});

const CATALOGUE = new Map(
  [
    item('a', { stock: 3, price: 10, categories: ['tea'], createdAt: '2026-02-20T00:00:00Z' }),
    item('b', { stock: 0, price: 20 }),
    item('c', { price: 30, categories: ['tea', 'gift'], attributes: { brand: 'Kuma' } }),
    item('d', { stock: 1, categories: ['tea'], createdAt: '2025-01-01T00:00:00Z' }),
    item('e', { stock: 1, price: 5, categories: ['gift'], attributes: { brand: 'Kuma' } }),
    item('p', { stock: 9 }),
    item('q', { stock: 9 }),
  ].map((one) => [one.itemId, one]),
);

const RULES = { items: 3, min: 1, inStock: true };

function choose(part: Partial<SlateCase>) {
  const { items, ...rest } = chooseItems({
    slate: [],
    fallback: [],
    findItem: (itemId) => CATALOGUE.get(itemId),
    show: RULES,
    now: NOW,
    ...part,
  });
  return { ids: items.map(({ itemId }) => itemId), ...rest };
}

describe('chooseItems', () => {
  it('shows the slate as it is where all of it can be bought', () => {
    expect(choose({ slate: ['c', 'a', 'd', 'e'] })).toEqual({ ids: ['c', 'a', 'd'], fromFallback: 0, skipped: {} });
  });

  it('fills the gaps of sold-out and unknown items from the spare, then from the fallback', () => {
    expect(choose({ slate: ['b', 'gone', 'a', 'd'], fallback: ['a', 'b', 'p', 'q'] })).toEqual({
      ids: ['a', 'd', 'p'],
      fromFallback: 1,
      skipped: { unknown: 1, sold_out: 1 },
    });
  });

  it('shows sold-out items where the job does not mind', () => {
    expect(choose({ slate: ['b', 'a'], show: { ...RULES, inStock: false } }).ids).toEqual(['b', 'a']);
  });

  it('leaves out what is too cheap or too dear, and what has no price', () => {
    const show = { ...RULES, minPrice: 6, maxPrice: 29 };
    expect(choose({ slate: ['e', 'c', 'p', 'a'], show })).toMatchObject({
      ids: ['a'],
      skipped: { too_cheap: 2, too_dear: 1 },
    });
  });

  it('leaves out what is too old, and what has no date', () => {
    const show = { ...RULES, maxAge: (30 * DAY) as NonNullable<SlateCase['show']['maxAge']> };
    expect(choose({ slate: ['d', 'c', 'a'], show })).toMatchObject({ ids: ['a'], skipped: { too_old: 2 } });
  });

  it('leaves out what was bought or shown, in the slate and in the fallback', () => {
    const avoid = { bought: new Set(['a', 'p']), shown: new Set(['c']) };
    expect(choose({ slate: ['a', 'c', 'd'], fallback: ['p', 'q'], avoid })).toEqual({
      ids: ['d', 'q'],
      fromFallback: 1,
      skipped: { bought: 1, shown_before: 1 },
    });
  });

  it('lets only so many share a category; one of several categories counts for each', () => {
    const show = { ...RULES, items: 4, maxPer: { category: 1 } };
    expect(choose({ slate: ['c', 'a', 'e', 'p', 'q'], show })).toMatchObject({
      ids: ['c', 'p', 'q'],
      skipped: { too_many_alike: 2 },
    });
  });

  it('lets only so many share the value of an attribute; who has none is not counted', () => {
    const show = { ...RULES, items: 4, maxPer: { brand: 1 } };
    expect(choose({ slate: ['c', 'e', 'a', 'd'], show }).ids).toEqual(['c', 'a', 'd']);
  });

  it('excludes a recipient for whom nothing remains, or less than the least', () => {
    expect(choose({ slate: ['b', 'gone'] })).toMatchObject({ ids: [], excluded: 'no_recommendations' });
    expect(choose({ slate: ['a'], fallback: ['p'], show: { ...RULES, min: 3 } })).toMatchObject({
      ids: ['a', 'p'],
      excluded: 'too_few_items',
    });
  });

  it('never shows an item twice, one that a rule forbids, or more than asked for, and keeps the order', () => {
    const ids = fc.array(fc.constantFrom(...'abcdepqxyz'), { maxLength: 12 });
    const sets = fc.record({ bought: ids, shown: ids });
    fc.assert(
      fc.property(ids, ids, sets, fc.integer({ min: 1, max: 8 }), (slate, fallback, avoided, items) => {
        const avoid = { bought: new Set(avoided.bought), shown: new Set(avoided.shown) };
        const chosen = choose({ slate, fallback, avoid, show: { ...RULES, items } });
        const all = [...new Set([...slate, ...fallback])].filter(
          (id) => CATALOGUE.has(id) && id !== 'b' && !avoid.bought.has(id) && !avoid.shown.has(id),
        );
        expect(chosen.ids).toEqual(all.slice(0, items));
        expect(chosen.excluded === undefined).toBe(chosen.ids.length > 0);
      }),
    );
  });
});
