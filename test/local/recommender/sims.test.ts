import fc from 'fast-check';
import { recipe } from '../../../src/local/recommender/recipes/sims';
import { findRange } from '../../../src/local/recommender/related/percentiles';
import { createData, rowsOf, wish } from './related-tables';
import { generateShop, shuffled } from './shop';

const shop = generateShop(200, 240, 15);
/** Neither users nor items are left out, so that a test sees one hyperparameter at a time. */
const ALL = {
  min_user_history_length_percentile: '0',
  max_user_history_length_percentile: '1',
  min_item_interaction_count_percentile: '0',
  max_item_interaction_count_percentile: '1',
};

function relate(
  rows: Parameters<typeof createData>[0],
  itemId: string,
  settings: Readonly<Record<string, string>>,
  count = 3,
): readonly string[] {
  const recommender = recipe.open(recipe.train(createData(rows, undefined, { ...ALL, ...settings })).parts);
  return recommender.recommend({ itemId }, wish(count)).items;
}

/** `a` and `rare` meet 4 times, which are all of rare's; `a` and `star` 6 times, of star's 40. */
const STAR = rowsOf([
  ...Array.from({ length: 4 }, () => ['a', 'rare', 'star']),
  ...Array.from({ length: 2 }, () => ['a', 'star']),
  ...Array.from({ length: 34 }, () => ['star', 'other']),
  ...Array.from({ length: 30 }, () => ['other', 'lonely']),
]);

describe('aws-sims', () => {
  it('lists items of the same taste at least 1.5 times as often as the best sellers do', () => {
    const recommender = recipe.open(recipe.train(createData(shop.rows)).parts);
    const share = (asked: (item: number) => string): number => {
      const lists = Array.from({ length: 40 }, (_, item) => {
        const { items } = recommender.recommend({ itemId: asked(item + 40) }, wish(10));
        return items.filter((id) => Number(id.slice(1)) % 4 === item % 4).length;
      });
      return lists.reduce((sum, count) => sum + count, 0);
    };
    expect(share((item) => `i${item}`)).toBeGreaterThan(1.5 * share(() => 'unknown'));
  });

  it('lists the most popular items whatever is asked for at popularity_discount_factor 0', () => {
    expect(relate(STAR, 'a', { popularity_discount_factor: '0' })).toEqual(['other', 'star', 'lonely']);
  });

  it('lists the item that is met oftener than by chance first at 1, and the popular one below', () => {
    expect(relate(STAR, 'a', { popularity_discount_factor: '1' })).toEqual(['rare', 'star', 'other']);
    expect(relate(STAR, 'a', { popularity_discount_factor: '0.2' })[0]).toBe('star');
  });

  it('relates only what at least min_cointeraction_count users have both', () => {
    const settings = { popularity_discount_factor: '1' };
    expect(relate(STAR, 'a', { ...settings, min_cointeraction_count: '4' })[0]).toBe('rare');
    expect(relate(STAR, 'a', { ...settings, min_cointeraction_count: '5' })[0]).toBe('star');
    expect(relate(STAR, 'a', { ...settings, min_cointeraction_count: '7' })[0]).toBe('other');
  });

  it('leaves out items above and below their percentiles', () => {
    const settings = { popularity_discount_factor: '1', min_cointeraction_count: '1' };
    expect(relate(STAR, 'a', { ...settings, max_item_interaction_count_percentile: '0.6' })[0]).toBe('rare');
    expect(relate(STAR, 'a', { ...settings, min_item_interaction_count_percentile: '0.2' })[0]).toBe('star');
  });

  it('leaves out users above and below their percentiles', () => {
    const rows = rowsOf([
      ...Array.from({ length: 10 }, () => ['a', 'b']),
      ...Array.from({ length: 4 }, () => ['a', 'c', 'd', 'e']),
      ...Array.from({ length: 30 }, (_, at) => ['x', `y${at}`, 'z']),
    ]);
    const settings = { popularity_discount_factor: '1', min_cointeraction_count: '3' };
    expect(relate(rows, 'a', settings, 4).slice().sort()).toEqual(['b', 'c', 'd', 'e']);
    expect(relate(rows, 'a', { ...settings, max_user_history_length_percentile: '0.9' }, 4)[0]).toBe('b');
    expect(
      relate(rows, 'a', { ...settings, min_user_history_length_percentile: '0.3' }, 3)
        .slice()
        .sort(),
    ).toEqual(['c', 'd', 'e']);
  });

  it('answers with popular items where the item is not known, and never with the item itself', () => {
    const owners = new Map<string, Set<string>>();
    for (const [user, item] of shop.rows) owners.set(item, (owners.get(item) ?? new Set()).add(user));
    const recommender = recipe.open(recipe.train(createData(shop.rows)).parts);
    const popular = recommender.recommend({ itemId: 'unknown' }, wish(5));
    expect(popular).not.toHaveProperty('scores');
    expect(popular.items.map((item) => owners.get(item)?.size)).toEqual(
      [...owners.values()]
        .map((users) => users.size)
        .sort((a, b) => b - a)
        .slice(0, 5),
    );
    expect(recommender.recommend({ itemId: 'i4' }, wish(500)).items).not.toContain('i4');
  });

  it('lists every allowed item but its own, once', () => {
    const recommender = recipe.open(recipe.train(createData(shop.rows)).parts);
    fc.assert(
      fc.property(
        fc.nat({ max: 239 }),
        fc.uint8Array({ minLength: recommender.itemIds.length, maxLength: recommender.itemIds.length, max: 1 }),
        (item, allowed) => {
          const { items } = recommender.recommend({ itemId: `i${item}` }, wish(1000, { allowed }));
          const expected = recommender.itemIds.filter((id, place) => allowed[place] === 1 && id !== `i${item}`);
          expect([...items].sort()).toEqual([...expected].sort());
        },
      ),
      { numRuns: 50 },
    );
  });

  it('gives the same model for the same rows in another order', () => {
    const training = recipe.train(createData(shop.rows));
    fc.assert(
      fc.property(fc.nat(), (seed) => {
        expect(recipe.train(createData(shuffled(shop.rows, seed)))).toEqual(training);
      }),
      { numRuns: 5 },
    );
  });

  it('names the metrics of its family', () => {
    const { metrics } = recipe.train(createData(shop.rows));
    expect(Object.keys(metrics).filter((name) => /_at_25$|coverage/.test(name))).toEqual([
      'coverage',
      'mean_reciprocal_rank_at_25',
      'normalized_discounted_cumulative_gain_at_25',
      'precision_at_25',
    ]);
  });
});

describe('the range between two percentiles', () => {
  const counts = Int32Array.from({ length: 21 }, (_, at) => at);

  it('leaves out the bottom and top 5 % of 20 counts, and no count of 0 is looked at', () => {
    expect(findRange(counts, 0.05, 0.95)).toEqual({ least: 2, most: 19 });
  });

  it('leaves out nothing at 0 and 1', () => {
    expect(findRange(counts, 0, 1)).toEqual({ least: 1, most: 20 });
  });
});
