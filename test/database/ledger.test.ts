/** The laws of the delivery ledger: planned once, claimed by one, answered by who holds it, and nobody forgotten. */
import {
  answerDeliveries,
  claimDeliveries,
  type DeliveryAnswer,
  extendLeases,
  listUnsettled,
  nextDue,
  settleDeliveries,
} from '../../src/database/claims';
import { type OpenDatabase, openDatabase } from '../../src/database/connection';
import {
  applyFallback,
  countDeliveries,
  excludeWithoutSlate,
  planDeliveries,
  type RunOfDeliveries,
  saveSlates,
  streamPlannedUsers,
} from '../../src/database/deliveries';
import { createRun } from '../../src/database/runs';
import { startTestPostgres, type TestPostgres } from '../support/database';

const T0 = Date.UTC(2026, 2, 2, 2);
const LEASE = 30_000;
let postgres: TestPostgres;
let database: OpenDatabase;
let runs = 0;

beforeAll(async () => {
  postgres = await startTestPostgres();
  database = await openDatabase(await postgres.createDatabase());
}, 60_000);
afterAll(async () => {
  await database.close();
  await postgres.stop();
});

/** Makes a run of a job of its own, or a further one of the same job and slot. */
async function makeRun(earlier?: RunOfDeliveries): Promise<RunOfDeliveries> {
  runs += 1;
  const run = { runId: `run-${runs}`, job: earlier?.job ?? `job-${runs}`, slot: '2026-03-02' };
  await createRun(database.db, { ...run, n: runs, kind: 'email', bundleUri: 's3://b/k', catalogueVersion: 1 }, T0);
  return run;
}

const rowsOf = (ids: readonly string[]) => ids.map((id) => ({ userId: id, addressHash: `hash-${id}` }));
const idsOf = (count: number) => Array.from({ length: count }, (_, n) => `u${String(n).padStart(4, '0')}`);

async function plannedRun(count: number): Promise<RunOfDeliveries> {
  const run = await makeRun();
  await planDeliveries(database.db, run, { rows: rowsOf(idsOf(count)), now: T0 });
  await saveSlates(
    database.db,
    run.runId,
    idsOf(count).map((userId) => ({ userId, itemIds: ['i1', 'i2'] })),
  );
  return run;
}

const claim = (run: RunOfDeliveries, token: string, limit = 64, now = T0) =>
  claimDeliveries(database.db, run.runId, { token, limit, now, leaseMs: LEASE });

const answerAll = (run: RunOfDeliveries, token: string, answers: readonly DeliveryAnswer[], now = T0 + 1000) =>
  answerDeliveries(database.db, run, { token, answers, now });

const readRow = (run: RunOfDeliveries, userId: string) =>
  database.db
    .selectFrom('delivery')
    .selectAll()
    .where('job', '=', run.job)
    .where('user_id', '=', userId)
    .executeTakeFirstOrThrow();

const readAll = (run: RunOfDeliveries) =>
  database.db.selectFrom('delivery').selectAll().where('job', '=', run.job).orderBy('user_id').execute();

describe('planning', () => {
  it('twice, whole or in other batches, is the same as once', async () => {
    const run = await makeRun();
    const rows = rowsOf(idsOf(50));
    await planDeliveries(database.db, run, { rows, now: T0 });
    const once = await readAll(run);

    await planDeliveries(database.db, run, { rows, now: T0 + 5 });
    await planDeliveries(database.db, run, { rows: rows.slice(10, 30), now: T0 + 6 });

    expect(await readAll(run)).toEqual(once);
    expect(once.every((row) => row.state === 'planned')).toBe(true);
  });

  it('gives an address one mail: the first user id keeps it, the others are excluded as duplicates, whoever plans first', async () => {
    const run = await makeRun();
    const rows = ['b', 'a', 'c'].map((userId) => ({ userId, addressHash: 'same' }));
    await planDeliveries(database.db, run, { rows, now: T0 });
    await planDeliveries(database.db, run, { rows: [{ userId: '0', addressHash: 'same' }], now: T0 });

    expect((await readAll(run)).map(({ user_id, state, reason }) => [user_id, state, reason])).toEqual([
      ['0', 'excluded', 'duplicate_address'],
      ['a', 'planned', null],
      ['b', 'excluded', 'duplicate_address'],
      ['c', 'excluded', 'duplicate_address'],
    ]);
  });

  it('a further run of the slot takes over who ended without the mail, and leaves who got it, or may have, where they are', async () => {
    const first = await plannedRun(6);
    await claim(first, 'A');
    await answerAll(first, 'A', [
      { userId: 'u0000', state: 'accepted' },
      { userId: 'u0001', state: 'refused', reason: 'smtp_550' },
      { userId: 'u0002', state: 'dropped', reason: 'smtp_451' },
      { userId: 'u0003', state: 'excluded', reason: 'no_recommendations' },
      { userId: 'u0004', state: 'unknown', reason: 'no_answer' },
      { userId: 'u0005', state: 'deferred', dueAt: T0 + 60_000 },
    ]);

    const second = await makeRun(first);
    await planDeliveries(database.db, second, { rows: rowsOf(idsOf(6)), now: T0 + 2000 });

    const byUser = Object.fromEntries((await readAll(first)).map((row) => [row.user_id, [row.run_id, row.state]]));
    expect(byUser).toEqual({
      u0000: [first.runId, 'accepted'],
      u0001: [second.runId, 'planned'],
      u0002: [second.runId, 'planned'],
      u0003: [second.runId, 'planned'],
      u0004: [first.runId, 'unknown'],
      u0005: [first.runId, 'deferred'],
    });
    const bought: string[] = [];
    for await (const userId of streamPlannedUsers(database.db, second.runId)) bought.push(userId);
    expect(bought).toEqual(['u0001', 'u0002', 'u0003']);
  });
});

