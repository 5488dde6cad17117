/** Audience runs that an upgrade finds half written, as they were when each query was written by itself, come to their end. */
import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Migrator, sql } from 'kysely';
import type { OpenEngines } from '../../src/cli/open-engines';
import * as migration from '../../src/database/migrations/0015-written-queries';
import { listOpenShards, listShards } from '../../src/database/runs/shards';
import { retryRun } from '../../src/run/operate/retry';
import { startRun } from '../../src/run/start-run';
import { beginWith, readFolder } from './support/audience-answers';
import { userId } from './support/small-shop';
import { audienceSource, driveRun, openShop, type Rig, rigUp } from './support/world';

const USERS = Array.from({ length: 6 }, (_, n) => userId(n + 1));
const SEGMENT = 'queries: { tea: ITEMS.CATEGORY = "tea", coffee: ITEMS.CATEGORY = "coffee" }';

let state: string;
let shop: OpenEngines;
let rig: Rig;
beforeAll(async () => {
  state = mkdtempSync(path.join(tmpdir(), 'nightjar-upgrade-'));
  shop = await openShop(state);
  rig = rigUp(shop);
});
afterAll(async () => {
  await shop.close();
  rmSync(state, { recursive: true, force: true });
});

/** Applies the migration once more, as if the database had not seen it. */
async function upgrade(): Promise<void> {
  const migrator = new Migrator({
    db: shop.db,
    provider: { getMigrations: async () => ({ again: migration }) },
    migrationTableSchema: 'nightjar',
    migrationTableName: `upgrade_${randomUUID()}`,
  });
  const { error } = await migrator.migrateToLatest();
  expect(error).toBeUndefined();
}

/** Drives a run to its member files, and gives it the rows that the older version had there: one query is written. */
async function makeHalfWritten(name: string, isMeasured = false): Promise<string> {
  const source = audienceSource(name, { segment: SEGMENT });
  const runId = await beginWith(rig, source, { slot: '2026-03-02', users: USERS });
  await driveRun(
    rig,
    runId,
    async (run) =>
      run.state === 'collecting' && (await listOpenShards(shop.db, runId, { stage: 'collect', limit: 1 })).length === 0,
  );
  // Where a guard asked for sizes, queries were measured in shards of the stage collect before.
  await sql`INSERT INTO shard (run_id, stage, shard, spec, result, attempt, done_at)
    SELECT run_id, 'write', shard, spec - 'lines' || jsonb_build_object('line', spec->'lines'->0), '{}', 0,
      CASE WHEN shard = 0 THEN done_at END FROM shard WHERE run_id = ${runId} AND stage = 'collect'`.execute(shop.db);
  if (!isMeasured) await sql`DELETE FROM shard WHERE run_id = ${runId} AND stage = 'collect'`.execute(shop.db);
  await sql`UPDATE run SET state = 'writing' WHERE run_id = ${runId}`.execute(shop.db);
  return runId;
}

it('a run that was writing is collected again and written', async () => {
  const undisturbed = audienceSource('never-upgraded', { segment: SEGMENT });
  const first = await beginWith(rig, undisturbed, { slot: '2026-03-02', users: USERS });
  expect((await driveRun(rig, first)).state).toBe('finished');
  const expected = await readFolder(rig, `audiences/never-upgraded/${first}/`);

  const runId = await makeHalfWritten('upgraded');
  await upgrade();
  expect((await driveRun(rig, runId)).state).toBe('finished');
  const files = await readFolder(rig, `audiences/upgraded/${runId}/`);
  expect([...files.keys()]).toEqual([...expected.keys()]);
  for (const name of ['tea.csv', 'coffee.csv']) expect(files.get(name)).toBe(expected.get(name));
  // The database still knows that the run is its own.
  const next = audienceSource('upgraded', { segment: SEGMENT });
  const { runId: second } = await startRun(rig.engines, { source: next, slot: '2026-03-03', again: false });
  expect((await driveRun(rig, second)).state).toBe('finished');
});

it('one that has failed goes on when a person says so; finished ones and new ones stay as they are', async () => {
  const failed = await makeHalfWritten('failed-before', true);
  await sql`UPDATE run SET state = 'failed', resume_state = 'writing' WHERE run_id = ${failed}`.execute(shop.db);
  const done = await makeHalfWritten('done-before');
  await sql`UPDATE run SET state = 'finished' WHERE run_id = ${done}`.execute(shop.db);
  const source = audienceSource('begun-since', { segment: SEGMENT });
  const fresh = await beginWith(rig, source, { slot: '2026-03-02', users: USERS });
  await driveRun(rig, fresh, (run) => run.state === 'writing');
  const written = await listShards(shop.db, fresh, 'write');

  await upgrade();
  expect(await listShards(shop.db, done, 'write')).toHaveLength(2);
  expect(await listShards(shop.db, fresh, 'write')).toEqual(written);
  await retryRun(rig.engines, failed, { only: [], fresh: undefined });
  for (const runId of [failed, fresh]) expect((await driveRun(rig, runId)).state).toBe('finished');
});
