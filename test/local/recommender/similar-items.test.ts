import { recipe } from '../../../src/local/recommender/recipes/similar-items';
import { composeTitle } from '../../../src/local/recommender/related/title';
import { createData, createTable, type ItemFacts, rowsOf, wish } from './related-tables';
import { generateShop, shuffled } from './shop';

const shop = generateShop(200, 240, 15);
const STYLES = ['leather hiking boots', 'silver bracelet charms', 'ceramic teapots', 'cotton yoga mats'];

/** The items of the shop, and cold ones of each group; the groups of the shop show in categories and texts. */
const FACTS: readonly ItemFacts[] = [
  ...Array.from({ length: 240 }, (_, item) => describeItem(`i${item}`, item % 4, item)),
  ...Array.from({ length: 8 }, (_, item) => describeItem(`cold${item}`, item % 4, item)),
];

function describeItem(id: string, group: number, number: number): ItemFacts {
  const style = STYLES[group] ?? '';
  return {
    id,
    name: `${style.split(' ').pop()} no. ${number}`,
    text: `These ${style} come with batch${number % 7} packing. Great for you and me.`,
    category: `style ${'abcd'[group]}|everything`,
    price: String(10 * group + (number % 5)),
  };
}

const table = createTable(FACTS);
const data = createData(shop.rows, table);
const training = recipe.train(data);
const recommender = recipe.open(training.parts);
const groupOf = (id: string): number => Number(id.replace(/\D+/, '')) % 4;

describe('aws-similar-items', () => {
  it('relates items of one group', () => {
    const { items, scores } = recommender.recommend({ itemId: 'i9' }, wish(20));
    expect(items.map(groupOf)).toEqual(items.map(() => 1));
    expect(items).not.toContain('i9');
    expect(scores).toBeUndefined();
  });

  it('relates a cold item by its metadata, and lists cold items for others', () => {
    const { items } = recommender.recommend({ itemId: 'cold2' }, wish(20));
    expect(items.map(groupOf)).toEqual(items.map(() => 2));
    const cold = recommender.recommend({ itemId: 'i2' }, wish(248)).items.filter((id) => id.startsWith('cold'));
    expect(cold.slice(0, 2).sort()).toEqual(['cold2', 'cold6']);
  });

  it.each([
    ['a categorical column', ({ id, category }: ItemFacts) => ({ id, category })],
    ['a textual column', ({ id, text }: ItemFacts) => ({ id, text })],
    ['a numeric column', ({ id, price }: ItemFacts) => ({ id, price })],
  ])('relates a cold item by %s alone', (_, keep) => {
    const only = createTable(FACTS.map((facts): ItemFacts => ({ id: facts.id, ...dropUndefined(keep(facts)) })));
    const opened = recipe.open(recipe.train(createData(shop.rows, only)).parts);
    const { items } = opened.recommend({ itemId: 'cold3' }, wish(10));
    expect(items.map(groupOf)).toEqual(items.map(() => 3));
  });

  it('relates by interactions what metadata do not, in the order in which it is taken', () => {
    const rows = rowsOf(Array.from({ length: 60 }, (_, user) => ['a', 'b', `x${user % 9}`, `y${user % 7}`, 'far']));
    const opened = recipe.open(recipe.train(createData(rows)).parts);
    expect(opened.recommend({ itemId: 'a' }, wish(1)).items).toEqual(['b']);
  });

  it('does not heed popularity_discount_factor, which AWS has for aws-sims only', () => {
    const data = createData(shop.rows, undefined, { popularity_discount_factor: '1' });
    expect(recipe.train(data)).toEqual(recipe.train(createData(shop.rows)));
  });

  it('answers with popular items where the item is not known', () => {
    const popular = recommender.recommend({ itemId: 'unknown' }, wish(3)).items;
    expect(popular.every((id) => Number(id.slice(1)) < 12)).toBe(true);
  });

  it('leaves out what is not allowed', () => {
    const allowed = Uint8Array.from(recommender.itemIds, (id) => (groupOf(id) === 0 ? 1 : 0));
    const { items } = recommender.recommend({ itemId: 'i9' }, wish(300, { allowed }));
    expect(items).toHaveLength(62);
    expect(items.every((id) => groupOf(id) === 0)).toBe(true);
  });

  it('gives the same model for rows and items in another order', () => {
    const other = createData(shuffled(shop.rows, 2), createTable(shuffled(FACTS, 3)));
    expect(recipe.train(other)).toEqual(training);
  });
});

function dropUndefined<Facts extends object>(facts: Facts): Partial<ItemFacts> {
  return Object.fromEntries(Object.entries(facts).filter(([, value]) => value !== undefined));
}

describe('themes', () => {
  const themed = (itemId: string, count = 15) => recommender.recommendThemed?.({ itemId }, wish(count), 'NAME');

  it('name what the listed items have in common, and nothing that all items have', () => {
    const title = themed('i8')?.theme?.title ?? '';
    expect(title).toMatch(/boots|leather|hiking|style a/i);
    expect(title).not.toMatch(/everything|packing|great|with you/i);
  });

  it('re-rank the items of the list by their relevance', () => {
    const { items = [], theme } = themed('i8') ?? {};
    const relevance = theme?.relevance ?? [];
    expect([...items].sort()).toEqual([...recommender.recommend({ itemId: 'i8' }, wish(15)).items].sort());
    expect([...relevance].sort((a, b) => b - a)).toEqual(relevance);
    expect(relevance).toHaveLength(15);
    expect(relevance.every((one) => one >= -0.6 && one <= 0.6)).toBe(true);
    expect(relevance[0]).toBeGreaterThan(0.1);
  });

  it('differ between groups', () => {
    expect(new Set([0, 1, 2, 3].map((item) => themed(`i${item}`)?.theme?.title)).size).toBe(4);
  });

  it('are there for items that are not known, too, and where a shop has no metadata', () => {
    expect(themed('unknown')?.theme?.title).not.toBe('');
    const bare = recipe.open(recipe.train(createData(shop.rows)).parts);
    expect(bare.recommendThemed?.({ itemId: 'i1' }, wish(4), 'NAME').theme).toEqual({
      title: 'Popular picks',
      relevance: [0, 0, 0, 0],
    });
  });

  it('are there where no item may be listed', () => {
    const allowed = new Uint8Array(recommender.itemIds.length);
    const { items, theme } = recommender.recommendThemed?.({ itemId: 'i8' }, wish(9, { allowed }), 'NAME') ?? {};
    expect(items).toEqual([]);
    expect(theme).toEqual({ title: 'More like boots no. 8', relevance: [] });
  });
});

describe('a title', () => {
  it('has a head and two words, as far as there are any', () => {
    expect(composeTitle({ head: 'backpacks', words: ['leather', 'canvas'], likeName: 'X' })).toBe(
      'Backpacks: leather and canvas',
    );
    expect(composeTitle({ head: 'backpacks', words: [], likeName: 'X' })).toBe('Backpacks and more');
    expect(composeTitle({ head: undefined, words: ['love'], likeName: 'X' })).toBe('Love and more');
    expect(composeTitle({ head: undefined, words: [], likeName: ' Heat (1995). ' })).toBe('More like Heat (1995)');
    expect(composeTitle({ head: undefined, words: [], likeName: '' })).toBe('Popular picks');
  });

  it('leaves out what does not fit', () => {
    expect(composeTitle({ head: 'x'.repeat(50), words: ['leatherette', 'canvas'], likeName: undefined })).toBe(
      `X${'x'.repeat(49)} and more`,
    );
  });
});
