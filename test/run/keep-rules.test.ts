/** What is archived and what is not: whose time is over, what others still use, and what can't be trusted. */
import { setTimeout as wait } from 'node:timers/promises';
import { ListObjectsV2Command } from '@aws-sdk/client-s3';
import { sql } from 'kysely';
import type { OpenEngines } from '../../src/cli/open-engines';
import { beginArchive, refuseArchivedSlot } from '../../src/database/keeping/archive';
import { listArtefacts } from '../../src/database/runs/artefacts';
import { createRun } from '../../src/database/runs/runs';
import { isNightjarError } from '../../src/errors';
import type { Engines } from '../../src/run/engines';
import { keep, startKeeping } from '../../src/run/keep/keep';
import { readSmallObject, writeObject } from '../../src/storage/objects';
import { parseS3Uri } from '../../src/storage/uri';
import { makeTestFolder } from '../support/nightjar';
import { makeOldRun, type OldRun, useJob, watchS3 } from './support/old-run';
import { openWorld } from './support/world';

const folder = makeTestFolder('nightjar-keep-rules');
let world: OpenEngines;

beforeAll(async () => {
  world = await openWorld(folder);
}, 60_000);
afterAll(() => world.close());

const on = () => new AbortController().signal;

/** What became of the runs of this test; those of earlier tests that are due again are left out. */
async function keepThem(runs: readonly OldRun[], engines: Engines = world): Promise<Readonly<Record<string, string>>> {
  const done = (await keep(engines, on())) ?? [];
  const mine = done.filter(({ runId }) => runs.some((run) => run.runId === runId));
  return Object.fromEntries(mine.map((run) => [run.runId, run.kind === 'failed' ? run.reason : run.kind]));
}

const rowsOf = async ({ runId }: OldRun) =>
  (await world.db.selectFrom('delivery').select('user_id').where('run_id', '=', runId).execute()).length;

async function hasObjects(prefix: string): Promise<boolean> {
  const answer = await world.s3.send(new ListObjectsV2Command({ Bucket: 'nightjar', Prefix: prefix }));
  return (answer.Contents ?? []).length > 0;
}

it('counts from the end of a run, by its own bundle: none without keep, none before its time, failed and cancelled ones too', async () => {
  const runs = {
    forever: await makeOldRun(world, { job: 'forever' }),
    tooEarly: await makeOldRun(world, { job: 'too-early', keep: '31d' }),
    finished: await makeOldRun(world, { job: 'is-finished', keep: '29d' }),
    failed: await makeOldRun(world, { job: 'has-failed', keep: '1d', state: 'failed' }),
    cancelled: await makeOldRun(world, { job: 'is-cancelled', keep: '1d', state: 'cancelled' }),
    open: await makeOldRun(world, { job: 'goes-on', keep: '1d', state: 'sending' }),
  };
  expect(await keepThem(Object.values(runs))).toEqual({
    [runs.finished.runId]: 'archived',
    [runs.failed.runId]: 'archived',
    [runs.cancelled.runId]: 'archived',
  });
  expect([await rowsOf(runs.forever), await rowsOf(runs.tooEarly), await rowsOf(runs.open)]).toEqual([25, 25, 25]);
});

it('a run is not begun to be archived while another run of its slot goes on', async () => {
  const first = await makeOldRun(world, { job: 'busy-slot', keep: '1d' });
  const second = await makeOldRun(world, { job: 'busy-slot', keep: '1d', n: 2, state: 'sending' });

  expect(await keepThem([first, second])).toEqual({ [first.runId]: 'busy' });
  await refuseArchivedSlot(world.db, first);

  await world.db.updateTable('run').set({ state: 'finished' }).where('run_id', '=', second.runId).execute();
  expect(await keepThem([first, second])).toEqual({ [first.runId]: 'archived', [second.runId]: 'archived' });
});

/** Waits until somebody waits for an advisory lock of this database. */
async function waitForLock(db: OpenEngines['db']): Promise<void> {
  for (;;) {
    const waiting = await sql`
      SELECT FROM pg_locks WHERE locktype = 'advisory' AND NOT granted
        AND database = (SELECT oid FROM pg_database WHERE datname = current_database())`.execute(db);
    if (waiting.rows.length > 0) return;
    await wait(10);
  }
}

