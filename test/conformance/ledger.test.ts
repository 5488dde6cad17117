/** The ledger's contract on the oldest and the newest PostgreSQL: claimed by one, answered by who holds it, unknown after its lease. */

import { type OpenDatabase, openDatabase } from '../../src/database/connecting/connection';
import { answerDeliveries, claimDeliveries } from '../../src/database/ledger/claims';
import { countDeliveries, planDeliveries, saveSlates } from '../../src/database/ledger/deliveries';
import { listUnsettled, settleDeliveries } from '../../src/database/ledger/settlements';
import { createRun } from '../../src/database/runs/runs';
import { type Engines, startEngines, WORLDS } from './support/worlds';

const T0 = Date.UTC(2026, 2, 2, 2);
const LEASE = 30_000;
const PEOPLE = 500;
const RUN = { runId: 'picks.2026-03-02', job: 'picks', slot: '2026-03-02' };
const idOf = (nth: number) => `u${String(nth).padStart(4, '0')}`;

let engines: Engines;
beforeAll(async () => {
  engines = await startEngines();
}, 60_000);
afterAll(() => engines.stop());

describe.each(WORLDS)('%s', (_name, open) => {
  /** Two workers of their own on one database. */
  let one: OpenDatabase;
  let two: OpenDatabase;

  beforeEach(async () => {
    const world = await open(engines);
    [one, two] = await Promise.all([openDatabase(world.database), openDatabase(world.database)]);
    await createRun(one.db, { ...RUN, n: 1, kind: 'email', bundleUri: 's3://b/k', catalogueVersion: 1 }, T0);
    const ids = Array.from({ length: PEOPLE }, (_, n) => idOf(n));
    const rows = ids.map((userId) => ({ userId, addressHash: `hash-${userId}`, domain: 'people.example' }));
    await planDeliveries(one.db, RUN, { rows, now: T0 });
    await saveSlates(
      one.db,
      RUN.runId,
      ids.map((userId) => ({ userId, itemIds: ['i1'] })),
    );
  });
  afterEach(() => Promise.all([one.close(), two.close()]));

  const claim = ({ db }: OpenDatabase, token: string, limit = 64) =>
    claimDeliveries(db, RUN.runId, { token, limit, now: T0, leaseMs: LEASE });

  it('two workers share all rows and none twice', async () => {
    const takeAll = async (database: OpenDatabase, token: string) => {
      const mine: string[] = [];
      for (let rows = await claim(database, token, 7); rows.length > 0; rows = await claim(database, token, 7)) {
        mine.push(...rows.map((row) => row.userId));
      }
      return mine;
    };
    const [first, second] = await Promise.all([takeAll(one, 'A'), takeAll(two, 'B')]);

    expect([...first, ...second].sort()).toEqual(Array.from({ length: PEOPLE }, (_, n) => idOf(n)));
    expect(Math.min(first.length, second.length)).toBeGreaterThan(0);
  });

  it('planning again changes nothing', async () => {
    const rows = [{ userId: idOf(0), addressHash: `hash-${idOf(0)}`, domain: 'people.example' }];
    await planDeliveries(two.db, RUN, { rows, now: T0 + 1 });
    expect(await countDeliveries(one.db, RUN.runId)).toMatchObject({ planned: PEOPLE });
  });

  it('only who holds a row answers it, and once', async () => {
    await claim(one, 'A', 1);
    const answers = [{ userId: idOf(0), state: 'accepted' as const }];
    const answer = async ({ db }: OpenDatabase, token: string) => [
      ...(await answerDeliveries(db, RUN, { token, answers, now: T0 + 1 })),
    ];

    expect(await answer(two, 'B')).toEqual([]);
    expect(await answer(one, 'A')).toEqual([idOf(0)]);
    expect(await answer(one, 'A')).toEqual([]);
    expect(await countDeliveries(two.db, RUN.runId)).toMatchObject({ accepted: 1, planned: PEOPLE - 1 });
  });

  it('a lease that runs out makes a row unknown once it is settled, and never due again by itself', async () => {
    await claim(one, 'A', 1);
    expect(await listUnsettled(two.db, RUN.runId, T0 + LEASE - 1)).toEqual([]);
    const [expired] = await listUnsettled(two.db, RUN.runId, T0 + LEASE + 1);
    expect(expired).toMatchObject({ userId: idOf(0), state: 'claimed', token: 'A' });
    const settlements = [{ userId: idOf(0), token: 'A', to: 'unknown' as const, reason: 'worker_died' }];

    const others = settlements.map((settlement) => ({ ...settlement, token: 'B' }));
    expect(await settleDeliveries(one.db, RUN, { settlements: others, now: T0 + LEASE + 1 })).toBe(0);
    expect(await settleDeliveries(two.db, RUN, { settlements, now: T0 + LEASE + 1 })).toBe(1);
    const later = await claimDeliveries(one.db, RUN.runId, {
      token: 'C',
      limit: PEOPLE,
      now: T0 + 10 * LEASE,
      leaseMs: LEASE,
    });
    expect(later.map((row) => row.userId)).not.toContain(idOf(0));
    expect(await countDeliveries(one.db, RUN.runId)).toMatchObject({ unknown: 1 });
  });
});
