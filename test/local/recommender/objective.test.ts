import type { Objective } from '../../../src/local/recommender/recipe';
import { recipe } from '../../../src/local/recommender/recipes/user-personalization';
import { createData, createDraw, createTable, generateShop, logRows } from './shop';

const shop = generateShop(400, 240, 20);
const events = logRows(shop.rows);
const draw = createDraw(3);
const table = createTable(
  Array.from({ length: 240 }, (_, item) => ({ id: `i${item}`, group: '', price: `${1 + Math.floor(draw() * 200)}` })),
);
const prices = new Map(table.itemIds.map((id, row) => [id, Number(table.columns.PRICE?.[row])]));
const RELEVANCE = { weight: 0, ageCutOffDays: 30, seed: 1 };
const LEVELS = ['OFF', 'LOW', 'MEDIUM', 'HIGH'] as const;

function train(sensitivity: Objective['sensitivity']) {
  const training = recipe.train(createData(events, table, { objective: { itemAttribute: 'PRICE', sensitivity } }));
  const recommender = recipe.open(training.parts);
  const lists = Array.from(
    { length: 400 },
    (_, user) => recommender.recommend({ userId: `u${user}` }, { count: 25, exploration: RELEVANCE }).items,
  );
  const mean = (value: (item: string, user: number) => number): number =>
    lists.flatMap((list, user) => list.map((item) => value(item, user))).reduce((sum, one) => sum + one, 0) /
    (400 * 25);
  return {
    metrics: training.metrics,
    price: mean((item) => prices.get(item) ?? 0),
    affinity: mean((item, user) => shop.affinity(`u${user}`, item)),
  };
}

const results = LEVELS.map(train);
const [off, low, medium, high] = results;

describe('optimizationObjective', () => {
  it('moves the lists towards the attribute, the more the higher the sensitivity', () => {
    const means = results.map(({ price }) => price);
    expect([...means].sort((a, b) => a - b)).toEqual(means);
    expect(high?.price).toBeGreaterThan(1.2 * (off?.price ?? 0));
  });

  it('shows it in average_rewards_at_k, which OFF does not have', () => {
    expect(off?.metrics).not.toHaveProperty('average_rewards_at_k');
    const rewards = [low, medium, high].map((result) => result?.metrics.average_rewards_at_k ?? 0);
    expect([...rewards].sort((a, b) => a - b)).toEqual(rewards);
    expect(rewards[2]).toBeGreaterThan(rewards[0] ?? 1);
    expect(rewards[2]).toBeLessThanOrEqual(1);
  });

  it('keeps relevance the main thing at LOW and gives some of it up at HIGH', () => {
    expect(low?.affinity).toBeGreaterThan(0.95 * (off?.affinity ?? 1));
    expect(high?.affinity).toBeLessThan(low?.affinity ?? 0);
  });

  it('changes nothing where the column does not exist', () => {
    const objective = { itemAttribute: 'WEIGHT', sensitivity: 'HIGH' } as const;
    expect(recipe.train(createData(events, table, { objective }))).toEqual(recipe.train(createData(events, table)));
  });

  it('leans towards items that came after the training by their values of today', () => {
    const objective = { itemAttribute: 'PRICE', sensitivity: 'HIGH' } as const;
    const grouped = (group: string, price: string) => ({ id: `late-${price}`, group, price });
    const sold = Array.from({ length: 240 }, (_, item) => ({ id: `i${item}`, group: `g${item % 4}`, price: '50' }));
    const { parts } = recipe.train(createData(events, createTable(sold), { objective }));
    const today = createTable([...sold, grouped('g1', '10'), grouped('g1', '90')]);
    const { items } = recipe.open(parts, today).recommend({ userId: 'u1' }, { count: 300, exploration: RELEVANCE });
    expect(items.indexOf('late-90')).toBeLessThan(items.indexOf('late-10'));
  });
});