it('a new run of the slot and the beginning of its archive wait for each other', async () => {
  const old = await makeOldRun(world, { job: 'same-moment', keep: '1d' });
  const next = { runId: `${old.runId}.2`, job: old.job, slot: old.slot, n: 2, kind: 'email' as const };
  let isBegun: Promise<boolean> | undefined;
  await world.db.transaction().execute(async (trx) => {
    await createRun(trx, { ...next, bundleUri: 's3://nightjar/none', catalogueVersion: 1 }, world.now());
    isBegun = beginArchive(world.db, old, world.now());
    await waitForLock(world.db);
  });
  expect(await isBegun).toBe(false);
  await world.db.updateTable('run').set({ state: 'cancelled' }).where('run_id', '=', next.runId).execute();
});

it('an output that a kept run goes by stays until that run is archived too', async () => {
  const first = await makeOldRun(world, { job: 'bought-once', keep: '1d' });
  const second = await makeOldRun(world, { job: 'bought-once', keep: '30d', n: 2, daysAgo: 20 });
  await useJob(world, second.runId, first.batchJob);

  expect(await keepThem([first, second])).toEqual({ [first.runId]: 'archived' });
  expect([await hasObjects(first.outputKey), await hasObjects(first.inputKey)]).toEqual([true, true]);

  const later = { ...world, now: () => Date.now() + 20 * 86_400_000 };
  expect(await keepThem([second], later)).toEqual({ [second.runId]: 'archived' });
  expect([await hasObjects(first.outputKey), await hasObjects(first.inputKey)]).toEqual([false, false]);
});

it('an input that a kept batch job of another job shares stays, and goes with the last', async () => {
  const first = await makeOldRun(world, { job: 'shares-a', keep: '1d', input: 'shared' });
  const second = await makeOldRun(world, { job: 'shares-b', keep: '40d', input: 'shared' });
  await keepThem([first]);
  expect([await hasObjects(first.outputKey), await hasObjects(first.inputKey)]).toEqual([false, true]);

  await keepThem([second], { ...world, now: () => Date.now() + 20 * 86_400_000 });
  expect(await hasObjects(first.inputKey)).toBe(false);
});

it('an input waits while a run is being prepared, which may be about to use it', async () => {
  const old = await makeOldRun(world, { job: 'waits', keep: '1d' });
  const preparing = await makeOldRun(world, { job: 'prepares', state: 'preparing' });

  expect(await keepThem([old])).toEqual({ [old.runId]: 'busy' });
  expect([await rowsOf(old), await hasObjects(old.outputKey), await hasObjects(old.inputKey)]).toEqual([
    0,
    false,
    true,
  ]);

  await world.db.updateTable('run').set({ state: 'failed' }).where('run_id', '=', preparing.runId).execute();
  expect(await keepThem([old])).toEqual({ [old.runId]: 'archived' });
  expect(await hasObjects(old.inputKey)).toBe(false);
});

it('inputs and outputs of attempts that failed and gave way to another go too', async () => {
  const old = await makeOldRun(world, { job: 'tried-twice', keep: '1d' });
  await world.db.deleteFrom('run_batch_job').where('run_id', '=', old.runId).execute();
  await keepThem([old]);
  expect([await hasObjects(old.outputKey), await hasObjects(old.inputKey)]).toEqual([false, false]);
});

it('an archive that reads back otherwise than it was written deletes nothing', async () => {
  const other = await makeOldRun(world, { job: 'swap-1', keep: '1d' });
  await keepThem([other]);
  const uri = (await listArtefacts(world.db, other.runId)).find(({ kind }) => kind === 'archive')?.uri ?? '';
  const foreign = await readSmallObject(world.s3, parseS3Uri(uri));

  const old = await makeOldRun(world, { job: 'swap-2', keep: '1d' });
  let isSwapped = false;
  const s3 = watchS3(world.s3, async (name, input) => {
    const key = readKey(input);
    if (isSwapped || name !== 'GetObjectCommand' || !key.startsWith('archive/swap-2/')) return;
    isSwapped = true;
    await writeObject(world.s3, { bucket: 'nightjar', key }, [foreign], {
      contentType: 'application/vnd.apache.parquet',
    });
  });

  expect(Object.values(await keepThem([old], { ...world, s3 }))[0]).toMatch(
    /other user ids or states than were written; nothing was deleted$/,
  );
  expect([await rowsOf(old), await hasObjects(old.outputKey)]).toEqual([25, true]);
  expect(await keepThem([old])).toEqual({ [old.runId]: 'archived' });
});