describe('slates', () => {
  it('stored twice are the same; rows without one get the fallback or are excluded, and none is left', async () => {
    const run = await makeRun();
    await planDeliveries(database.db, run, { rows: rowsOf(idsOf(4)), now: T0 });
    const slates = [
      { userId: 'u0000', itemIds: ['i1'] },
      { userId: 'stranger', itemIds: ['i1'] },
    ];
    expect(await saveSlates(database.db, run.runId, slates)).toBe(1);
    expect(await saveSlates(database.db, run.runId, slates)).toBe(1);
    expect(await claim(run, 'A')).toHaveLength(1);

    expect(await applyFallback(database.db, run.runId, ['p1'])).toBe(3);
    expect(await excludeWithoutSlate(database.db, run.runId, T0)).toBe(0);
    expect((await claim(run, 'A')).map(({ userId, slate, fallback }) => [userId, slate, fallback])).toEqual([
      ['u0001', ['p1'], true],
      ['u0002', ['p1'], true],
      ['u0003', ['p1'], true],
    ]);
  });

  it('never change once a row is claimed', async () => {
    const run = await plannedRun(1);
    await claim(run, 'A');

    expect(await saveSlates(database.db, run.runId, [{ userId: 'u0000', itemIds: ['late'] }])).toBe(0);
    expect((await readRow(run, 'u0000')).slate).toEqual(['i1', 'i2']);
  });
});

describe('claims', () => {
  it('by many tokens at once never overlap, and together they are all', async () => {
    const run = await plannedRun(300);
    const takeAll = async (token: string) => {
      const mine: string[] = [];
      for (let rows = await claim(run, token, 7); rows.length > 0; rows = await claim(run, token, 7))
        mine.push(...rows.map((row) => row.userId));
      return mine;
    };

    const taken = await Promise.all(['A', 'B', 'C', 'D'].map(takeAll));

    expect(taken.flat().sort()).toEqual(idsOf(300));
    expect(taken.filter((mine) => mine.length > 0).length).toBeGreaterThan(1);
    expect((await countDeliveries(database.db, run.runId)).claimed).toBe(300);
  });

  it('take what is due, the earliest first, and nothing that is due later', async () => {
    const run = await plannedRun(3);
    await claim(run, 'A', 2);
    await answerAll(run, 'A', [
      { userId: 'u0000', state: 'deferred', dueAt: T0 + 60_000 },
      { userId: 'u0001', state: 'deferred', dueAt: T0 - 5000 },
    ]);

    expect((await claim(run, 'B', 1)).map((row) => [row.userId, row.attempt])).toEqual([['u0001', 2]]);
    expect((await claim(run, 'B')).map((row) => row.userId)).toEqual(['u0002']);
    expect(await nextDue(database.db, run.runId)).toBe(T0 + 60_000);
    expect((await claim(run, 'B', 64, T0 + 60_000)).map((row) => row.userId)).toEqual(['u0000']);
    expect(await nextDue(database.db, run.runId)).toBeUndefined();
  });
});

