import type { Recommender } from '../../../src/local/recommender/recipe';
import { recipe } from '../../../src/local/recommender/recipes/user-personalization';
import { createData, createTable, generateShop, logEvents, type ShopEvent } from './shop';

const NEWEST = 1_600_014_199;
const DAY = 86_400;
const shop = generateShop(200, 240, 15);
const events = shop.rows.map(([user, item, time]): ShopEvent => ({ user, item, time }));
const users = Array.from({ length: 400 }, (_, user) => `visitor${user}`);

function openWith(fresh: readonly string[], more: readonly ShopEvent[] = [], seed = 1): Recommender {
  const sold = Array.from({ length: 240 }, (_, item) => ({ id: `i${item}`, group: '', created: NEWEST - 900 * DAY }));
  const items = createTable([...sold, ...fresh.map((id) => ({ id, group: '', created: NEWEST - 10 * DAY }))]);
  return recipe.open(recipe.train(createData(logEvents([...events, ...more]), items, { seed })).parts);
}

/** Counts over all users how many places of their lists each item has. */
function countPlaces(
  recommender: Recommender,
  wish: { weight?: number; days?: number } = {},
): ReadonlyMap<string, number> {
  const exploration = { weight: wish.weight ?? 0.3, ageCutOffDays: wish.days ?? 30, seed: 5 };
  const counts = new Map<string, number>();
  for (const userId of users) {
    for (const item of recommender.recommend({ userId }, { count: 10, exploration }).items) {
      counts.set(item, (counts.get(item) ?? 0) + 1);
    }
  }
  return counts;
}

function wishOf(weight: number, seed = 5) {
  return { weight, ageCutOffDays: 30, seed };
}

function countFresh(recommender: Recommender, wish: { weight?: number; days?: number }): number {
  const counts = countPlaces(recommender, wish);
  return [...counts].reduce((sum, [item, count]) => sum + (item.startsWith('new') ? count : 0), 0);
}

describe('exploration', () => {
  const fresh = Array.from({ length: 40 }, (_, item) => `new${item}`);
  const recommender = openWith(fresh);

  it('gives new items half of the weight as their share of a list, on average over users', () => {
    const places = users.length * 10;
    expect(countFresh(recommender, { weight: 0.3 }) / places).toBeCloseTo(0.15, 2);
    expect(countFresh(recommender, { weight: 1 }) / places).toBeCloseTo(0.5, 2);
    expect(countFresh(recommender, { weight: 0 })).toBe(0);
  });

  it('tries no item that is older than the cut-off', () => {
    expect(countFresh(recommender, { days: 9.9 })).toBe(0);
    expect(countFresh(recommender, { days: 10.1 })).toBeGreaterThan(0);
  });

  it('tries each of the new items with somebody, and the same again for the same seed', () => {
    const counts = countPlaces(recommender);
    expect(fresh.filter((item) => !counts.has(item))).toEqual([]);
    const wish = { count: 10, exploration: { weight: 0.3, ageCutOffDays: 30, seed: 5 } };
    const other = { count: 10, exploration: { weight: 0.3, ageCutOffDays: 30, seed: 6 } };
    const lists = users.map((userId) => recommender.recommend({ userId }, wish));
    expect(users.map((userId) => recommender.recommend({ userId }, wish))).toEqual(lists);
    expect(users.map((userId) => recommender.recommend({ userId }, other))).not.toEqual(lists);
  });

  it('tries nothing that the user has, and tries it with others', () => {
    const own = openWith(fresh, [{ user: 'u5', item: 'new0', time: NEWEST }]);
    const isTried = (userId: string, seed: number): boolean =>
      own.recommend({ userId }, { count: 10, exploration: wishOf(1, seed) }).items.includes('new0');
    const seeds = Array.from({ length: 60 }, (_, seed) => seed);
    expect(own.recommend({ userId: 'u5' }, { count: 300, exploration: wishOf(0) }).items).toContain('new0');
    expect(seeds.filter((seed) => isTried('u5', seed))).toEqual([]);
    expect(seeds.filter((seed) => isTried('u6', seed)).length).toBeGreaterThan(3);
  });

  it('tries no item that is not allowed', () => {
    const allowed = Uint8Array.from(recommender.itemIds, (id) => (id.startsWith('new') ? 0 : 1));
    const exploration = { weight: 1, ageCutOffDays: 30, seed: 5 };
    const lists = users.map((userId) => recommender.recommend({ userId }, { count: 10, exploration, allowed }).items);
    expect(lists.flat().filter((item) => item.startsWith('new'))).toEqual([]);
  });

  it('keeps lists at their length and scores in descending order', () => {
    const exploration = { weight: 1, ageCutOffDays: 30, seed: 5 };
    for (const userId of users.slice(0, 50)) {
      const { items, scores = [] } = recommender.recommend({ userId }, { count: 10, exploration });
      expect(new Set(items).size).toBe(10);
      expect([...scores].sort((a, b) => b - a)).toEqual(scores);
    }
  });
});

describe('exploration with impressions', () => {
  const show = (count: number, impression: readonly string[]): readonly ShopEvent[] =>
    Array.from({ length: count }, (_, at) => {
      return { user: `u${at % 200}`, item: `i${at % 4}`, time: NEWEST, facts: { impression } };
    });

  it('tries items less the more often they were shown and not taken', () => {
    const recommender = openWith(
      ['never', 'seldom', 'often'],
      [...show(10, ['i0', 'seldom']), ...show(400, ['i0', 'i1', 'i2', 'i3', 'often'])],
    );
    const counts = countPlaces(recommender);
    const [never = 0, seldom = 0, often = 0] = ['never', 'seldom', 'often'].map((item) => counts.get(item));
    expect(never).toBeGreaterThan(1.5 * often);
    expect(seldom).toBeGreaterThan(often);
    expect(never).toBeGreaterThan(seldom);
  });

  it('tries items more that were taken when they were shown', () => {
    const taken = Array.from({ length: 4 }, (_, at) => {
      return { user: `u${at}`, item: 'taken', time: NEWEST, facts: { impression: ['taken', 'ignored'] } };
    });
    const recommender = openWith(['taken', 'ignored'], [...taken, ...show(60, ['i0', 'i1', 'i2', 'i3'])]);
    const counts = countPlaces(recommender);
    expect(counts.get('taken')).toBeGreaterThan(counts.get('ignored') ?? 0);
  });

  it('does not train with impressions', () => {
    const plain = openWith(['never'], show(50, []));
    const shown = openWith(['never'], show(50, ['i7', 'i9']));
    const wish = { count: 20, exploration: { weight: 0, ageCutOffDays: 30, seed: 5 } };
    for (const userId of ['u1', 'u2', 'nobody']) {
      expect(shown.recommend({ userId }, wish)).toEqual(plain.recommend({ userId }, wish));
    }
  });
});
