import fc from 'fast-check';
import { compareBytes, hashPair, hashText } from '../../../src/local/recommender/identity';

describe('compareBytes', () => {
  it('orders texts as Buffer.compare orders their UTF-8 bytes', () => {
    const text = fc.string({ unit: 'binary', maxLength: 6 });
    fc.assert(
      fc.property(text, text, (a, b) => {
        expect(Math.sign(compareBytes(a, b))).toBe(Buffer.compare(Buffer.from(a), Buffer.from(b)));
      }),
    );
  });

  it('puts a character beyond U+FFFF behind U+FFFD', () => {
    expect(['😀', '\uFFFD', 'z', '10', '9'].sort(compareBytes)).toEqual(['10', '9', 'z', '\uFFFD', '😀']);
  });
});

describe('hashText and hashPair', () => {
  it('give the same numbers on every machine', () => {
    expect([hashText('u1', 1), hashText('u1', 2), hashText('u2', 1)]).toEqual([3372026498, 2418415963, 1258166410]);
    expect([hashPair(1, 2), hashPair(2, 1)]).toEqual([1937965219, 363878259]);
  });

  it('spread over all 32 bits', () => {
    const buckets = new Set(Array.from({ length: 1000 }, (_, at) => hashText(`user-${at}`, 5) >>> 28));
    expect(buckets.size).toBe(16);
  });
});
