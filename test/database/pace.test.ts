/** The pace that workers share. */
import fc from 'fast-check';
import { type OpenDatabase, openDatabase } from '../../src/database/connecting/connection';
import { CATCH_UP_MS, mostAhead, reservePace } from '../../src/database/pacing/pace';
import { startTestPostgres, type TestPostgres } from '../support/database';

const T0 = Date.UTC(2026, 2, 2, 2);
let postgres: TestPostgres;
let database: OpenDatabase;

beforeAll(async () => {
  postgres = await startTestPostgres();
  database = await openDatabase(await postgres.createDatabase());
}, 60_000);
afterAll(async () => {
  await database.close();
  await postgres.stop();
});

let senders = 0;

/** Every mail's time of all the reservations. */
function timesOf(spans: readonly { startsAt: number; count: number }[], perSecond: number): readonly number[] {
  return spans
    .flatMap(({ startsAt, count }) => Array.from({ length: count }, (_, n) => startsAt + (n * 1000) / perSecond))
    .sort((a, b) => a - b);
}

it('shared by several callers at once stays within the rate: no two mails are closer than its interval', async () => {
  const sender = `shared-${senders++}`;
  const spans = await Promise.all(
    Array.from({ length: 12 }, async (_, n) => ({
      count: 5 + n,
      startsAt: await reservePace(database.db, { sender, count: 5 + n, perSecond: 50, now: T0 }),
    })),
  );

  const times = timesOf(spans, 50);

  expect(times[0]).toBe(T0);
  expect(times.slice(1).every((time, n) => time - (times[n] ?? 0) >= 20)).toBe(true);
  expect(times.at(-1)).toBe(T0 + (times.length - 1) * 20);
});

it('keeps its distance whatever the callers ask for and whenever', async () => {
  const calls = fc.array(
    fc.record({ count: fc.integer({ min: 1, max: 64 }), after: fc.integer({ min: 0, max: 3000 }) }),
    { minLength: 1, maxLength: 8 },
  );
  await fc.assert(
    fc.asyncProperty(calls, fc.integer({ min: 1, max: 1000 }), async (wishes, perSecond) => {
      const sender = `any-${senders++}`;
      const spans: { startsAt: number; count: number }[] = [];
      let now = T0;
      for (const { count, after } of wishes) {
        // Nobody asks from further ahead than lanes do: what lies there is taken for a wrong clock's.
        const last = spans.at(-1);
        const next = last === undefined ? T0 : last.startsAt + (last.count * 1000) / perSecond;
        now = Math.max(now + after, Math.ceil(next - mostAhead(perSecond)));
        const startsAt = await reservePace(database.db, { sender, count, perSecond, now });
        expect(startsAt).toBeGreaterThanOrEqual(now - CATCH_UP_MS);
        spans.push({ startsAt, count });
      }
      const times = timesOf(spans, perSecond);
      // Times of the database are whole microseconds, ours whole milliseconds.
      return times.slice(1).every((time, n) => time - (times[n] ?? 0) >= 1000 / perSecond - 1.01);
    }),
    { numRuns: 40, seed: 20260302 },
  );
});

it('does not save up time that nobody used, but for a quarter of a second: no burst after a pause', async () => {
  const sender = `pause-${senders++}`;
  await reservePace(database.db, { sender, count: 10, perSecond: 10, now: T0 });

  const first = await reservePace(database.db, { sender, count: 10, perSecond: 10, now: T0 + 60_000 });
  const second = await reservePace(database.db, { sender, count: 10, perSecond: 10, now: T0 + 60_000 });

  expect([first, second]).toEqual([T0 + 60_000 - CATCH_UP_MS, T0 + 61_000 - CATCH_UP_MS]);
});

it('forgets slots that a clock which was hours ahead has taken, and waits for those that lanes take in earnest', async () => {
  const sender = `wrong-clock-${senders++}`;
  const reserve = (now: number, count = 1) => reservePace(database.db, { sender, count, perSecond: 1, now });
  await reserve(T0, mostAhead(1) / 1000 - 1);
  expect(await reserve(T0)).toBe(T0 + mostAhead(1) - 1000);

  await reserve(T0 + 3 * 3_600_000);

  expect(await reserve(T0 + 1000)).toBe(T0 + 1000);
});

it('is each sender’s own', async () => {
  const [a, b] = [`own-${senders++}`, `own-${senders++}`];
  await reservePace(database.db, { sender: a, count: 100, perSecond: 1, now: T0 });

  expect(await reservePace(database.db, { sender: b, count: 1, perSecond: 1, now: T0 })).toBe(T0);
});
