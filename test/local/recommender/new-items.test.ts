import type { ItemTable, Recommender } from '../../../src/local/recommender/recipe';
import { recipe } from '../../../src/local/recommender/recipes/user-personalization';
import { createData, createTable, generateShop, logEvents, type ShopEvent } from './shop';

const shop = generateShop(200, 240, 15);
const events = shop.rows.map(([user, item, time]): ShopEvent => ({ user, item, time }));
const sold = Array.from({ length: 240 }, (_, item) => ({ id: `i${item}`, group: `g${item % 4}|all`, created: 1 }));
const COLD = [0, 1, 2, 3].map((group) => ({ id: `cold${group}`, group: `g${group}|all`, created: 1 }));
const RELEVANCE = { weight: 0, ageCutOffDays: 30, seed: 1 };

function placesOf(recommender: Recommender, userId: string, items: readonly string[]): readonly number[] {
  const list = recommender.recommend({ userId }, { count: 400, exploration: RELEVANCE }).items;
  return items.map((item) => list.indexOf(item));
}

/** Tells for how many of the users the cold item of their own group comes before the others. */
function countMatched(recommender: Recommender, suffix = ''): number {
  return Array.from({ length: 200 }, (_, user) => user).filter((user) => {
    const places = placesOf(
      recommender,
      `u${user}`,
      [0, 1, 2, 3].map((group) => `cold${group}${suffix}`),
    );
    return places.every((place) => place >= (places[user % 4] ?? -1)) && (places[user % 4] ?? -1) >= 0;
  }).length;
}

describe('cold items', () => {
  it('come in the order in which their columns fit what the user took', () => {
    const items = createTable([...sold, ...COLD]);
    const recommender = recipe.open(recipe.train(createData(logEvents(events), items)).parts);
    expect(countMatched(recommender)).toBeGreaterThan(180);
  });

  it('are behind all others for users of whom nothing is known, and without columns', () => {
    const items = createTable([...sold, ...COLD, { id: 'bare', group: '', created: 1 }]);
    const recommender = recipe.open(recipe.train(createData(logEvents(events), items)).parts);
    const taken = new Set(shop.rows.map(([, item]) => item)).size;
    expect(placesOf(recommender, 'nobody', ['bare', 'cold0', 'cold1'])).toEqual([taken, taken + 1, taken + 2]);
    expect(placesOf(recommender, 'u1', ['bare'])[0]).toBeGreaterThan(placesOf(recommender, 'u1', ['cold1'])[0] ?? 0);
  });
});

describe('items that came after the training', () => {
  const { parts } = recipe.train(createData(logEvents(events), createTable(sold)));
  const added = COLD.map(({ id, group }) => ({ id: `${id}-late`, group, created: 1_600_020_000 }));
  const today: ItemTable = createTable([...added, ...sold].reverse());

  it('are not listed unless the items of today are given', () => {
    expect(recipe.open(parts).itemIds).not.toContain('cold1-late');
    expect(recipe.open(parts, today).itemIds.slice(-4)).toEqual(added.map(({ id }) => id));
  });

  it('are scored by their columns and explored as new ones', () => {
    const recommender = recipe.open(parts, today);
    expect(countMatched(recommender, '-late')).toBeGreaterThan(180);
    const exploration = { weight: 1, ageCutOffDays: 30, seed: 1 };
    expect(recommender.recommend({ userId: 'u1' }, { count: 10, exploration }).items.join()).toContain('-late');
  });

  it('leave the scores of the others as they were where they are cold to the user', () => {
    const wish = { count: 5, exploration: RELEVANCE };
    expect(recipe.open(parts, today).recommend({ userId: 'nobody' }, wish)).toEqual(
      recipe.open(parts).recommend({ userId: 'nobody' }, wish),
    );
  });
});

describe('training mode UPDATE', () => {
  const first = recipe.train(createData(logEvents(events), createTable(sold)));
  const hit = Array.from({ length: 150 }, (_, user): ShopEvent => {
    return { user: `u${user}`, item: 'a-hit', time: 1_600_030_000 };
  });
  const table = createTable([{ id: 'a-hit', group: 'g1', created: 1_600_030_000 }, ...COLD, ...sold]);
  const data = createData(logEvents([...hit, ...events, { user: 'new user', item: 'i5', time: 1_600_030_001 }]), table);
  const updated = recipe.update?.(first.parts, data) ?? first;
  const recommender = recipe.open(updated.parts);

  it('adds items with their popularity and new users, and keeps the metrics', () => {
    expect(updated.metrics).toEqual(first.metrics);
    const popular = recommender.recommend({ userId: 'nobody' }, { count: 1, exploration: RELEVANCE });
    expect(popular.items).toEqual(['a-hit']);
    const seen = recommender.recommend({ userId: 'new user' }, { count: 300, exploration: RELEVANCE }).items;
    expect(seen).toEqual(expect.arrayContaining(['i5', 'cold2']));
  });

  it('does not learn anew', () => {
    for (const name of ['denseItems', 'denseWeights', 'sparseValues']) {
      expect(updated.parts.arrays[name]).toBe(first.parts.arrays[name]);
    }
  });

  it('changes nothing where nothing came since, and can be updated again', () => {
    const same = recipe.update?.(first.parts, createData(logEvents(events), createTable(sold)));
    expect(same).toEqual(first);
    expect(recipe.update?.(updated.parts, data)).toEqual(updated);
  });
});
