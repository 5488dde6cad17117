/** The laws of the delivery ledger while mails are sent: claimed by one, answered by who holds it, and nobody forgotten. */
import { extendLeases, nextDue } from '../../src/database/ledger/claims';
import { countDeliveries } from '../../src/database/ledger/deliveries';
import { listUnsettled, settleDeliveries } from '../../src/database/ledger/settlements';
import { answerAll, claim, database, idsOf, LEASE, plannedRun, readRow, T0, useLedger } from './support/ledger';

useLedger();

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
    const extend = (token: string, userIds: readonly string[], now: number) =>
      extendLeases(database.db, run, { token, userIds, now, until: T0 + 3 * LEASE });
    expect([...(await extend('A', ['u0001'], T0 + 1))]).toEqual(['u0001']);
    expect([...(await extend('B', ['u0002'], T0 + 1))]).toEqual([]);
    expect([...(await extend('A', ['u0000'], T0 + LEASE + 1))]).toEqual([]);

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
