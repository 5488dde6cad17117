/** Claims where domains have rates or are blocked, or the sender is warming up. */
import { type ClaimRules, claimByRules } from '../../src/database/ledger/claim-by-rules';
import { planDeliveries, type RunOfDeliveries, saveSlates } from '../../src/database/ledger/deliveries';
import { blockDestination } from '../../src/database/pacing/destinations';
import { returnRamp } from '../../src/database/pacing/ramp';
import { nextSendable, readSendingState } from '../../src/database/runs/sending-state';
import { answerAll, claim, database, LEASE, makeRun, T0, useLedger } from './support/ledger';

useLedger();

let senders = 0;
const newSender = () => `news-${senders++}@shop.example`;
const rulesOf = (parts: Partial<ClaimRules> = {}): ClaimRules => ({
  sender: newSender(),
  perDomain: {},
  perSecond: undefined,
  ...parts,
});

/** A run with people of these domains, in this order. */
async function runOf(domains: readonly string[]): Promise<RunOfDeliveries> {
  const run = await makeRun();
  const rows = domains.map((domain, nth) => {
    const userId = `u${String(nth).padStart(5, '0')}`;
    return { userId, addressHash: `hash-${userId}`, domain };
  });
  await planDeliveries(database.db, run, { rows, now: T0 });
  await saveSlates(
    database.db,
    run.runId,
    rows.map(({ userId }) => ({ userId, itemIds: ['i1'] })),
  );
  return run;
}

const take = (run: RunOfDeliveries, rules: ClaimRules, parts: { token?: string; limit?: number; now?: number } = {}) =>
  claimByRules(database.db, run.runId, { token: 'A', limit: 64, now: T0, leaseMs: LEASE, ...parts }, rules);
const block = (sender: string, domain: string, now = T0) =>
  blockDestination(database.db, { sender, domain }, { now, baseMs: 600_000, mostMs: 7_200_000 });
const heldOf = async (run: RunOfDeliveries) =>
  (
    await database.db
      .selectFrom('delivery')
      .select('user_id')
      .where('run_id', '=', run.runId)
      .where('held', '=', true)
      .execute()
  ).length;
const many = (count: number, domain: string): string[] => Array(count).fill(domain);

it('by many lanes at once never overlap, and together they are all, each once', async () => {
  const run = await runOf(Array.from({ length: 300 }, (_, n) => `d${n % 7}.test`));
  const rules = rulesOf({ perDomain: { '*': 100_000 } });
  const takeAll = async (token: string) => {
    const mine: string[] = [];
    for (;;) {
      const { rows } = await take(run, rules, { token, limit: 9 });
      if (rows.length === 0) return mine;
      mine.push(...rows.map((row) => row.userId));
    }
  };

  const taken = (await Promise.all(['A', 'B', 'C', 'D'].map(takeAll))).flat();

  expect(taken).toHaveLength(300);
  expect(new Set(taken).size).toBe(300);
});

it('pass by what is blocked, however much of it comes first, and never look at it again', async () => {
  const run = await runOf([...many(3000, 'gmail.test'), ...many(20, 'else.test')]);
  const rules = rulesOf();
  await block(rules.sender, 'gmail.test');

  const first = await take(run, rules);

  expect(first.rows.map(({ domain }) => domain)).toEqual(many(20, 'else.test'));
  expect(await heldOf(run)).toBe(3000);
  expect((await take(run, rules)).rows).toEqual([]);
  expect(await claim(run, 'B')).toEqual([]);
  expect(await nextSendable(database.db, run.runId, { sender: rules.sender, now: T0 })).toBe(T0 + 600_000);
  const state = await readSendingState(database.db, run.runId, { sender: rules.sender, now: T0 });
  expect(state).toMatchObject({ hasHeld: true, hasBlocks: true });
});

it('take up again what was held, with few at first, the earliest due of all domains first', async () => {
  const run = await runOf([...many(10, 'gmail.test'), ...many(10, 'else.test')]);
  const rules = rulesOf();
  await block(rules.sender, 'gmail.test');
  await take(run, rules, { limit: 1 });
  await answerAll(run, 'A', [{ userId: 'u00010', state: 'deferred', dueAt: T0 + 1 }]);
  const end = T0 + 600_000;

  const again = await take(run, rules, { now: end });
  expect(
    again.rows.filter(({ domain }) => domain === 'gmail.test').map(({ userId, turn }) => [userId, turn?.at]),
  ).toEqual([
    ['u00000', end],
    ['u00001', end + 1000],
  ]);
  expect(again.rows.filter(({ domain }) => domain === 'else.test')).toHaveLength(10);

  const later = await take(run, rules, { now: end + 600_000 });
  expect(later.rows.map(({ userId, turn }) => [userId, turn])).toEqual(
    Array.from({ length: 8 }, (_, n) => [`u0000${n + 2}`, undefined]),
  );
});