it('the rows that are left stay where the archive was removed by somebody between two attempts', async () => {
  const old = await makeOldRun(world, { job: 'removed', keep: '1d' });
  const dying = watchS3(world.s3, (name, input) => {
    if (name === 'HeadObjectCommand' && readKey(input).startsWith('archive/removed/'))
      throw new Error('the process is dead');
  });
  await keepThem([old], { ...world, s3: dying });
  const gone = watchS3(world.s3, (name, input) => {
    if (name !== 'HeadObjectCommand' || !readKey(input).startsWith('archive/removed/')) return;
    throw Object.assign(new Error('not found'), { name: 'NotFound' });
  });
  expect(Object.values(await keepThem([old], { ...world, s3: gone }))[0]).toMatch(
    /deliveries that are left were not deleted$/,
  );
  expect(await rowsOf(old)).toBe(25);
});

it('is encrypted with the key of the settings', async () => {
  const old = await makeOldRun(world, { job: 'encrypted', keep: '1d' });
  const kmsKeyArn = 'arn:aws:kms:us-east-1:123456789012:key/1234';
  const puts: unknown[] = [];
  const s3 = watchS3(world.s3, (name, input) => {
    if (name === 'PutObjectCommand' && readKey(input).startsWith('archive/encrypted/')) puts.push(input);
  });
  const settings = { ...world.settings, aws: { ...world.settings.aws, kmsKeyArn } };
  await keepThem([old], { ...world, s3, settings });
  expect(puts).toEqual([expect.objectContaining({ ServerSideEncryption: 'aws:kms', SSEKMSKeyId: kmsKeyArn })]);
});

it('two processes that begin at once archive a run once', async () => {
  const old = await makeOldRun(world, { job: 'at-once', keep: '1d' });
  const both = await Promise.all([keep(world, on()), keep(world, on())]);
  const mine = both.flatMap((runs) => runs ?? []).filter(({ runId }) => runId === old.runId);
  expect([both.filter((runs) => runs === undefined).length, mine.map(({ kind }) => kind)]).toEqual([1, ['archived']]);
});

it('a bundle that can not be read keeps its runs and stops no other', async () => {
  const broken = await makeOldRun(world, { job: 'broken-bundle', keep: '1d' });
  const good = await makeOldRun(world, { job: 'good-bundle', keep: '1d' });
  await world.db
    .updateTable('run')
    .set({ bundle_uri: 's3://nightjar/bundles/gone.json' })
    .where('run_id', '=', broken.runId)
    .execute();
  const told: string[] = [];
  const engines: Engines = { ...world, log: (_level, event) => told.push(event) };
  expect(await keepThem([broken, good], engines)).toEqual({ [good.runId]: 'archived' });
  expect(told).toContain('bundle not readable, its runs are kept');
});

it('the slot of an archived run is refused with the way on', async () => {
  const old = await makeOldRun(world, { job: 'refused-slot', keep: '1d' });
  await keepThem([old]);
  const refused = await refuseArchivedSlot(world.db, old).catch((error: unknown) => error);
  expect(isNightjarError(refused) ? [refused.code, refused.fix] : refused).toEqual([
    'E_RUN_ARCHIVED',
    "run today's slot: nightjar run refused-slot",
  ]);
});

it('goes on by itself beside a worker, until it is closed', async () => {
  const old = await makeOldRun(world, { job: 'by-itself', keep: '1d' });
  let told: (run: unknown) => void = () => undefined;
  const archived = new Promise<unknown>((resolve) => {
    told = resolve;
  });
  const log: Engines['log'] = (_level, event, fields) => {
    if (event === 'run archived' && fields?.run === old.runId) told(fields);
  };
  const keeping = startKeeping({ ...world, log }, { firstMs: 1, everyMs: 3_600_000 });
  expect(await archived).toEqual({ run: old.runId, deliveries: 25 });
  await keeping.close();
});

function readKey(input: unknown): string {
  return typeof input === 'object' && input !== null && 'Key' in input && typeof input.Key === 'string'
    ? input.Key
    : '';
}
