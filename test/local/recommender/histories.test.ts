import { buildHistories, historyOf, truncateHistories } from '../../../src/local/recommender/histories';
import { generateShop, logEvents, logRows, shuffled } from './shop';

const ROWS = [
  ['b', 'x', 30],
  ['b', 'y', 10],
  ['a', 'z', 5],
  ['b', 'x', 20],
  ['b', 'x', 30],
  ['b', 'w', 10],
] as const;

describe('buildHistories', () => {
  it('keeps each item once, at its latest time, oldest first, ties by item id', () => {
    const histories = buildHistories(logRows(ROWS));
    const names = Array.from(historyOf(histories, 1), (item) => histories.itemIds[item]);
    expect(histories.userIds).toEqual(['a', 'b']);
    expect(names).toEqual(['w', 'y', 'x']);
  });

  it('counts an interaction that is repeated exactly once, and users rather than events for itemUsers', () => {
    const histories = buildHistories(logRows(ROWS));
    const x = histories.itemIds.indexOf('x');
    expect([histories.itemEvents[x], histories.itemUsers[x], histories.userEvents[1]]).toEqual([2, 1, 4]);
    expect([histories.itemFirst[x], histories.newest]).toEqual([20, 30]);
  });

  it('gives items without interactions a place', () => {
    const histories = buildHistories(logRows(ROWS), ['new', 'x']);
    expect(histories.itemIds).toEqual(['new', 'w', 'x', 'y', 'z']);
    expect(histories.itemUsers[0]).toBe(0);
  });

  it('gives items that were only shown no place', () => {
    const shown = logEvents([{ user: 'a', item: 'x', time: 1, facts: { impression: ['x', 'seen', 'new'] } }]);
    expect(buildHistories(shown, ['new']).itemIds).toEqual(['new', 'x']);
  });

  it('gives the same whatever the order of the rows', () => {
    const { rows } = generateShop(40, 60, 12);
    const sorted = buildHistories(logRows(rows));
    expect(buildHistories(logRows(shuffled(rows, 3)))).toEqual(sorted);
  });

  it('takes an empty log', () => {
    const histories = buildHistories(logRows([]));
    expect([histories.userIds, histories.items.length]).toEqual([[], 0]);
  });
});

describe('truncateHistories', () => {
  it('keeps the oldest items and counts users anew', () => {
    const cut = truncateHistories(buildHistories(logRows(ROWS)), (_, length) => length - 1);
    expect(Array.from(cut.offsets)).toEqual([0, 0, 2]);
    expect(cut.itemIds.filter((_, item) => (cut.itemUsers[item] ?? 0) > 0)).toEqual(['w', 'y']);
  });
});