it('of a domain with a rate are spaced by it over all lanes, and reserve no more than a second ahead', async () => {
  const run = await runOf([...many(40, 'gmail.test'), ...many(10, 'else.test')]);
  const rules = rulesOf({ perDomain: { 'gmail.test': 10 } });

  const lanes = await Promise.all(['A', 'B', 'C'].map((token) => take(run, rules, { token, limit: 30 })));

  const rows = lanes.flatMap((lane) => lane.rows);
  const turns = rows.flatMap(({ turn }) => (turn === undefined ? [] : [turn.at])).sort((a, b) => a - b);
  expect(turns).toEqual(Array.from({ length: 11 }, (_, n) => T0 + n * 100));
  expect(rows.filter(({ turn }) => turn === undefined).map(({ domain }) => domain)).toEqual(many(10, 'else.test'));
  expect(await nextSendable(database.db, run.runId, { sender: rules.sender, now: T0 })).toBe(T0 + 100);
  const next = await take(run, rules, { now: T0 + 1000 });
  expect(next.rows.map(({ turn }) => turn?.at).sort()).toEqual(
    Array.from({ length: 10 }, (_, n) => T0 + 1100 + n * 100),
  );
});

it('with `*` give each other domain its own rate', async () => {
  const run = await runOf([...many(5, 'a.test'), ...many(5, 'b.test'), ...many(5, 'c.test')]);
  const { rows } = await take(run, rulesOf({ perDomain: { '*': 2, 'c.test': 1 } }));
  const perDomain = (domain: string) => rows.filter((row) => row.domain === domain).length;
  expect([perDomain('a.test'), perDomain('b.test'), perDomain('c.test')]).toEqual([3, 3, 2]);
});

it('go through held domains in parts, from where the last claim ended, so that thousands of them cost no claim much', async () => {
  const domains = Array.from({ length: 1200 }, (_, n) => `d${String(n).padStart(4, '0')}.test`);
  const run = await runOf(domains);
  await database.db.updateTable('delivery').set({ held: true }).where('run_id', '=', run.runId).execute();
  const rules = rulesOf();
  const seen = new Set<string>();
  let heldFrom = '';
  for (let nth = 0; nth < 40; nth++) {
    const taken = await take(run, { ...rules, heldFrom });
    for (const { domain } of taken.rows) seen.add(domain ?? '');
    if (nth === 0) expect(taken.heldFrom).toBe('d0499.test');
    heldFrom = taken.heldFrom;
    if (taken.rows.length === 0) break;
  }
  expect(seen.size).toBe(1200);
});

it('forget turns that a clock which was hours ahead has taken', async () => {
  const run = await runOf(many(6, 'gmail.test'));
  const rules = rulesOf({ perDomain: { 'gmail.test': 1 } });
  expect((await take(run, rules, { now: T0 + 3 * 3_600_000 })).rows).toHaveLength(2);
  expect((await take(run, rules)).rows.map(({ turn }) => turn?.at).sort()).toEqual([T0, T0 + 1000]);
});

describe('with a ramp', () => {
  const ramp = (sender: string, start: number) => ({ sender, ramp: { sender, start, growth: 0.5 } });
  const dayOf = (sender: string) =>
    database.db.selectFrom('ramp_day').select(['allowed', 'used']).where('sender', '=', sender).execute();

  it('take no more than the day allows, by many lanes and runs at once', async () => {
    const sender = newSender();
    const runs = [await runOf(many(100, 'a.test')), await runOf(many(100, 'a.test'))];
    const rules = rulesOf(ramp(sender, 50));

    const lanes = await Promise.all(
      Array.from({ length: 12 }, (_, n) => {
        const run = runs[n % 2];
        if (run === undefined) throw new Error('no run');
        return take(run, rules, { token: `L${n}`, limit: 7 });
      }),
    );

    expect(lanes.reduce((sum, { rows }) => sum + rows.length, 0)).toBe(50);
    expect(lanes.some(({ isDayUsedUp }) => isDayUsedUp)).toBe(true);
    expect(await dayOf(sender)).toEqual([{ allowed: 50, used: 50 }]);
  });

  it('reserve what they take, not what they asked for, and get back what is returned', async () => {
    const sender = newSender();
    const run = await runOf(many(3, 'a.test'));
    const rules = rulesOf(ramp(sender, 50));
    expect((await take(run, rules)).rows).toHaveLength(3);
    expect(await dayOf(sender)).toEqual([{ allowed: 50, used: 3 }]);
    expect((await take(run, rules)).isDayUsedUp).toBe(false);

    await returnRamp(database.db, sender, { claimedAt: T0, count: 2 });
    await returnRamp(database.db, sender, { claimedAt: T0 + 86_400_000, count: 2 });
    expect(await dayOf(sender)).toEqual([{ allowed: 50, used: 1 }]);
  });

  it('of two jobs with one sender go by the stricter', async () => {
    const sender = newSender();
    const run = await runOf(many(100, 'a.test'));
    await take(run, rulesOf(ramp(sender, 50)), { limit: 5 });
    expect((await take(run, rulesOf(ramp(sender, 8)))).rows).toHaveLength(3);
    expect((await take(run, rulesOf(ramp(sender, 50)))).isDayUsedUp).toBe(true);
  });
});
