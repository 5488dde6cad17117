import { buildHistories, historyOf, truncateHistories, weightsOf } from '../../../src/local/recommender/histories';
import { computeNdcg, computeWeightedNdcg } from '../../../src/local/recommender/ranking-metrics';
import { recipe as popularityCount } from '../../../src/local/recommender/recipes/popularity-count';
import { recipe } from '../../../src/local/recommender/recipes/user-personalization-v2';
import { createData, createDraw, logEvents, type ShopEvent } from './shop';

const RELEVANCE = { weight: 0, ageCutOffDays: 30, seed: 1 };
const PURCHASE = { type: 'purchase', weight: 0.3 };
const CLICK = { type: 'click', weight: 0.1 };

/** After `start` half of the users click `clicked`, the others purchase `bought`; the rest is noise. */
function createEvents(purchase: ShopEvent['facts'], click: ShopEvent['facts']): readonly ShopEvent[] {
  const draw = createDraw(11);
  return Array.from({ length: 200 }, (_, user): readonly ShopEvent[] => {
    const noise = Array.from({ length: 8 }, (_, time) => {
      return { user: `u${user}`, item: `i${Math.floor(draw() * 60)}`, time, facts: click };
    });
    const last = user % 2 === 0 ? { item: 'bought', facts: purchase } : { item: 'clicked', facts: click };
    return [
      ...noise,
      { user: `u${user}`, item: 'start', time: 10, facts: click },
      { user: `u${user}`, time: 11, ...last },
    ];
  }).flat();
}

function rankAfterStart(events: readonly ShopEvent[], hyperParameters: Readonly<Record<string, string>>) {
  const more: readonly ShopEvent[] = [{ user: 'reader', item: 'start', time: 10, facts: CLICK }];
  const { parts } = recipe.train(createData(logEvents([...events, ...more]), undefined, { hyperParameters }));
  const { items, scores = [] } = recipe
    .open(parts)
    .recommend({ userId: 'reader' }, { count: 60, exploration: RELEVANCE });
  const scoreOf = (item: string): number => scores[items.indexOf(item)] ?? 0;
  return scoreOf('bought') / scoreOf('clicked');
}

describe('event weights', () => {
  it.each([{}, { apply_recency_bias: 'false' }])(
    'make weightier events more likely to be recommended: %j',
    (parameters) => {
      const even = rankAfterStart(createEvents({ type: 'purchase' }, { type: 'click' }), parameters);
      const weighed = rankAfterStart(createEvents(PURCHASE, CLICK), parameters);
      expect(even).toBeGreaterThan(0.7);
      expect(even).toBeLessThan(1.4);
      expect(weighed).toBeGreaterThan(2);
    },
  );

  it('count by their ratio only', () => {
    const doubled = createEvents({ ...PURCHASE, weight: 0.6 }, { ...CLICK, weight: 0.2 });
    const first = recipe.train(createData(logEvents(createEvents(PURCHASE, CLICK)), undefined)).metrics;
    expect(recipe.train(createData(logEvents(doubled), undefined)).metrics).toEqual(first);
    expect(first).toHaveProperty('normalized_discounted_cumulative_gain_with_event_weights_at_k');
  });

  it('count in popularity, each user by the weightiest event', () => {
    const events = [
      ...Array.from({ length: 30 }, (_, user) => ({ user: `u${user}`, item: 'many', time: 1, facts: CLICK })),
      ...Array.from({ length: 15 }, (_, user) => ({ user: `u${user}`, item: 'dear', time: 2, facts: PURCHASE })),
      ...Array.from({ length: 15 }, (_, user) => ({ user: `u${user}`, item: 'dear', time: 3, facts: CLICK })),
    ];
    const list = (shown: readonly ShopEvent[]) => {
      const { parts } = popularityCount.train(createData(logEvents(shown), undefined));
      return popularityCount.open(parts).recommend({}, { count: 2, exploration: RELEVANCE }).items;
    };
    expect(list(events)).toEqual(['dear', 'many']);
    expect(list(events.map(({ user, item, time }) => ({ user, item, time })))).toEqual(['many', 'dear']);
  });

  it('are kept beside the items of a history, with the mean 1 over event types', () => {
    const histories = buildHistories(
      logEvents([
        { user: 'u', item: 'a', time: 1, facts: PURCHASE },
        { user: 'u', item: 'b', time: 2, facts: CLICK },
        { user: 'u', item: 'a', time: 3, facts: CLICK },
      ]),
    );
    const read = (of: typeof histories) => Array.from(historyOf(of, 0), (item) => of.itemIds[item]);
    expect(read(histories)).toEqual(['b', 'a']);
    expect(Array.from(weightsOf(histories, 0) ?? [], (weight) => Math.round(weight * 100) / 100)).toEqual([0.5, 1.5]);
    const shorter = truncateHistories(histories, () => 1);
    expect([read(shorter), Array.from(shorter.weights ?? [])]).toEqual([['b'], [0.5]]);
    expect(buildHistories(logEvents([{ user: 'u', item: 'a', time: 1, facts: PURCHASE }])).weights).toBeUndefined();
  });
});

describe('computeWeightedNdcg', () => {
  it('gives a hit of weight 1.5 three times the gain of one of weight 0.5', () => {
    const one = { shown: [7, 3], truth: new Set([3]) };
    const weigh = (weight: number) => computeWeightedNdcg({ ...one, weights: new Map([[3, weight]]) }, 25);
    expect(weigh(1)).toBeCloseTo(computeNdcg(one, 25, 1), 12);
    expect(weigh(1.5)).toBeCloseTo(3 * weigh(0.5), 12);
    expect(computeWeightedNdcg({ ...one, truth: new Set([9]) }, 25)).toBe(0);
  });
});
