/** A database that was restored from a backup, or copied, sends no mail twice: S3 remembers what it has forgotten (D5). */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { ListBatchInferenceJobsCommand } from '@aws-sdk/client-personalize';
import type { OpenEngines } from '../../src/cli/open-engines';
import { countDeliveries } from '../../src/database/ledger/deliveries';
import { findRun, type RunRow } from '../../src/database/runs/runs';
import { noteReporting } from '../../src/database/runs/sending-marks';
import { place } from '../../src/run/engines';
import { exitCodeOf } from '../../src/run/follow-run';
import { resolveRestored } from '../../src/run/operate/resolve-restored';
import { checkBeforeSending } from '../../src/run/restored/announce';
import { storedError } from '../../src/run/run-error';
import { startRun } from '../../src/run/start-run';
import { writeObject } from '../../src/storage/objects';
import { messageIdOf } from '../support/night-invariants';
import { listFiles, makeTestFolder } from '../support/nightjar';
import { startSmtpServer } from '../support/smtp-server';
import { restoreSnapshot, takeSnapshot } from './support/shop-snapshot';
import { PEOPLE, prepareSmallShop, SLOT } from './support/small-shop';
import { driveRun, emailSource, openWorld, rigUp } from './support/world';

const folder = makeTestFolder('nightjar-restored');
const TONIGHT = '2026-03-03';
const source = emailSource('nightly');
let shop: OpenEngines;

beforeAll(async () => {
  shop = await openWorld(folder);
  await prepareSmallShop(shop);
}, 60_000);
afterAll(() => shop.close());

/** Does something to the database while nobody has it open. */
async function whileClosed(action: (stateDir: string) => Promise<void>): Promise<void> {
  await shop.close();
  await action(folder);
  shop = await openWorld(folder);
}

async function start(job: ReturnType<typeof emailSource>, slot: string, again = false): Promise<string> {
  return (await startRun(rigUp(shop).engines, { source: job, slot, again })).runId;
}

async function run(job: ReturnType<typeof emailSource>, slot: string): Promise<RunRow> {
  return driveRun(rigUp(shop), await start(job, slot));
}

/** Message-IDs in the inbox: the same for the same run and person. */
function mails(): readonly string[] {
  return listFiles(path.join(folder, 'inbox'), '.eml').map((file) => messageIdOf(readFileSync(file, 'latin1')));
}

async function countBought(): Promise<number> {
  return (await shop.personalize.send(new ListBatchInferenceJobsCommand({}))).batchInferenceJobs?.length ?? 0;
}

it('of yesterday pauses tonight’s run before anything is bought or sent, until a person has settled it', async () => {
  await whileClosed(takeSnapshot);
  expect((await run(source, SLOT)).state).toBe('finished');
  expect(mails()).toHaveLength(PEOPLE);
  const bought = await countBought();
  await whileClosed(restoreSnapshot);
  expect(await findRun(shop.db, `nightly.${SLOT}`)).toBeUndefined();

  const tonight = await run(source, TONIGHT);
  const yesterday = await run(source, SLOT);

  for (const paused of [tonight, yesterday]) {
    expect(paused).toMatchObject({ state: 'paused', pausedReason: 'restored' });
    expect(exitCodeOf(paused, undefined)).toBe(6);
    expect(storedError(paused)).toMatchObject({
      code: 'E_ENGINE_RESTORED',
      exitCode: 6,
      message: expect.stringContaining(`nightly.${SLOT}`),
      fix: expect.stringMatching(/nightjar runs resolve --restored nightly$/),
    });
  }
  expect([mails().length, await countBought()]).toEqual([PEOPLE, bought]);

  expect(await resolveRestored(rigUp(shop).engines, 'nightly')).toEqual({
    job: 'nightly',
    recorded: [`nightly.${SLOT}`],
    goesOn: [`nightly.${TONIGHT}`],
  });
  expect((await driveRun(rigUp(shop), tonight.runId)).state).toBe('finished');
  expect(await findRun(shop.db, yesterday.runId)).toMatchObject({ state: 'cancelled', pausedReason: 'restored' });
  expect(mails()).toHaveLength(2 * PEOPLE);
  expect(new Set(mails()).size).toBe(2 * PEOPLE);

  await expect(start(source, SLOT)).rejects.toMatchObject({ code: 'E_ENGINE_RESTORED' });
  await expect(start(source, SLOT, true)).rejects.toMatchObject({ code: 'E_ENGINE_RESTORED' });
  expect(await run(source, '2026-03-04')).toMatchObject({ state: 'finished' });
});

