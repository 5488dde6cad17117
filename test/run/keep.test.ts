/** Keeping: runs that ended too long ago go to S3 as Parquet, nothing is lost on the way, and nothing of them is used again. */
import { ListObjectsV2Command } from '@aws-sdk/client-s3';
import { parquetReadObjects } from 'hyparquet';
import type { OpenEngines } from '../../src/cli/open-engines';
import { batchJobsOf } from '../../src/database/buying/batch-jobs';
import { refuseArchivedSlot } from '../../src/database/keeping/archive';
import { countDeliveries } from '../../src/database/ledger/deliveries';
import { listArtefacts } from '../../src/database/runs/artefacts';
import { findRun } from '../../src/database/runs/runs';
import { isNightjarError } from '../../src/errors';
import { keep } from '../../src/run/keep/keep';
import { readSummary } from '../../src/run/stored-summary';
import { readSmallObject } from '../../src/storage/objects';
import { parseS3Uri } from '../../src/storage/uri';
import { makeTestFolder } from '../support/nightjar';
import { PEOPLE, SLOT } from './support/small-shop';
import { audienceSource, begin, driveRun, emailSource, openShop, type Rig, rigUp } from './support/world';

const folder = makeTestFolder('nightjar-keep');
const DAY = 86_400_000;
let shop: OpenEngines;

beforeAll(async () => {
  shop = await openShop(folder);
}, 60_000);
afterAll(() => shop.close());

/** A job file that says how long. */
function keeping<Source extends { readonly text: string }>(source: Source, duration: string): Source {
  return { ...source, text: `${source.text}keep: ${duration}\n` };
}

const on = () => new AbortController().signal;

/** Puts the clock on and archives what is due then. */
async function keepAfter(rig: Rig, days: number) {
  rig.clock.advanceTo(rig.clock.now() + days * DAY);
  return keep(rig.engines, on());
}

async function keysBelow(prefix: string): Promise<readonly string[]> {
  const answer = await shop.s3.send(new ListObjectsV2Command({ Bucket: 'nightjar', Prefix: prefix }));
  return (answer.Contents ?? []).map(({ Key }) => Key ?? '');
}

async function readArchive(runId: string): Promise<readonly Record<string, unknown>[]> {
  const artefact = (await listArtefacts(shop.db, runId)).find(({ kind }) => kind === 'archive');
  if (artefact === undefined) return [];
  const bytes = await readSmallObject(shop.s3, parseS3Uri(artefact.uri));
  const file = new Uint8Array(bytes).buffer;
  return parquetReadObjects({ file });
}

const readJob = (name = '') => shop.db.selectFrom('batch_job').selectAll().where('name', '=', name).executeTakeFirst();

const ledgerOf = (runId: string) =>
  shop.db.selectFrom('delivery').selectAll().where('run_id', '=', runId).orderBy('user_id').execute();

describe('a run that ended longer ago than its job keeps', () => {
  it('leaves the ledger for one Parquet object that holds every delivery as it was', async () => {
    const rig = rigUp(shop);
    const runId = await begin(rig, keeping(emailSource('kept'), '3d'));
    await driveRun(rig, runId);
    const before = await ledgerOf(runId);
    const counts = await countDeliveries(shop.db, runId);
    expect(before).toHaveLength(PEOPLE);

    expect(await keepAfter(rig, 2)).toEqual([]);
    expect(await ledgerOf(runId)).toEqual(before);

    expect(await keepAfter(rig, 2)).toEqual([{ runId, kind: 'archived', deliveries: PEOPLE }]);
    expect(await ledgerOf(runId)).toEqual([]);
    const time = (at: unknown) => (at === null ? null : new Date(Number(at)));
    expect(await readArchive(runId)).toEqual(
      before.map(({ token: _token, lease_until: _lease, held: _held, ...row }) => ({
        ...row,
        due_at: time(row.due_at),
        claimed_at: time(row.claimed_at),
        answered_at: time(row.answered_at),
      })),
    );
    const run = await findRun(shop.db, runId);
    expect(run?.state).toBe('finished');
    expect(run === undefined ? undefined : readSummary(run)?.deliveries).toEqual(counts);
  });

  it('loses inputs and outputs on S3; its report, bundle and the names it has used up stay', async () => {
    const rig = rigUp(shop);
    const runId = await begin(rig, keeping(emailSource('used-up'), '1d'));
    await driveRun(rig, runId);
    const [job] = await batchJobsOf(shop.db, runId);
    const output = parseS3Uri(job?.outputUri ?? '').key;
    const input = parseS3Uri(job?.inputUri ?? '').key;
    expect(await keysBelow(output)).not.toEqual([]);

    await keepAfter(rig, 2);

    expect(await keysBelow(output)).toEqual([]);
    expect(await keysBelow(`runs/${runId}/report`)).toEqual([`runs/${runId}/report.html`, `runs/${runId}/report.json`]);
    expect((await readJob(job?.name))?.output_deleted_at).toBeGreaterThan(0);
    // Runs of other jobs may have the same input: it goes with the last of them.
    const kept = await shop.db
      .selectFrom('batch_job')
      .select('name')
      .where('input_uri', '=', job?.inputUri ?? '')
      .where('output_deleted_at', 'is', null)
      .execute();
    expect(await keysBelow(input)).toEqual(kept.length === 0 ? [] : [input]);
  });

  it('of an audience loses its files, which hold people; the report stays', async () => {
    const rig = rigUp(shop);
    const runId = await begin(rig, keeping(audienceSource('tea-people'), '1d'));
    await driveRun(rig, runId);
    expect(await keysBelow(`audiences/tea-people/${runId}/`)).toHaveLength(2);
    expect(await keysBelow(`members/${runId}/`)).toHaveLength(1);

    expect(await keepAfter(rig, 2)).toEqual([{ runId, kind: 'archived', deliveries: 0 }]);

    expect(await keysBelow(`audiences/tea-people/`)).toEqual([]);
    expect(await keysBelow(`members/${runId}/`)).toEqual([]);
    expect((await listArtefacts(shop.db, runId)).map(({ kind }) => kind)).toEqual(['report', 'report']);
  });

  it('can not be run again: nobody knows any more who got the mail', async () => {
    const rig = rigUp(shop);
    const slot = { job: 'once-only', slot: SLOT };
    const runId = await begin(rig, keeping(emailSource('once-only'), '1d'));
    await driveRun(rig, runId);
    await refuseArchivedSlot(shop.db, slot);

    await keepAfter(rig, 2);

    const refused = await refuseArchivedSlot(shop.db, slot).catch((error: unknown) => error);
    expect(isNightjarError(refused) ? [refused.code, refused.exitCode, refused.fix] : refused).toEqual([
      'E_RUN_ARCHIVED',
      2,
      "run today's slot: nightjar run once-only",
    ]);
  });
});
