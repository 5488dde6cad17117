import { buildHistories, historyOf } from '../../../src/local/recommender/histories';
import { limitHistoryLengths } from '../../../src/local/recommender/history-length';
import { recipe } from '../../../src/local/recommender/recipes/user-personalization';
import { createData, generateShop, logRows, type Shop } from './shop';

/** User u1 has one event, u2 two, and so on to u20. */
const rows: Shop['rows'] = Array.from({ length: 20 }, (_, at) => at + 1).flatMap((user) =>
  Array.from({ length: user }, (_, time) => [`u${String(user).padStart(2, '0')}`, `i${time}`, time] as const),
);
const histories = buildHistories(logRows(rows));

function keptUsers(min: number, max: number): readonly number[] {
  const limited = limitHistoryLengths(histories, { min, max });
  return limited.userIds.flatMap((_, user) => (historyOf(limited, user).length > 0 ? [user + 1] : []));
}

describe('limitHistoryLengths', () => {
  it('keeps the users between the percentiles', () => {
    expect(keptUsers(0.25, 0.5)).toEqual([5, 6, 7, 8, 9, 10]);
    expect(keptUsers(0, 0.9)).toEqual(Array.from({ length: 18 }, (_, at) => at + 1));
    expect(keptUsers(0.96, 1)).toEqual([20]);
  });

  it('keeps all at 0 and 1, and users with as many events as the one at a percentile', () => {
    expect(limitHistoryLengths(histories, { min: 0, max: 1 })).toBe(histories);
    const even = buildHistories(logRows(rows.map(([, , time], at) => [`u${at % 30}`, `i${at}`, time] as const)));
    expect(limitHistoryLengths(even, { min: 0.3, max: 0.4 }).items).toEqual(even.items);
  });
});

describe('min_ and max_user_history_length_percentile', () => {
  it('leave a robot out of the training, not out of the recommendations', () => {
    const shop = generateShop(200, 240, 15);
    const robot = Array.from({ length: 150 }, (_, at) => ['robot', `i${at}`, 1_600_000_000 + at] as const);
    const wish = { count: 5, exploration: { weight: 0, ageCutOffDays: 30, seed: 1 } };
    const train = (max: string) =>
      recipe.train(
        createData(logRows([...shop.rows, ...robot]), undefined, {
          hyperParameters: { max_user_history_length_percentile: max },
        }),
      ).parts;
    const clean = recipe.train(
      createData(logRows(shop.rows), undefined, { hyperParameters: { max_user_history_length_percentile: '1' } }),
    ).parts;
    expect(train('0.99').arrays.denseWeights).toEqual(clean.arrays.denseWeights);
    expect(train('1').arrays.denseWeights).not.toEqual(clean.arrays.denseWeights);
    expect(recipe.open(train('0.99')).recommend({ userId: 'robot' }, wish).items).toHaveLength(5);
  });
});
