import fc from 'fast-check';
import { recipe } from '../../../src/local/recommender/recipes/personalized-ranking';
import { recipe as second } from '../../../src/local/recommender/recipes/personalized-ranking-v2';
import { createData, createTable, wish } from './related-tables';
import { generateShop, shuffled } from './shop';

const shop = generateShop(200, 240, 15);
const items = createTable([{ id: 'new', category: 'g0' }]);
const training = recipe.train(createData(shop.rows, items));
const recommender = recipe.open(training.parts);
const places = new Map(recommender.itemIds.map((id, place) => [id, place]));

describe.each([recipe, second])('$name', ({ train, open }) => {
  const ranker = open(train(createData(shop.rows, items)).parts);

  it('puts items that the user likes in front', () => {
    const ranked = Array.from({ length: 100 }, (_, user) => {
      const itemList = [60, 61, 62, 63].map((item) => `i${item}`);
      return ranker.recommend({ userId: `u${user}`, itemList }, wish(1)).items[0] ?? '';
    });
    const liked = ranked.filter((item, user) => shop.affinity(`u${user}`, item) === 1);
    expect(liked.length).toBeGreaterThan(70);
  });
});

describe('a personalized ranking', () => {
  const anyList = fc.array(
    fc.oneof(
      fc.nat({ max: 239 }).map((item) => `i${item}`),
      fc.constantFrom('new', 'unknown', ''),
    ),
    { maxLength: 40 },
  );
  const anyUser = fc.oneof(
    fc.nat({ max: 199 }).map((user) => `u${user}`),
    fc.constant('stranger'),
  );

  it('is a permutation of the list, whatever is wished for as its length', () => {
    fc.assert(
      fc.property(anyUser, anyList, (userId, itemList) => {
        const ranked = recommender.recommend({ userId, itemList }, wish(2));
        expect([...ranked.items].sort()).toEqual([...itemList].sort());
      }),
    );
  });

  it('has scores that descend and sum to 1, behind them the items without interactions in the order of the list', () => {
    fc.assert(
      fc.property(anyUser, anyList, (userId, itemList) => {
        const { items: ranked, scores = [] } = recommender.recommend({ userId, itemList }, wish(25));
        const isKnown = (id: string): boolean => shop.rows.some(([, item]) => item === id);
        expect(ranked.slice(scores.length)).toEqual(itemList.filter((id) => !isKnown(id)));
        expect([...scores].sort((a, b) => b - a)).toEqual(scores);
        if (scores.length > 0) expect(scores.reduce((sum, score) => sum + score, 0)).toBeCloseTo(1, 5);
      }),
    );
  });

  it('leaves out what is not allowed', () => {
    const allowed = new Uint8Array(recommender.itemIds.length).fill(1);
    allowed[places.get('i7') ?? -1] = 0;
    const ranked = recommender.recommend(
      { userId: 'u1', itemList: ['i7', 'i8', 'i7', 'unknown'] },
      wish(9, { allowed }),
    );
    expect(ranked).toEqual({ items: ['i8', 'unknown'], scores: [1] });
  });

  it('follows popularity for a user who is not known', () => {
    const owners = (id: string): number => new Set(shop.rows.filter((row) => row[1] === id).map(([user]) => user)).size;
    const itemList = ['i200', 'i0', 'i100', 'i40'];
    const ranked = recommender.recommend({ userId: 'stranger', itemList }, wish(25)).items.map(owners);
    expect(ranked).toEqual(itemList.map(owners).sort((a, b) => b - a));
  });

  it('ranks what the user has, too', () => {
    const [, own = ''] = shop.rows.find(([user]) => user === 'u5') ?? [];
    const { scores = [] } = recommender.recommend({ userId: 'u5', itemList: [own] }, wish(25));
    expect(scores).toEqual([1]);
  });

  it('comes from the same model for the same rows in another order', () => {
    expect(recipe.train(createData(shuffled(shop.rows, 5), items))).toEqual(training);
  });
});
