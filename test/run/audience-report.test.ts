/** What the report of an audience run tells of parts, files, changes and sizes, from real runs. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { OpenEngines } from '../../src/cli/open-engines';
import { findRun } from '../../src/database/runs/runs';
import type { RunSummary } from '../../src/report/summary';
import { sumsAddUp } from '../../src/report/sums';
import { formatReport } from '../../src/report/text';
import { findManifest } from '../../src/run/audiences/find-manifest';
import { loadBundle } from '../../src/run/bundle';
import { deleteObject } from '../../src/run/keep/delete-objects';
import { readSummary } from '../../src/run/stored-summary';
import { summarise } from '../../src/run/summarise';
import { parseS3Uri } from '../../src/storage/uri';
import { audienceSource, begin, driveRun, openShop, type Rig, rigUp } from './support/world';

const stateDir = mkdtempSync(path.join(tmpdir(), 'nightjar-audience-report-'));
let shop: OpenEngines;
let rig: Rig;

beforeAll(async () => {
  shop = await openShop(stateDir);
  rig = rigUp(shop);
});
afterAll(async () => {
  await rig.close();
  await shop.close();
  rmSync(stateDir, { recursive: true, force: true });
});

/** Runs the job once more, with so many of the best, and answers its report. */
async function run(top: number): Promise<RunSummary> {
  const source = audienceSource('fans');
  const rules = `top: ${top}, split: { a: 50%, b: 30%, holdout: 20% }, change: { files: changes }`;
  const text = source.text.replace('formats: [csv]', `${rules}, formats: [csv, google-ads]`);
  const runId = await begin(rig, { ...source, text }, true);
  await driveRun(rig, runId);
  const row = await findRun(shop.db, runId);
  const summary = row === undefined ? undefined : readSummary(row);
  if (summary === undefined) throw new Error('the run has no report');
  return summary;
}

it('tells parts, what their files hold, the change since the last delivery, sizes, and drift', async () => {
  const first = await run(18);
  const [whole] = first.audiences ?? [];
  expect(whole).toMatchObject({ name: 'tea', members: 18, history: [{ members: 18 }] });
  expect(whole?.change).toBeUndefined();
  expect(whole?.parts?.map(({ name, isHeldOut }) => [name, isHeldOut])).toEqual([
    ['a', undefined],
    ['b', undefined],
    ['holdout', true],
  ]);
  expect(whole?.parts?.[0]?.formats).toMatchObject([
    { format: 'csv', rows: whole?.parts?.[0]?.members, files: [{ name: 'tea.a.csv', change: 'full' }] },
    { format: 'google-ads', rows: 0, fewerThan: 100 },
  ]);
  expect(whole?.parts?.[2]?.formats).toEqual([]);
  expect(first.delivery).toEqual({ folder: `s3://nightjar/audiences/fans/${first.run}/`, destinations: [] });

  const second = await run(4);
  const [small] = second.audiences ?? [];
  expect(small).toMatchObject({
    members: 4,
    change: { run: first.run, gained: 0, lost: 14, drifts: true },
    history: [{ members: 18 }, { members: 4 }],
  });
  expect([...sumsAddUp(first), ...sumsAddUp(second)]).toEqual([]);
  const text = formatReport(second);
  expect(text).toContain('WARNING       tea drifts');
  expect(text).toContain('google-ads: the platform uses no audience of fewer than 100');
});

it('is made where somebody has taken a manifest away', async () => {
  const found = await run(10);
  const row = await findRun(shop.db, found.run);
  if (row === undefined) throw new Error('there is no such run');
  const manifest = await findManifest(shop.db, found.run, 'tea.a');
  await deleteObject(shop.s3, parseS3Uri(manifest?.uri ?? ''));

  const bundle = await loadBundle(rig.engines, row);
  const { audiences } = await summarise({ engines: rig.engines, run: row, bundle });
  expect(audiences?.[0]?.parts?.map(({ name, formats }) => [name, formats.length])).toEqual([
    ['a', 0],
    ['b', 2],
    ['holdout', 0],
  ]);
});
