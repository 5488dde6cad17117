import { chooseCandidate } from '../../../src/local/recommender/candidates';
import { trainPersonalization } from '../../../src/local/recommender/personalization';
import { SEQUENCE, TASTE } from '../../../src/local/recommender/recipes/user-personalization';
import { createData } from './related-tables';
import { generateShop } from './shop';

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

describe('the metrics of user personalization', () => {
  it('are those of neither model where each half of the test users would choose another', () => {
    const shop = generateShop(150, 80, 12);
    const lengths = { min: 0, max: 1 };
    const isMixed = [1, 2, 3, 4, 5, 6].map((seed) => {
      const data = { ...createData(shop.rows), seed };
      const measure = (...candidates: Parameters<typeof trainPersonalization>[1]['candidates']) =>
        JSON.stringify(trainPersonalization(data, { candidates, lengths }).metrics);
      return ![measure(SEQUENCE), measure(TASTE)].includes(measure(SEQUENCE, TASTE));
    });
    expect(isMixed).toContain(true);
  });
});
