/** An unsubscribe that comes while a run sends holds from the next e-mail that is made, claimed or not. */
import path from 'node:path';
import type { OpenEngines } from '../../src/cli/open-engines';
import { findRun } from '../../src/database/runs/runs';
import { loadBundle } from '../../src/run/bundle';
import { sendBatch } from '../../src/run/sending/batch';
import { openLane } from '../../src/run/sending/lane';
import { takeNextStep } from '../../src/run/sending/next-claim';
import { takeUnsubscribe } from '../../src/run/suppress/unsubscribe';
import { makeTestFolder } from '../support/nightjar';
import { type RecordingServer, startRecordingServer } from './support/recording-server';
import { makeSendingRun, readLedger, stockShop, workerOn } from './support/sending-run';
import { openWorld } from './support/world';

const folder = makeTestFolder('nightjar-unsubscribe-flight');
let base: OpenEngines;
let server: RecordingServer;

beforeAll(async () => {
  base = await openWorld(folder);
  await stockShop(base);
  server = await startRecordingServer();
}, 60_000);
afterAll(async () => {
  await server.close();
  await base.close();
});

it('between the claim and the making of the mail is honoured', async () => {
  const worker = workerOn(base, server.url);
  const { runId } = await makeSendingRun(worker, { name: 'flight', domains: { 'people.example': 10 } });
  const run = await findRun(base.db, runId);
  if (run === undefined) throw new Error('the run is gone');
  const bundle = await loadBundle(worker, run);
  if (bundle.job.kind !== 'email') throw new Error('no e-mail job');
  const { signal } = new AbortController();
  const lane = await openLane({ engines: worker, run, bundle, shard: 0, signal }, bundle.job);
  const step = await takeNextStep(lane);
  if (step.kind !== 'claimed') throw new Error('nothing was claimed');
  expect(step.claim.rows).toHaveLength(10);

  const spoolDir = path.join(folder, 'spool');
  await takeUnsubscribe(
    { ...worker, spoolDir },
    { userId: 'flight-0003', list: 'flight', source: 'one-click', at: Date.now() },
  );
  await takeUnsubscribe(
    { ...worker, spoolDir },
    { userId: 'flight-0004', list: 'another', source: 'one-click', at: Date.now() },
  );
  await sendBatch(lane, step.claim);

  const rows = new Map((await readLedger(base, runId)).map((row) => [row.user_id, row]));
  expect(rows.get('flight-0003')).toMatchObject({ state: 'excluded', reason: 'suppressed_unsubscribe' });
  expect(rows.get('flight-0004')).toMatchObject({ state: 'accepted' });
  expect(server.arrivals.map(({ to }) => to)).not.toContain('flight-0003@people.example');
  expect(server.arrivals).toHaveLength(9);
  await worker.close();
});
