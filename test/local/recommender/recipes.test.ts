import { buildHistories } from '../../../src/local/recommender/histories';
import type { ItemTable, ModelParts, Recommender, TrainingData } from '../../../src/local/recommender/recipe';
import { recipe as itemAffinity } from '../../../src/local/recommender/recipes/item-affinity';
import { recipe as attributeAffinity } from '../../../src/local/recommender/recipes/item-attribute-affinity';
import { recipe as personalizedRanking } from '../../../src/local/recommender/recipes/personalized-ranking';
import { recipe as popularityCount } from '../../../src/local/recommender/recipes/popularity-count';
import { recipe as userPersonalization } from '../../../src/local/recommender/recipes/user-personalization';
import { generateShop, logRows, shuffled } from './shop';

const shop = generateShop(200, 240, 15);
const items: ItemTable = {
  columns: {
    GROUP: Array.from({ length: 241 }, (_, item) => `g${item % 4}|all`),
    PRICE: Array.from({ length: 241 }, (_, item) => `${item % 10}.50`),
  },
  kinds: { GROUP: 'categorical', PRICE: 'number' },
  texts: {},
  textual: [],
  itemIds: Array.from({ length: 241 }, (_, item) => (item === 240 ? 'fresh' : `i${item}`)),
  created: new Float64Array(241).fill(Number.NaN).fill(1_600_010_000, 240).fill(1_500_000_000, 0, 240),
};
const NO_EXPLORATION = { weight: 0, ageCutOffDays: 30, seed: 1 };

function createData(rows: (typeof shop)['rows'], seed = 1): TrainingData {
  const events = logRows(rows);
  return { histories: buildHistories(events, items.itemIds), events, items, seed, hyperParameters: {} };
}

function seenBy(userId: string): ReadonlySet<string> {
  return new Set(shop.rows.filter(([user]) => user === userId).map(([, item]) => item));
}

