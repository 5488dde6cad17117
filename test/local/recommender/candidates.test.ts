import { chooseCandidate } from '../../../src/local/recommender/candidates';

/** Lists of one item for each user: item 1 is what the user takes. */
function show(items: readonly number[]) {
  return items.map((item) => ({ shown: [item], truth: new Set([1]) }));
}

function hits(shown: readonly (readonly number[])[]) {
  const { best, cases } = chooseCandidate(shown.map(show));
  return { best, hits: cases.map((one) => one.shown[0]) };
}

describe('chooseCandidate', () => {
  it('chooses by all users, and measures each by what the other half would choose', () => {
    expect(
      hits([
        [1, 0, 1, 0, 1],
        [0, 1, 0, 1, 0],
      ]),
    ).toEqual({ best: 0, hits: [0, 0, 0, 0, 0] });
    expect(
      hits([
        [0, 0, 1, 0],
        [0, 1, 1, 1],
      ]),
    ).toEqual({ best: 1, hits: [0, 0, 1, 0] });
  });

  it('takes the first of equals, and the first for a user alone', () => {
    expect(
      hits([
        [1, 1],
        [1, 1],
        [0, 1],
      ]),
    ).toEqual({ best: 0, hits: [1, 1] });
    expect(hits([[0], [1]])).toEqual({ best: 1, hits: [0] });
    expect(hits([[], []])).toEqual({ best: 0, hits: [] });
  });
});
