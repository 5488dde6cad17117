import { recipe } from '../../../src/local/recommender/recipes/semantic-similarity';
import { createData, createTable, type ItemFacts, rowsOf, wish } from './related-tables';
import { shuffled } from './shop';

const WORDS = [
  'oak pine birch maple forest bark leaf root',
  'piano violin cello flute melody concert chord tempo',
  'bread butter flour yeast oven crust loaf dough',
].map((line) => line.split(' '));

/** Ten items a subject, each described by five of its words and by words that are everywhere. */
const FACTS: readonly ItemFacts[] = Array.from({ length: 30 }, (_, item) => {
  const words = WORDS[item % 3] ?? [];
  const own = Array.from({ length: 5 }, (_step, at) => words[(item + at * 3) % words.length]);
  return {
    id: `p${item}`,
    name: `Number ${item}`,
    text: `A nice thing about ${own.join(' and ')}.`,
    created: 1_600_000_000 + item * 86_400,
  };
});
const rows = rowsOf(
  Array.from({ length: 40 }, (_, user) => ['p9', `p${user % 30}`, `p${(user * 7) % 30}`].slice(user % 2)),
);
const table = createTable(FACTS);
const training = recipe.train(createData(rows, table));
const recommender = recipe.open(training.parts);
const subjectOf = (id: string): number => Number(id.slice(1)) % 3;

describe('aws-semantic-similarity', () => {
  it('lists items about the same subject, without scores and without the item itself', () => {
    for (const itemId of ['p0', 'p1', 'p2']) {
      const list = recommender.recommend({ itemId }, wish(9));
      expect(list.items.map(subjectOf)).toEqual(list.items.map(() => subjectOf(itemId)));
      expect(list.items).not.toContain(itemId);
      expect(list).not.toHaveProperty('scores');
    }
  });

  it('lists popular items first where popularity has influence, and fresh ones where freshness has', () => {
    const first = (popularity: number, freshness: number): string | undefined =>
      recommender.recommend({ itemId: 'p0' }, wish(1, { influence: { popularity, freshness } })).items[0];
    expect(first(1, 0)).toBe('p9');
    expect(['p24', 'p27']).toContain(first(0, 1));
    const plain = recommender.recommend({ itemId: 'p0' }, wish(9)).items;
    expect(
      recommender.recommend({ itemId: 'p0' }, wish(9, { influence: { popularity: 0, freshness: 0 } })).items,
    ).toEqual(plain);
  });

  it('answers with popular items where the item is not known', () => {
    expect(recommender.recommend({ itemId: 'unknown' }, wish(1)).items).toEqual(['p9']);
  });

  it('leaves out what is not allowed', () => {
    const allowed = Uint8Array.from(recommender.itemIds, (id) => (subjectOf(id) === 1 ? 1 : 0));
    const { items } = recommender.recommend({ itemId: 'p0' }, wish(50, { allowed }));
    expect(items.map(subjectOf)).toEqual(Array.from({ length: 10 }, () => 1));
  });

  it('gives the same model for rows and items in another order', () => {
    expect(recipe.train(createData(shuffled(rows, 4), createTable(shuffled(FACTS, 5))))).toEqual(training);
  });

  it('says what a dataset lacks', () => {
    const explain = (items?: typeof table): string | undefined => recipe.explainUnfit?.(createData(rows, items));
    expect(explain(table)).toBeUndefined();
    expect(explain()).toMatch(/needs an Items dataset/);
    expect(explain({ ...table, textual: [] })).toMatch(/needs a textual field/);
    expect(explain({ ...table, texts: { TEXT: table.texts.TEXT ?? [] } })).toMatch(/itemName/);
    const marked = { ...table, texts: { ...table.texts, LABEL: table.texts.NAME ?? [] }, nameColumn: 'LABEL' };
    expect(explain(marked)).toBeUndefined();
  });
});

describe('items that came after the training', () => {
  const added: readonly ItemFacts[] = [
    ...FACTS.map((facts) =>
      facts.id === 'p3' ? { ...facts, text: 'Now about bread, butter, yeast and dough.' } : facts,
    ),
    { id: 'a-new', name: 'New', text: 'All about melody, violin, flute and concert.', created: 1_700_000_000 },
  ];
  const today = createTable(added);

  it.each([
    ['are known when a model is opened with them', () => recipe.open(training.parts, today)],
    [
      'are known after an update',
      () => recipe.open(recipe.update?.(training.parts, createData(rows, today)).parts ?? training.parts),
    ],
  ])('%s: new ones are listed and asked for, changed ones move', (_, open) => {
    const opened = open();
    const { items } = opened.recommend({ itemId: 'a-new' }, wish(5));
    expect(items.map(subjectOf)).toEqual([1, 1, 1, 1, 1]);
    expect(opened.recommend({ itemId: 'p1' }, wish(11)).items).toContain('a-new');
    expect(opened.recommend({ itemId: 'p2' }, wish(11)).items).toContain('p3');
    expect(opened.recommend({ itemId: 'p0' }, wish(9)).items).not.toContain('p3');
    expect(opened.recommend({ itemId: 'p3' }, wish(5)).items.map(subjectOf)).toEqual([2, 2, 2, 2, 2]);
  });

  it('do not change what was learnt, nor popularity', () => {
    const updated = recipe.update?.(training.parts, createData(rowsOf([['p1', 'p1']]), today)).parts ?? training.parts;
    expect(updated.texts.featureKeys).toEqual(training.parts.texts.featureKeys);
    expect(recipe.open(updated).recommend({ itemId: 'unknown' }, wish(1)).items).toEqual(['p9']);
  });

  it('leave lists as they were where nothing came', () => {
    const same = recipe.open(training.parts, createTable(shuffled(FACTS, 8)));
    expect(same.recommend({ itemId: 'p4' }, wish(20))).toEqual(recommender.recommend({ itemId: 'p4' }, wish(20)));
  });
});