it('does not pause the runs of other jobs', async () => {
  const other = emailSource('others');
  await whileClosed(takeSnapshot);
  await run(emailSource('lost'), SLOT);
  await whileClosed(restoreSnapshot);

  expect((await run(other, SLOT)).state).toBe('finished');
});

it('of the middle of a run that was finished since sends nothing of it', async () => {
  const job = emailSource('middle');
  const id = await start(job, SLOT);
  await driveRun(rigUp(shop), id, (open) => open.state === 'sending');
  await whileClosed(takeSnapshot);
  await driveRun(rigUp(shop), id);
  const before = mails().length;
  await whileClosed(restoreSnapshot);

  const paused = await driveRun(rigUp(shop), id);

  expect(paused).toMatchObject({ state: 'paused', pausedReason: 'restored' });
  expect(await resolveRestored(rigUp(shop).engines, 'middle')).toMatchObject({ recorded: [id], goesOn: [] });
  expect(await findRun(shop.db, id)).toMatchObject({ state: 'cancelled', pausedReason: 'restored' });
  expect(mails()).toHaveLength(before);
});

it('of the middle of a run that was sending still sends nothing of it', async () => {
  const server = await startSmtpServer({
    faults: { rcpt: (nth) => (nth <= 4 ? { reply: '452 4.2.2 over quota' } : undefined) },
  });
  const job = emailSource('sending');
  const id = await start(job, SLOT);
  await driveRun(rigUp(shop), id, (open) => open.state === 'sending');
  await whileClosed(takeSnapshot);
  const first = rigUp(shop, { mailUrl: server.url, retryAfterSeconds: [3600] });
  await driveRun(first, id, async () => (await countDeliveries(shop.db, id)).deferred > 0);
  await first.close();
  const sent = server.received.length;
  await whileClosed(restoreSnapshot);

  const second = rigUp(shop, { mailUrl: server.url });
  const paused = await driveRun(second, id);
  await second.close();
  await server.close();

  expect(sent).toBeGreaterThan(0);
  expect(paused).toMatchObject({ state: 'paused', pausedReason: 'restored' });
  expect(server.received).toHaveLength(sent);
});

it('that two servers share by a copy lets one of them run a slot', async () => {
  const job = emailSource('copied');
  const id = await start(job, SLOT);
  await whileClosed(takeSnapshot);
  await driveRun(rigUp(shop), id);
  const before = mails().length;
  await whileClosed(restoreSnapshot);

  const second = await driveRun(rigUp(shop), id);

  expect(second).toMatchObject({ state: 'paused', pausedReason: 'restored' });
  expect(mails()).toHaveLength(before);
});

it('is not suspected where a run is resumed, or made again', async () => {
  const job = emailSource('resumed');
  const id = await start(job, SLOT);
  await driveRun(rigUp(shop), id, (open) => open.state === 'waiting');
  await whileClosed(async () => undefined);

  expect((await driveRun(rigUp(shop), id)).state).toBe('finished');
  await expect(start(job, SLOT, true)).rejects.toMatchObject({ code: 'E_RUN_NO_RECIPIENTS' });
});

it('is not suspected by a lane that looks while the report of the run is being written', async () => {
  const rig = rigUp(shop);
  const id = await start(emailSource('reporting'), '2026-03-20');
  const sending = await driveRun(rig, id, (run) => run.state === 'sending');
  const uri = place(rig.engines, `runs/${id}/report.json`);
  await noteReporting(shop.db, id);
  await writeObject(shop.s3, uri, ['{}'], { contentType: 'application/json', kmsKeyArn: null });

  expect(await checkBeforeSending(rig.engines, sending)).toBe(true);

  expect((await findRun(shop.db, id))?.state).toBe('sending');
  expect((await driveRun(rig, id)).state).toBe('finished');
});
