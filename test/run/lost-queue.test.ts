/** The queue may be lost at any time: the database is the truth, and reconcile finishes the run. */
import { readFileSync } from 'node:fs';
import { setTimeout as wait } from 'node:timers/promises';
import { sql } from 'kysely';
import type { OpenEngines } from '../../src/cli/open-engines';
import { countDeliveries } from '../../src/database/ledger/deliveries';
import { findRun, runEvents } from '../../src/database/runs/runs';
import { startRun } from '../../src/run/start-run';
import { startWorker } from '../../src/run/worker';
import { messageIdOf } from '../support/night-invariants';
import { listFiles, makeTestFolder } from '../support/nightjar';
import { PEOPLE, prepareSmallShop, SLOT } from './support/small-shop';
import { emailSource, openWorld } from './support/world';

const folder = makeTestFolder('nightjar-lost-queue');
let shop: OpenEngines;

beforeAll(async () => {
  shop = await openWorld(folder, [{ path: 'queue.reconcileSeconds', value: 0.2, flag: 'test' }]);
  await prepareSmallShop(shop);
}, 60_000);
afterAll(() => shop.close());

/** Empties every table of the queue and answers how many rows were lost. */
async function loseQueue(): Promise<number> {
  const tables = await sql<{
    name: string;
  }>`SELECT tablename AS name FROM pg_tables WHERE schemaname = 'bullmq' AND tablename NOT LIKE '%migration%'`.execute(
    shop.db,
  );
  let lost = 0;
  for (const { name } of tables.rows) {
    const deleted = await sql`DELETE FROM ${sql.table(`bullmq.${name}`)}`.execute(shop.db);
    lost += Number(deleted.numAffectedRows ?? 0n);
  }
  return lost;
}

/** A second worker on the same state folder, as on a machine of its own. */
async function openSecondWorker() {
  const engines = await openWorld(folder, [{ path: 'queue.reconcileSeconds', value: 0.2, flag: 'test' }]);
  const worker = await startWorker(engines);
  return async () => {
    await worker.close();
    await engines.close();
  };
}

it.each([1, 2])(
  'a run whose queue is lost again and again is finished by %i workers, and everyone gets one mail',
  async (workers) => {
    const { runId } = await startRun(shop, {
      source: emailSource(`lost-queue-${workers}`, { send: '{ rate: 30/s }' }),
      slot: SLOT,
      again: false,
    });
    expect(await loseQueue()).toBeGreaterThan(0);
    const before = listFiles(shop.state.inbox, '.eml').length;
    const worker = await startWorker(shop);
    const closeSecond = workers === 2 ? await openSecondWorker() : async () => undefined;
    const lostIn = new Set<string>();
    try {
      for (let look = 0; look < 1200; look++) {
        const run = await findRun(shop.db, runId);
        if (run?.state === 'finished') break;
        if (look % 5 === 4 && (await loseQueue()) > 0) lostIn.add(run?.state ?? '');
        await wait(50);
      }
    } finally {
      await worker.close();
      await closeSecond();
    }

    const run = await findRun(shop.db, runId);
    const ids = listFiles(shop.state.inbox, '.eml').map((file) => messageIdOf(readFileSync(file, 'latin1')));
    expect(run?.state).toBe('finished');
    expect((await countDeliveries(shop.db, runId)).accepted).toBe(PEOPLE);
    expect(ids).toHaveLength(before + PEOPLE);
    expect(new Set(ids).size).toBe(before + PEOPLE);
    expect((await runEvents(shop.db, runId)).filter((event) => event.state === 'finished')).toHaveLength(1);
    expect([...lostIn]).toContain('sending');
  },
  90_000,
);
