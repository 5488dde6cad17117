/** The queue may be lost at any time: the database is the truth, and reconcile finishes the run. */
import { readFileSync } from 'node:fs';
import { setTimeout as wait } from 'node:timers/promises';
import { sql } from 'kysely';
import type { OpenEngines } from '../../src/cli/open-engines';
import { countDeliveries } from '../../src/database/deliveries';
import { findRun } from '../../src/database/runs';
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

it('a run whose queue is lost again and again is finished, and everyone gets one mail', async () => {
  const { runId } = await startRun(shop, {
    source: emailSource('lost-queue', { send: '{ rate: 30/s }' }),
    slot: SLOT,
    again: false,
  });
  expect(await loseQueue()).toBeGreaterThan(0);
  const worker = await startWorker(shop);
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
  }

  const run = await findRun(shop.db, runId);
  const ids = listFiles(shop.state.inbox, '.eml').map((file) => messageIdOf(readFileSync(file, 'latin1')));
  expect(run?.state).toBe('finished');
  expect((await countDeliveries(shop.db, runId)).accepted).toBe(PEOPLE);
  expect(ids).toHaveLength(PEOPLE);
  expect(new Set(ids).size).toBe(PEOPLE);
  expect([...lostIn]).toContain('sending');
}, 90_000);
