import { recipe as first } from '../../../src/local/recommender/recipes/user-personalization';
import { recipe } from '../../../src/local/recommender/recipes/user-personalization-v2';
import { createData, createTable, generateShop, logRows } from './shop';

const shop = generateShop(300, 900, 20);
const sold = Array.from({ length: 900 }, (_, item) => ({ id: `i${item}`, group: '', created: 1 }));
const data = createData(logRows(shop.rows), createTable(sold));
const { parts } = recipe.train(data);
const recommender = recipe.open(parts);
const NO_EXPLORATION = { weight: 0, ageCutOffDays: 30, seed: 1 };

function allow(isAllowed: (id: string) => boolean): Uint8Array {
  return Uint8Array.from(recommender.itemIds, (id) => (isAllowed(id) ? 1 : 0));
}

describe('aws-user-personalization-v2', () => {
  it('scores 500 items, whose scores sum to 1, and lists popular ones behind', () => {
    const list = recommender.recommend({ userId: 'u3' }, { count: 600, exploration: NO_EXPLORATION });
    expect(list.items).toHaveLength(600);
    expect(new Set(list.items).size).toBe(600);
    expect(list.scores).toHaveLength(500);
    expect((list.scores ?? []).reduce((sum, score) => sum + score, 0)).toBeCloseTo(1, 4);
  });

  it('fills up with popular items that the filter allows, those that the user has too, without a score', () => {
    const whole = recommender.recommend({ userId: 'u3' }, { count: 500, exploration: NO_EXPLORATION }).items;
    const kept = new Set(whole.slice(100, 104));
    const allowed = allow((id) => kept.has(id) || !whole.includes(id));
    const { items, scores = [] } = recommender.recommend(
      { userId: 'u3' },
      { count: 10, exploration: NO_EXPLORATION, allowed },
    );
    expect([items.slice(0, 4), scores.length, items.length]).toEqual([[...kept], 4, 10]);
    const users = (id: string) => new Set(shop.rows.filter(([, item]) => item === id).map(([user]) => user)).size;
    const others = recommender.itemIds.filter((id) => !whole.includes(id));
    const best = others.map(users).sort((a, b) => b - a);
    expect(items.slice(4).map(users)).toEqual(best.slice(0, 6));
  });

  it('keeps scores as they are without the filter', () => {
    const whole = recommender.recommend({ userId: 'u3' }, { count: 20, exploration: NO_EXPLORATION });
    const odd = recommender.recommend(
      { userId: 'u3' },
      { count: 5, exploration: NO_EXPLORATION, allowed: allow((id) => whole.items.indexOf(id) % 2 === 1) },
    );
    expect(odd.items).toEqual(whole.items.filter((_, at) => at % 2 === 1).slice(0, 5));
    expect(odd.scores).toEqual((whole.scores ?? []).filter((_, at) => at % 2 === 1).slice(0, 5));
  });

  it('explores by itself, whatever weight is asked for', () => {
    const late = Array.from({ length: 20 }, (_, item) => ({ id: `late${item}`, group: '', created: 1_700_000_000 }));
    const explorer = recipe.open(parts, createTable([...sold, ...late]));
    const lists = Array.from({ length: 200 }, (_, user) => `u${user}`).map(
      (userId) => explorer.recommend({ userId }, { count: 10, exploration: NO_EXPLORATION }).items,
    );
    const tried = lists.flat().filter((item) => item.startsWith('late')).length;
    expect(tried / 2000).toBeCloseTo(0.15, 1);
  });

  it('lists the same items in front as the first version, and weighs all of a history equally on demand', () => {
    const wish = { count: 10, exploration: NO_EXPLORATION };
    const older = first.open(
      first.train({ ...data, hyperParameters: { max_user_history_length_percentile: '1' } }).parts,
    );
    expect(recommender.recommend({ userId: 'u3' }, wish).items).toEqual(older.recommend({ userId: 'u3' }, wish).items);
    const equal = recipe.train({ ...data, hyperParameters: { apply_recency_bias: 'false' } });
    expect(equal.parts.numbers.profileFloor).toBe(1);
  });
});
