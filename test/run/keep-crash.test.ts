/** Archiving comes through a death at any of its calls: no delivery is lost, and the next attempt comes to the same end. */
import { ListObjectsV2Command } from '@aws-sdk/client-s3';
import type { OpenEngines } from '../../src/cli/open-engines';
import { listArtefacts } from '../../src/database/runs/artefacts';
import { keep } from '../../src/run/keep/keep';
import { tallyArchive } from '../../src/run/keep/read-parquet';
import { parseS3Uri } from '../../src/storage/uri';
import { makeTestFolder } from '../support/nightjar';
import { dyingAt, makeOldRun, type OldRun } from './support/old-run';
import { openWorld } from './support/world';

const folder = makeTestFolder('nightjar-keep-crash');
const ROWS = 30;
let world: OpenEngines;

beforeAll(async () => {
  world = await openWorld(folder);
}, 60_000);
afterAll(() => world.close());

const on = () => new AbortController().signal;

async function rowsLeft({ runId }: OldRun): Promise<number> {
  return (await world.db.selectFrom('delivery').select('user_id').where('run_id', '=', runId).execute()).length;
}

/** The rows of the archive that is on record; the record is made once the object was read back. */
async function rowsArchived({ runId }: OldRun): Promise<number> {
  const archive = (await listArtefacts(world.db, runId)).find(({ kind }) => kind === 'archive');
  return archive === undefined ? 0 : (await tallyArchive(world.s3, parseS3Uri(archive.uri), archive.bytes)).rows;
}

async function objectsOf(run: OldRun): Promise<readonly string[]> {
  const keys = await Promise.all(
    [run.outputKey, run.inputKey, `members/${run.runId}/`, `archive/${run.job}/`, `runs/${run.runId}/`].map(
      async (prefix) => {
        const answer = await world.s3.send(new ListObjectsV2Command({ Bucket: 'nightjar', Prefix: prefix }));
        return (answer.Contents ?? []).map(({ Key }) => Key ?? '');
      },
    ),
  );
  return keys.flat();
}

it('at every call of the database and S3', async () => {
  let nth = 1;
  let isOver = false;
  while (!isOver) {
    const run = await makeOldRun(world, { job: `crash-${nth}`, keep: '1d', rows: ROWS });
    const dying = dyingAt(world, nth);
    await keep(dying.engines, on()).catch(() => undefined);
    isOver = dying.calls() < nth;

    const left = await rowsLeft(run);
    expect([left, await rowsArchived(run)]).toEqual(left === ROWS ? [ROWS, expect.any(Number)] : [left, ROWS]);
    await keep(world, on());
    expect(await rowsLeft(run)).toBe(0);
    expect(await rowsArchived(run)).toBe(ROWS);
    expect(await objectsOf(run)).toEqual([`archive/${run.job}/${run.runId}.parquet`, `runs/${run.runId}/report.html`]);
    const row = await world.db.selectFrom('run').selectAll().where('run_id', '=', run.runId).executeTakeFirstOrThrow();
    expect(row.archived_at).not.toBeNull();
    nth += 1;
  }
  expect(nth).toBeGreaterThan(25);
}, 120_000);
