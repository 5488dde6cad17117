import { recipe } from '../../../src/local/recommender/recipes/trending-now';
import { createData, wish } from './related-tables';
import { shuffled } from './shop';

const NOW = 1_700_000_000;
const HOUR = 3600;

/** Rows of `count` users who take the item some hours before now. */
function take(item: string, count: number, hoursAgo: number): readonly (readonly [string, string, number])[] {
  return Array.from(
    { length: count },
    (_, at) => [`${item}-${hoursAgo}-${at}`, item, NOW - hoursAgo * HOUR + at] as const,
  );
}

const ROWS = [
  ['last', 'steady', NOW + 100] as const,
  ...take('steady', 50, 0.1),
  ...take('steady', 50, 2.5),
  ...take('steady', 50, 5),
  ...take('rising', 12, 0.1),
  ...take('rising', 2, 2.5),
  ...take('falling', 3, 0.1),
  ...take('falling', 30, 2.5),
  ...take('daily', 40, 10),
  ...take('daily', 1, 30),
];

function list(settings: Readonly<Record<string, string>>, rows = ROWS, count = 4): readonly string[] {
  return recipe.open(recipe.train(createData(rows, undefined, settings)).parts).recommend({}, wish(count)).items;
}

describe('aws-trending-now', () => {
  it('lists what rises fastest over two hours first, and then what is popular', () => {
    expect(list({})).toEqual(['rising', 'steady', 'daily', 'falling']);
  });

  it('takes the interval from trend_discovery_frequency', () => {
    expect(list({ trend_discovery_frequency: '1 day' })[0]).toBe('steady');
    expect(list({ trend_discovery_frequency: '1 day' })[1]).toBe('daily');
    expect(list({ trend_discovery_frequency: '30 minutes' }).slice(0, 3)).toEqual(['steady', 'rising', 'falling']);
  });

  it('counts repeats of one interaction once', () => {
    const [first] = take('rising', 1, 0.1);
    const repeated = Array.from({ length: 90 }, () => first ?? (['', '', 0] as const));
    expect(list({}, [...ROWS, ...take('other', 20, 0.1), ...repeated])[0]).toBe('other');
  });

  it('leaves out what is not allowed', () => {
    const recommender = recipe.open(recipe.train(createData(ROWS)).parts);
    const allowed = Uint8Array.from(recommender.itemIds, (id) => (id === 'rising' ? 0 : 1));
    expect(recommender.recommend({}, wish(1, { allowed }))).toEqual({ items: ['steady'] });
  });

  it('measures 1 where what rises goes on to rise, and 0 where nothing can be told', () => {
    const growing = Array.from({ length: 12 }, (_, hours) => take('hit', 24 - 2 * hours, hours * 2)).flat();
    const flat = Array.from({ length: 12 }, (_, hours) => take('base', 5, hours * 2)).flat();
    expect(recipe.train(createData([...growing, ...flat])).metrics.trend_prediction_accuracy).toBe(1);
    expect(recipe.train(createData(take('once', 30, 1))).metrics.trend_prediction_accuracy).toBeLessThanOrEqual(1);
  });

  it('measures without what the held-out users took', () => {
    const takers = Array.from({ length: 20 }, (_, user) => [
      [`u${user}`, 'base', NOW - 20 * HOUR] as const,
      [`u${user}`, `own${user}`, NOW - user] as const,
    ]).flat();
    const rows = [...takers, ...Array.from({ length: 10 }, (_, item) => take(`old${item}`, 3, 20)).flat()];
    const metrics = [1, 2, 3, 4].map((seed) => recipe.train({ ...createData(rows), seed }).metrics);
    expect(metrics.map(({ mean_reciprocal_rank_at_25 }) => mean_reciprocal_rank_at_25)).toEqual([0, 0, 0, 0]);
  });

  it('gives the same model for the same rows in another order', () => {
    expect(recipe.train(createData(shuffled(ROWS, 3)))).toEqual(recipe.train(createData(ROWS)));
  });
});
