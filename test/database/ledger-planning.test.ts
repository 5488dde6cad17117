/** The laws of the delivery ledger while a run is planned: each recipient once, each address once, no slate forgotten. */
import {
  applyFallback,
  excludeWithoutSlate,
  planDeliveries,
  saveSlates,
  streamPlannedUsers,
} from '../../src/database/ledger/deliveries';
import {
  answerAll,
  claim,
  database,
  idsOf,
  makeRun,
  plannedRun,
  readAll,
  readRow,
  rowsOf,
  T0,
  useLedger,
} from './support/ledger';

useLedger();

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
    const rows = ['b', 'a', 'c'].map((userId) => ({ userId, addressHash: 'same', domain: 'people.example' }));
    await planDeliveries(database.db, run, { rows, now: T0 });
    await planDeliveries(database.db, run, {
      rows: [{ userId: '0', addressHash: 'same', domain: 'people.example' }],
      now: T0,
    });

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
    for await (const userId of streamPlannedUsers(database.db, second)) bought.push(userId);
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

    expect(await applyFallback(database.db, run, ['p1'])).toBe(3);
    expect(await excludeWithoutSlate(database.db, run, T0)).toBe(0);
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
