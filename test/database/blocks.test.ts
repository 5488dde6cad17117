/** How long a destination is left alone, and how it is taken up again. */
import fc from 'fast-check';
import {
  type Destination,
  isBlocked,
  isRestricted,
  LONGEST_BLOCK_MS,
  nextBlock,
  rateNow,
  UNBLOCKED,
} from '../../src/database/pacing/blocks';

const T0 = Date.UTC(2026, 2, 2, 2);
const MINUTE = 60_000;
const block = (current: Destination, now: number) =>
  nextBlock(current, { now, baseMs: 10 * MINUTE, mostMs: LONGEST_BLOCK_MS });

describe('a block', () => {
  it('is as long as its first answer says, and twice as long each time that it follows on the last, up to two hours', () => {
    const lengths: number[] = [];
    let current = UNBLOCKED;
    let now = T0;
    for (let nth = 0; nth < 6; nth++) {
      current = block(current, now);
      lengths.push((current.blockedUntil - now) / MINUTE);
      now = current.blockedUntil + 1000;
    }
    expect(lengths).toEqual([10, 20, 40, 80, 120, 120]);
    expect(current).toMatchObject({ step: 5, since: T0 });
  });

  it('is one trouble however many answers there were when it began', () => {
    const first = block(UNBLOCKED, T0);
    const second = block(first, T0 + 5000);
    expect(second).toEqual({ ...first, blockedUntil: T0 + 5000 + 10 * MINUTE });
  });

  it('begins anew once the destination has been taken up again', () => {
    const first = block(UNBLOCKED, T0);
    const later = first.blockedUntil + 10 * MINUTE;
    expect(isRestricted(first, later - 1)).toBe(true);
    expect(isRestricted(first, later)).toBe(false);
    expect(block(first, later)).toMatchObject({ step: 0, since: later, blockedUntil: later + 10 * MINUTE });
  });

  it('of a clock that was hours ahead is none', () => {
    const wrong = block(UNBLOCKED, T0 + 5 * 60 * MINUTE);
    expect(isBlocked(wrong, T0)).toBe(false);
    expect(block(wrong, T0)).toMatchObject({ step: 0, blockedUntil: T0 + 10 * MINUTE });
    expect(rateNow(wrong, { now: T0, limit: 7, full: undefined })).toBe(7);
  });
});

describe('the rate after a block', () => {
  const after = block(UNBLOCKED, T0);
  const rate = (ms: number, limit?: number, full?: number) =>
    rateNow(after, { now: after.blockedUntil + ms, limit, full });

  it('begins with one a second and grows evenly to the full one over as long as the block was', () => {
    expect([0, 1000, 5 * MINUTE, 10 * MINUTE - 1, 10 * MINUTE].map((ms) => rate(ms, 60))).toEqual([
      1,
      1,
      30,
      expect.closeTo(60, 3),
      60,
    ]);
  });

  it('goes by the job’s rate where the domain has none, and then nothing limits it', () => {
    expect(rate(5 * MINUTE, undefined, 40)).toBe(20);
    expect(rate(5 * MINUTE)).toBe(50);
    expect(rate(10 * MINUTE)).toBeUndefined();
  });

  it('is never above the limit, and never stops', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 30 * MINUTE }),
        fc.double({ min: 0.01, max: 500, noNaN: true }),
        (ms, limit) => {
          const now = rate(ms, limit) ?? 0;
          return now > 0 && now <= limit;
        },
      ),
      { seed: 20260302 },
    );
  });
});