describe('answers', () => {
  it('of an old token are refused once the row has another', async () => {
    const run = await plannedRun(1);
    await claim(run, 'A');
    await settleDeliveries(database.db, run, {
      settlements: [{ userId: 'u0000', token: 'A', to: 'planned', reason: 'never_begun' }],
      now: T0 + LEASE + 1,
    });
    await claim(run, 'B', 64, T0 + LEASE + 2);

    expect(await answerAll(run, 'A', [{ userId: 'u0000', state: 'accepted', messageId: '<a>' }])).toBe(0);
    expect(await readRow(run, 'u0000')).toMatchObject({ state: 'claimed', token: 'B', message_id: null });
    expect(await answerAll(run, 'B', [{ userId: 'u0000', state: 'accepted', messageId: '<b>' }])).toBe(1);
    expect(await readRow(run, 'u0000')).toMatchObject({ state: 'accepted', message_id: '<b>' });
  });

  it('change nothing that is terminal, so that an answer given twice counts once', async () => {
    const run = await plannedRun(1);
    await claim(run, 'A');
    expect(await answerAll(run, 'A', [{ userId: 'u0000', state: 'accepted' }])).toBe(1);

    expect(await answerAll(run, 'A', [{ userId: 'u0000', state: 'refused', reason: 'smtp_550' }])).toBe(0);
    expect((await readRow(run, 'u0000')).state).toBe('accepted');
  });

  it('that come late, from the worker whose row became unknown, are evidence and count', async () => {
    const run = await plannedRun(1);
    await claim(run, 'A');
    await settleDeliveries(database.db, run, {
      settlements: [{ userId: 'u0000', token: 'A', to: 'unknown', reason: 'worker_died' }],
      now: T0 + LEASE + 1,
    });
    expect((await readRow(run, 'u0000')).state).toBe('unknown');

    expect(await answerAll(run, 'A', [{ userId: 'u0000', state: 'accepted', messageId: '<a>' }])).toBe(1);
    expect((await readRow(run, 'u0000')).state).toBe('accepted');
  });

  it('that give a row back do not use up an attempt', async () => {
    const run = await plannedRun(1);
    for (let turn = 0; turn < 5; turn++) {
      expect((await claim(run, 'A')).map((row) => row.attempt)).toEqual([1]);
      await answerAll(run, 'A', [{ userId: 'u0000', state: 'planned' }]);
    }
    expect(await readRow(run, 'u0000')).toMatchObject({ state: 'planned', attempt: 0 });
  });
});

describe('leases', () => {
  it('that ran out before the mail was begun do not use up an attempt; after it was begun they do', async () => {
    const run = await plannedRun(2);
    await claim(run, 'A');
    const settlements = [
      { userId: 'u0000', token: 'A', to: 'planned', reason: 'never_begun' },
      { userId: 'u0001', token: 'A', to: 'planned', reason: 'not_in_inbox' },
    ] as const;
    await settleDeliveries(database.db, run, { settlements, now: T0 + LEASE + 1 });

    expect((await claim(run, 'B', 64, T0 + LEASE + 1)).map((row) => [row.userId, row.attempt]).sort()).toEqual([
      ['u0000', 1],
      ['u0001', 2],
    ]);
  });

  it('that run out are listed; those extended or running are not', async () => {
    const run = await plannedRun(3);
    await claim(run, 'A');
    await extendLeases(database.db, run, { token: 'A', userIds: ['u0001'], until: T0 + 3 * LEASE });
    await extendLeases(database.db, run, { token: 'B', userIds: ['u0002'], until: T0 + 3 * LEASE });

    expect(await listUnsettled(database.db, run.runId, T0 + LEASE - 1)).toEqual([]);
    expect((await listUnsettled(database.db, run.runId, T0 + LEASE + 1)).map((row) => [row.userId, row.token])).toEqual(
      [
        ['u0000', 'A'],
        ['u0002', 'A'],
      ],
    );
  });

  it('are settled only by the token that was seen and only once they have run out', async () => {
    const run = await plannedRun(1);
    await claim(run, 'A');
    const settle = (token: string, now: number) =>
      settleDeliveries(database.db, run, {
        settlements: [{ userId: 'u0000', token, to: 'unknown', reason: 'worker_died' }],
        now,
      });

    expect([await settle('A', T0 + 1), await settle('B', T0 + LEASE + 1)]).toEqual([0, 0]);
    expect(await settle('A', T0 + LEASE + 1)).toBe(1);
    expect((await readRow(run, 'u0000')).state).toBe('unknown');
  });
});

it('the eight states of a run add up to the number chosen', async () => {
  const run = await plannedRun(20);
  await claim(run, 'A', 12);
  const states = ['accepted', 'refused', 'excluded', 'dropped', 'deferred', 'unknown', 'planned'] as const;
  await answerAll(
    run,
    'A',
    states.map((state, n) => ({ userId: `u000${n}`, state, ...(state === 'deferred' ? { dueAt: T0 + 1 } : {}) })),
  );

  const counts = await countDeliveries(database.db, run.runId);

  expect(counts).toEqual({
    accepted: 1,
    refused: 1,
    excluded: 1,
    dropped: 1,
    deferred: 1,
    unknown: 1,
    planned: 9,
    claimed: 5,
  });
});
