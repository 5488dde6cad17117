import fc from 'fast-check';
import { naturalLog } from '../../../src/local/recommender/logarithm';
import { buildSparse } from '../../../src/local/recommender/text/sparse-matrix';
import { findSubspace } from '../../../src/local/recommender/text/subspace';
import { tokenise } from '../../../src/local/recommender/text/tokens';

const termsOf = (text: string): readonly string[] => tokenise(text).map(({ term }) => term);

describe('terms', () => {
  it('are words in lower case, without punctuation and English plurals', () => {
    expect(termsOf("The Boys' 3 glass BOXES, cherries & men's shoes; a bus")).toEqual([
      'the',
      'boy',
      '3',
      'glass',
      'box',
      'cherry',
      'men',
      'shoe',
      'a',
      'bus',
    ]);
  });

  it('keep words of other languages whole', () => {
    expect(termsOf('Grüße aus Čačak, Ελλάδα, हिन्दी и Москва')).toEqual([
      'grüße',
      'aus',
      'čačak',
      'ελλάδα',
      'हिन्दी',
      'и',
      'москва',
    ]);
  });

  it('are pairs of characters where a script has no spaces', () => {
    expect(termsOf('東京タワー')).toEqual(['東京', '京タ', 'タワ', 'ワー']);
    expect(termsOf('書 and 本')).toEqual(['書', 'and', '本']);
  });

  it('fold full-width letters and decomposed accents', () => {
    expect(termsOf('ＡＢＣ cafe\u0301')).toEqual(termsOf('abc café'));
  });

  it('come from any text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(termsOf(text).every((term) => term !== '')).toBe(true);
      }),
    );
  });
});

describe('the natural logarithm', () => {
  it('is within 10⁻¹⁴ of the true one', () => {
    fc.assert(
      fc.property(fc.double({ min: 1e-300, max: 1e300, noNaN: true }), (value) => {
        const expected = Math.log(value);
        expect(Math.abs(naturalLog(value) - expected)).toBeLessThan(1e-14 * Math.max(1, Math.abs(expected)));
      }),
    );
  });

  it('of 0 is minus infinity', () => {
    expect(naturalLog(0)).toBe(Number.NEGATIVE_INFINITY);
  });
});

describe('the subspace of a matrix', () => {
  const keys = ['a', 'b', 'c', 'd', 'e'];
  const rows = [
    [
      [0, 3],
      [1, 3],
    ],
    [
      [0, 3],
      [1, 3],
    ],
    [
      [2, 2],
      [3, 2],
    ],
    [[4, 0.1]],
  ] as const;

  it('is spanned by the leading singular vectors, orthonormal', () => {
    const basis = findSubspace(buildSparse(5, rows), keys, 2, 1);
    const project = (vector: readonly number[]): number => {
      const shares = [0, 1].map((k) => vector.reduce((sum, value, row) => sum + value * (basis[row * 2 + k] ?? 0), 0));
      return shares.reduce((sum, share) => sum + share * share, 0);
    };
    expect(project([Math.SQRT1_2, Math.SQRT1_2, 0, 0, 0])).toBeCloseTo(1, 6);
    expect(project([0, 0, Math.SQRT1_2, Math.SQRT1_2, 0])).toBeCloseTo(1, 6);
    expect(project([0, 0, 0, 0, 1])).toBeCloseTo(0, 6);
  });

  it('has columns of 0 where the matrix has fewer directions', () => {
    const basis = findSubspace(buildSparse(5, rows.slice(0, 2)), keys, 3, 1);
    const lengths = [0, 1, 2].map((k) => Math.hypot(...keys.map((_, row) => basis[row * 3 + k] ?? 0)));
    expect(lengths.map((length) => Math.round(length)).sort()).toEqual([0, 0, 1]);
  });
});
