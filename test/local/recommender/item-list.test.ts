import {
  computePopularity,
  finishScores,
  listBest,
  listItems,
  removePlaces,
} from '../../../src/local/recommender/item-list';
import { selectTop } from '../../../src/local/recommender/rank';
import { createDraw } from './shop';

const NO_ITEMS = (): readonly number[] => [];

function createRequest(raw: Float64Array) {
  const popularity = computePopularity(Int32Array.from(raw, (_, item) => item % 7));
  const scores = raw.slice();
  const total = finishScores(scores, popularity);
  return { itemIds: Array.from(raw, (_, item) => `i${item}`), scores, total, allowed: undefined, draw: NO_ITEMS };
}

describe('listItems', () => {
  it('keeps the order of a large catalogue whose scores are too small to be printed', () => {
    const draw = createDraw(1);
    const request = createRequest(Float64Array.from({ length: 200_000 }, () => draw()));
    const best = Array.from(selectTop(request.scores, 50), (item) => `i${item}`);
    const { items, scores = [] } = listItems({ ...request, count: 50 });
    expect(items).toEqual(best);
    for (const score of scores) expect(score).toBe(Number(score.toFixed(7)));
    expect([...scores].sort((a, b) => b - a)).toEqual(scores);
    expect(scores[0]).toBeLessThan(0.00002);
  });

  it('gives shares that sum to 1 over all items, and lists no place that was removed', () => {
    const raw = Float64Array.from({ length: 100 }, (_, item) => item - 40);
    const { items, scores = [] } = listItems({ ...createRequest(raw), count: 100 });
    expect(items).toHaveLength(100);
    expect(scores.reduce((sum, score) => sum + score, 0)).toBeCloseTo(1, 5);
    const request = createRequest(raw);
    removePlaces(request.scores, Int32Array.from([99, 3]));
    expect(listItems({ ...request, count: 100 }).items).toEqual(items.filter((id) => id !== 'i99' && id !== 'i3'));
  });

  it.each([1, 2, 3, 10])('puts a new item into a list of %i, behind the middle', (count) => {
    const raw = Float64Array.from({ length: 100 }, (_, item) => 100 - item);
    const { items } = listItems({ ...createRequest(raw), count, draw: () => [70] });
    expect(items).toHaveLength(count);
    expect(items.indexOf('i70')).toBe(count === 1 ? 0 : Math.min(Math.floor(count / 2) + 1, count - 1));
  });

  it('lists nothing where nothing is allowed', () => {
    const request = { ...createRequest(new Float64Array(10).fill(1)), allowed: new Uint8Array(10) };
    expect(listItems({ ...request, count: 5 })).toEqual({ items: [], scores: [] });
    const best = {
      scored: 3,
      byPopularity: Int32Array.from({ length: 10 }, (_, at) => at),
    };
    expect(listBest({ ...request, ...best, count: 5 })).toEqual({ items: [], scores: [] });
  });
});
