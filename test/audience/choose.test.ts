/** Holds sampling, splitting and the choice of the best to what they promise. */
import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { UNRANKED } from '../../src/audience/algebra/rank';
import { createSample } from '../../src/audience/choose/sample';
import { shareOf } from '../../src/audience/choose/share-of';
import { createSplit } from '../../src/audience/choose/split';
import { createTop } from '../../src/audience/choose/top';
import type { Member } from '../../src/audience/members';
import { parseShare, type Share } from '../../src/units';

const PEOPLE = Array.from({ length: 20_000 }, (_, n) => `user-${n}`);
const share = (text: string): Share => {
  const read = parseShare(text);
  if (read === undefined) throw new Error(text);
  return read;
};
const PARTS = [
  { name: 'a', share: share('45%') },
  { name: 'b', share: share('45%') },
  { name: 'holdout', share: share('10%') },
];

it('computes a share that anybody can compute again', () => {
  const hex = createHash('sha256').update('split:winback:用户-1', 'utf8').digest('hex');
  expect(shareOf('split:winback', '用户-1')).toBe(Number(BigInt(`0x${hex.slice(0, 12)}`)) / 2 ** 48);
});

describe('a sample', () => {
  const inSample = (text: string, audience = 'fans') =>
    PEOPLE.filter(createSample({ job: 'winback', audience, share: share(text) }));

  it('has about its share of the people', () => {
    // Four standard deviations of 20,000 draws at 10 %.
    expect(Math.abs(inSample('10%').length - 2000)).toBeLessThan(170);
  });

  it('only gains people when its share grows', () => {
    const larger = new Set(inSample('20%'));
    expect(inSample('10%').every((id) => larger.has(id))).toBe(true);
    expect(inSample('100%')).toHaveLength(PEOPLE.length);
  });

  it('is another one for another audience', () => {
    const other = new Set(inSample('10%', 'others'));
    const both = inSample('10%').filter((id) => other.has(id)).length;
    expect(Math.abs(both - 200)).toBeLessThan(57);
  });
});

describe('a split', () => {
  const partOf = createSplit({ job: 'winback', parts: PARTS });

  it('puts everybody into one part, about by the shares', () => {
    const counts = { a: 0, b: 0, holdout: 0 };
    for (const id of PEOPLE) counts[partOf(id) as keyof typeof counts] += 1;
    expect(counts.a + counts.b + counts.holdout).toBe(PEOPLE.length);
    expect(Math.abs(counts.a - 9000)).toBeLessThan(282);
    expect(Math.abs(counts.holdout - 2000)).toBeLessThan(170);
  });

  it('has nothing to do with a sample of the same job', () => {
    const sampled = PEOPLE.filter(createSample({ job: 'winback', audience: 'fans', share: share('50%') }));
    const held = sampled.filter((id) => partOf(id) === 'holdout').length;
    expect(Math.abs(held / sampled.length - 0.1)).toBeLessThan(0.012);
  });

  it('knows parts whose shares add up to 1 only nearly', () => {
    const thirds = ['33.3%', '33.3%', '33.4%'].map((text, index) => ({ name: `p${index}`, share: share(text) }));
    const third = createSplit({ job: 'j', parts: thirds });
    fc.assert(fc.property(fc.string(), (id) => ['p0', 'p1', 'p2'].includes(third(id))));
  });
});

describe('the best by rank', () => {
  const choose = (members: readonly Member[], rule: Parameters<typeof createTop>[0]['rule']) => {
    const top = createTop({ job: 'winback', audience: 'fans', rule });
    for (let at = 0; at < members.length; at += 7) top.add(members.slice(at, at + 7));
    return members.filter(top.finish());
  };
  const members = fc.uniqueArray(fc.string({ maxLength: 6 }), { maxLength: 80 }).chain((ids) =>
    fc
      .array(fc.oneof(fc.integer({ min: 1, max: 9 }), fc.constantFrom(5_000_000, UNRANKED)), {
        minLength: ids.length,
        maxLength: ids.length,
      })
      .map((ranks) => ids.map((userId, index) => ({ userId, rank: ranks[index] ?? 1 }))),
  );

  it('are exactly so many, and nobody who is left out is better', () => {
    fc.assert(
      fc.property(members, fc.integer({ min: 1, max: 100 }), (all, count) => {
        const kept = choose(all, { count });
        expect(kept).toHaveLength(Math.min(count, all.length));
        const worst = Math.max(0, ...kept.map(({ rank }) => rank));
        const best = Math.min(Number.POSITIVE_INFINITY, ...all.filter((m) => !kept.includes(m)).map((m) => m.rank));
        expect(best).toBeGreaterThanOrEqual(worst);
      }),
      { numRuns: 500 },
    );
  });

  it('are the same people whoever of the others, who are no better, is gone', () => {
    fc.assert(
      fc.property(members, fc.integer({ min: 1, max: 40 }), (all, count) => {
        const kept = choose(all, { count });
        const fewer = all.filter((member, index) => kept.includes(member) || index % 2 === 0);
        expect(choose(fewer, { count })).toEqual(kept);
      }),
    );
  });

  it('are a share rounded up, without what rounding adds', () => {
    const hundred = Array.from({ length: 100 }, (_, n) => ({ userId: `u${n}`, rank: n + 1 }));
    expect(choose(hundred, { share: share('7%') })).toHaveLength(7);
    expect(choose(hundred.slice(0, 15), { share: share('10%') })).toHaveLength(2);
    expect(choose([], { share: share('10%') })).toEqual([]);
  });

  it('decides between equal ranks without regard to the beginning of the ids', () => {
    const equal = Array.from({ length: 1000 }, (_, n) => ({
      userId: `u${String(n).padStart(4, '0')}`,
      rank: UNRANKED,
    }));
    const kept = choose(equal, { count: 500 });
    const early = kept.filter(({ userId }) => userId < 'u0500').length;
    expect(Math.abs(early - 250)).toBeLessThan(64);
  });
});