function meanAffinity(recommend: (userId: string) => readonly string[], judge = (userId: string) => userId): number {
  const values = Array.from({ length: 200 }, (_, user) => `u${user}`).flatMap((userId) =>
    recommend(userId).map((item) => shop.affinity(judge(userId), item)),
  );
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

describe('aws-user-personalization', () => {
  const training = userPersonalization.train(createData(shop.rows));
  const recommender = userPersonalization.open(training.parts);
  const popular = popularityCount.open(popularityCount.train(createData(shop.rows)).parts);
  const listOf = (from: Recommender) => (userId: string) =>
    from.recommend({ userId }, { count: 6, exploration: NO_EXPLORATION }).items;

  it('shows items that their user likes at least 1.3 times as much as the best sellers', () => {
    expect(meanAffinity(listOf(recommender))).toBeGreaterThan(1.3 * meanAffinity(listOf(popular)));
  });

  it('shows items that a user with other tastes does not like more than the best sellers', () => {
    const other = (userId: string) => `u${Number(userId.slice(1)) + 1}`;
    expect(meanAffinity(listOf(recommender), other)).toBeLessThan(1.05 * meanAffinity(listOf(popular), other));
  });

  it('lists what the user has too, by the score that a ranking gives it', () => {
    const { parts } = userPersonalization.train({ ...createData(shop.rows), items: undefined });
    const [lister, ranking] = [userPersonalization.open(parts), personalizedRanking.open(parts)];
    const wish = { count: 300, exploration: NO_EXPLORATION };
    for (const userId of ['u3', 'u60', 'u199']) {
      const list = lister.recommend({ userId }, wish).items.filter((item) => item !== 'fresh');
      expect(list).toEqual(expect.arrayContaining([...seenBy(userId)]));
      expect(ranking.recommend({ userId, itemList: [...list].sort() }, wish).items).toEqual(list);
    }
  });

  it('gives scores that descend and sum to 1 over all items, those that the user has among them', () => {
    const { scores = [] } = recommender.recommend({ userId: 'u3' }, { count: 300, exploration: NO_EXPLORATION });
    expect(scores).toHaveLength(241);
    expect([...scores].sort((a, b) => b - a)).toEqual(scores);
    expect(Math.min(...scores)).toBeGreaterThanOrEqual(0);
    expect(scores.reduce((sum, score) => sum + score, 0)).toBeCloseTo(1, 4);
  });

  it('gives an unknown user the items that most users have', () => {
    const owners = new Map<string, Set<string>>();
    for (const [user, item] of shop.rows) owners.set(item, (owners.get(item) ?? new Set()).add(user));
    const counts = recommender
      .recommend({ userId: 'nobody' }, { count: 5, exploration: NO_EXPLORATION })
      .items.map((item) => owners.get(item)?.size);
    expect(counts).toEqual(
      [...owners.values()]
        .map((users) => users.size)
        .sort((a, b) => b - a)
        .slice(0, 5),
    );
  });

  it('tries new items in the lists of all users, and none at weight 0', () => {
    const tried = recommender.recommend(
      { userId: 'u3' },
      { count: 10, exploration: { weight: 0.3, ageCutOffDays: 30, seed: 1 } },
    ).items;
    expect(tried).toContain('fresh');
    expect(tried.indexOf('fresh')).toBeGreaterThanOrEqual(4);
    expect(recommender.recommend({ userId: 'u3' }, { count: 10, exploration: NO_EXPLORATION }).items).not.toContain(
      'fresh',
    );
  });

  it('tries no item that is older than the cut-off', () => {
    const old = { weight: 1, ageCutOffDays: 0.0001, seed: 1 };
    expect(recommender.recommend({ userId: 'u3' }, { count: 10, exploration: old }).items).not.toContain('fresh');
  });

  it('gives the same model for the same rows in another order', () => {
    expect(userPersonalization.train(createData(shuffled(shop.rows, 9)))).toEqual(training);
  });

  it('names all metrics of its family', () => {
    expect(Object.keys(training.metrics)).toEqual([
      'coverage',
      'mean_reciprocal_rank_at_25',
      'normalized_discounted_cumulative_gain_at_5',
      'normalized_discounted_cumulative_gain_at_10',
      'normalized_discounted_cumulative_gain_at_25',
      'precision_at_5',
      'precision_at_10',
      'precision_at_25',
    ]);
  });

  it('says which part of a model is missing', () => {
    const parts: ModelParts = { ...training.parts, texts: {} };
    expect(() => userPersonalization.open(parts)).toThrow('the model has no part "userIds"');
  });

  it('learns the next item from sequences, and not where recency_mask is false', () => {
    const cycle = Array.from({ length: 3000 }, (_, at) => {
      const user = at % 60;
      const step = Math.floor(at / 60);
      return [`u${user}`, `i${(user * 7 + step) % 120}`, 1000 + step] as const;
    });
    const data = createData(cycle);
    const next = userPersonalization.open(userPersonalization.train(data).parts);
    const steady = userPersonalization.train({ ...data, hyperParameters: { recency_mask: 'false' } });
    expect(next.recommend({ userId: 'u0' }, { count: 1, exploration: NO_EXPLORATION }).items).toEqual(['i50']);
    expect(steady.parts).not.toEqual(userPersonalization.train(data).parts);
  });
});

describe('aws-popularity-count', () => {
  it('lists items by their number of users, without scores, the same for everyone', () => {
    const users = new Map<string, Set<string>>();
    for (const [user, item] of shop.rows) users.set(item, (users.get(item) ?? new Set()).add(user));
    const counts = new Map([...users].map(([item, of]) => [item, of.size]));
    const recommender = popularityCount.open(popularityCount.train(createData(shop.rows)).parts);
    const list = recommender.recommend({ userId: 'u1' }, { count: 5, exploration: NO_EXPLORATION });
    expect(list.items.map((item) => counts.get(item))).toEqual([...counts.values()].sort((a, b) => b - a).slice(0, 5));
    expect(list).toEqual(recommender.recommend({ userId: 'u2' }, { count: 5, exploration: NO_EXPLORATION }));
    expect(list).not.toHaveProperty('scores');
  });
});

describe('aws-item-affinity', () => {
  const { parts, metrics } = itemAffinity.train(createData(shop.rows));
  const segmenter = itemAffinity.open(parts);

  it('ranks users whose tastes fit the item in front, and leaves out those who have it', () => {
    const segment = segmenter.segment({ itemId: 'i6' }, 20);
    const users = 'users' in segment ? segment.users : [];
    expect(users.filter((user) => shop.affinity(user, 'i6') === 1).length).toBeGreaterThan(16);
    expect(users.filter((user) => seenBy(user).has('i6'))).toEqual([]);
  });

  it('answers for an item of the tail, too', () => {
    const rare = shop.rows.find(([, item]) => shop.rows.filter((row) => row[1] === item).length === 2)?.[1] ?? '';
    const segment = segmenter.segment({ itemId: rare }, 5);
    expect('users' in segment ? segment.users.length : 0).toBe(5);
  });

  it('says that an item is not known', () => {
    expect(segmenter.segment({ itemId: 'nope' }, 5)).toEqual({
      error: 'User error: The item is not known to the solution version',
    });
  });

  it('gives the metrics of segments, and the same model for the same rows in another order', () => {
    expect(Object.keys(metrics).sort()).toEqual(['coverage', 'hits_at_1_percent', 'recall_at_1_percent']);
    expect(itemAffinity.train(createData(shuffled(shop.rows, 4)))).toEqual({ parts, metrics });
  });
});

describe('aws-item-attribute-affinity', () => {
  const segmenter = attributeAffinity.open(attributeAffinity.train(createData(shop.rows)).parts);
  const usersFor = (...conditions: { column: string; value: string }[]) => {
    const segment = segmenter.segment({ conditions }, 40);
    return 'users' in segment ? segment.users : segment.error;
  };

  it('ranks users who take items with the attribute in front', () => {
    const users = usersFor({ column: 'GROUP', value: 'g2' });
    expect(Array.from(users).filter((user) => Number(user.slice(1)) % 4 === 2).length).toBe(40);
  });

  it('asks for items that hold every value of the query', () => {
    const both = usersFor({ column: 'GROUP', value: 'g1' }, { column: 'GROUP', value: 'all' });
    expect(both).toEqual(usersFor({ column: 'GROUP', value: 'g1' }));
    expect(usersFor({ column: 'GROUP', value: 'g1' }, { column: 'GROUP', value: 'g2' })).toBe(
      'User error: No item has the attributes of the query',
    );
  });

  it('compares numbers by value', () => {
    expect(usersFor({ column: 'PRICE', value: '3.5' })).toEqual(usersFor({ column: 'PRICE', value: '3.50' }));
    expect(usersFor({ column: 'PRICE', value: '3.5' })).toHaveLength(40);
  });

  it('says that a column is not known', () => {
    expect(usersFor({ column: 'COLOUR', value: 'red' })).toBe(
      'User error: ITEMS.COLOUR is not a column that can be queried',
    );
  });
});
