import { buildHistories, historyOf } from '../../../src/local/recommender/histories';
import { holdOutNewest, holdOutUsers } from '../../../src/local/recommender/test-users';
import { generateShop, logRows } from './shop';

const histories = buildHistories(logRows(generateShop(100, 80, 25).rows));

describe('holdOutUsers', () => {
  it('holds out a tenth of the users, whom training never sees', () => {
    const { training, heldOut } = holdOutUsers(histories, 1);
    const empty = training.userIds.filter((_, user) => historyOf(training, user).length === 0);
    expect([heldOut.length, empty.length]).toEqual([10, 10]);
  });

  it('feeds the oldest 90 % and asks for the newest 10 %, at least one item', () => {
    for (const { fed, truth } of holdOutUsers(histories, 1).heldOut) {
      const length = fed.length + truth.size;
      expect(truth.size).toBe(Math.max(1, Math.floor(length / 10)));
    }
  });

  it('draws other users for another seed', () => {
    const first = holdOutUsers(histories, 1).heldOut.map(({ fed }) => Array.from(fed));
    const second = holdOutUsers(histories, 2).heldOut.map(({ fed }) => Array.from(fed));
    expect(second).not.toEqual(first);
  });
});

describe('holdOutNewest', () => {
  it('cuts the newest 20 % off every history', () => {
    const { training, truth } = holdOutNewest(histories);
    histories.userIds.forEach((_, user) => {
      const whole = historyOf(histories, user);
      expect(historyOf(training, user).length + (truth[user]?.size ?? 0)).toBe(whole.length);
      expect(truth[user]?.size).toBe(Math.max(1, Math.floor(whole.length * 0.2)));
    });
  });
});
