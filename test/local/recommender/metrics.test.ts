import {
  averageRewards,
  computeNdcg,
  countHits,
  summariseRankings,
} from '../../../src/local/recommender/ranking-metrics';
import { countOnePercent, summariseSegments } from '../../../src/local/recommender/segment-metrics';

describe('summariseRankings', () => {
  it('gives 0.6241 for hits at places 2 and 5, as the developer guide does', () => {
    const one = { shown: [10, 1, 11, 12, 2], truth: new Set([1, 2]) };
    expect(computeNdcg(one, 5, countHits(one, 5))).toBeCloseTo(0.6241, 4);
  });

  it('names the metrics of AWS and rounds them to 4 decimals', () => {
    const cases = [
      { shown: [1, 2, 3], truth: new Set([3, 9]) },
      { shown: [4, 5, 6], truth: new Set([7]) },
    ];
    expect(summariseRankings(cases, 12)).toEqual({
      coverage: 0.5,
      mean_reciprocal_rank_at_25: 0.1667,
      normalized_discounted_cumulative_gain_at_5: 0.25,
      normalized_discounted_cumulative_gain_at_10: 0.25,
      normalized_discounted_cumulative_gain_at_25: 0.25,
      precision_at_5: 0.1,
      precision_at_10: 0.05,
      precision_at_25: 0.02,
    });
  });

  it('uses the binary logarithms of 2 to 26', () => {
    for (let rank = 0; rank < 25; rank++) {
      const one = { shown: Array.from({ length: 25 }, (_, at) => (at === rank ? 1 : 0)), truth: new Set([1]) };
      expect(computeNdcg(one, 25, 1)).toBeCloseTo(1 / Math.log2(rank + 2), 12);
    }
  });
});

describe('averageRewards', () => {
  it('is the share of the rewards of what was taken that the lists show, the mean over users with rewards', () => {
    const cases = [
      { shown: [1, 2, 3], truth: new Set([1, 3, 4]) },
      { shown: [1, 2, 3], truth: new Set([4]) },
      { shown: [1, 2, 3], truth: new Set([0, 5]) },
    ];
    const rewards = Float64Array.of(Number.NaN, 10, 99, 20, 30, -5);
    expect(averageRewards(cases, 25, rewards)).toBeCloseTo((30 / 60 + 0) / 2, 12);
    expect(averageRewards(cases, 2, rewards)).toBeCloseTo((10 / 60 + 0) / 2, 12);
    expect(averageRewards([], 25, rewards)).toBe(0);
  });
});

describe('summariseSegments', () => {
  it('gives the mean number of users found, the mean share of the true users, and the users covered', () => {
    const cases = [
      { top: [1, 2], truth: new Set([1, 2, 3, 4]) },
      { top: [2, 5], truth: new Set([9]) },
    ];
    expect(summariseSegments(cases, 10)).toEqual({ coverage: 0.3, hits_at_1_percent: 1, recall_at_1_percent: 0.25 });
  });

  it('takes at least one user as the top 1 %', () => {
    expect([countOnePercent(30), countOnePercent(610)]).toEqual([1, 6]);
  });
});
