/** The lease of a claim after its worker has slept: what another lane has taken meanwhile is begun by nobody else. */
import { settleDeliveries } from '../../src/database/ledger/settlements';
import { holdLease } from '../../src/run/sending/lease';
import { claim, database, idsOf, plannedRun, T0, useLedger } from '../database/support/ledger';

useLedger();

const LEASE_MS = 15_000;
let now = T0;

beforeEach(() => {
  now = T0;
  // The extension is due by the clock; the database answers in real time.
  jest.useFakeTimers({
    doNotFake: ['setTimeout', 'clearTimeout', 'setImmediate', 'nextTick', 'queueMicrotask', 'Date'],
  });
});
afterEach(() => void jest.useRealTimers());

function hold(run: Awaited<ReturnType<typeof plannedRun>>, count: number) {
  const engines = { db: database.db, now: () => now, log: () => undefined };
  return holdLease({
    engines,
    run,
    token: 'worker.1',
    userIds: idsOf(count),
    claimed: { at: T0, tick: performance.now() },
    leaseMs: LEASE_MS,
  });
}

/** Resolves when the condition holds; the test's own time limit ends a wait in vain. */
async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setImmediate(resolve));
}

it('lets nothing begin in its last five seconds', async () => {
  const lease = hold(await plannedRun(1), 1);
  now = T0 + 9_999;
  expect(lease.isOurs('u0000')).toBe(true);
  now = T0 + 10_000;
  expect(lease.isOurs('u0000')).toBe(false);
  lease.release();
});

it('is extended while it runs, so that a slow server costs nothing', async () => {
  const run = await plannedRun(2);
  await claim(run, 'worker.1', 2);
  const lease = hold(run, 2);
  now = T0 + 5000;
  jest.advanceTimersByTime(5000);
  now = T0 + 12_000;
  await until(() => lease.isOurs('u0000'));
  expect(lease.isOurs('u0001')).toBe(true);
  lease.release();
});

it('after a sleep gives back only what nobody took: another lane of the same worker counts as somebody', async () => {
  const run = await plannedRun(2);
  await claim(run, 'worker.1', 1);
  await claim(run, 'worker.1', 1, T0 + 55_000);
  const lease = hold(run, 2);

  now = T0 + 60_000;
  const settlements = [{ userId: 'u0000', token: 'worker.1', to: 'planned' as const, reason: 'never_begun' }];
  await settleDeliveries(database.db, run, { settlements, now });
  expect((await claim(run, 'worker.2', 64, now)).map((row) => row.userId)).toEqual(['u0000']);
  jest.advanceTimersByTime(5000);

  await until(() => lease.isOurs('u0001'));
  expect(lease.isOurs('u0000')).toBe(false);
  lease.release();
});
