/** Takes a segment output to the files of a format, through the stages of a run: `node whole-way.js OUTPUT_URI FORMAT JOB` prints members and seconds. */
import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openEngines } from '../../src/cli/open-engines';
import { loadSettings } from '../../src/config/load';
import { createRun, findRun } from '../../src/database/runs/runs';
import { addShards, listShards } from '../../src/database/runs/shards';
import { collectQuery } from '../../src/run/audiences/collect-query';
import { write } from '../../src/run/audiences/write-audience';
import { openBundle } from '../../src/run/bundle';
import type { Engines } from '../../src/run/engines';
import { printMeasured } from '../parse/readers';

const ROOT = join(__dirname, '..', '..', '..');
const SLOT = '2026-11-02';

const jobText = (format: string) => `about: A benchmark
kind: audience
segment: { solution: attribute-fans, users: 500000, queries: { tea: ITEMS.CATEGORY = "tea" } }
audience: { where: { consent: true }, formats: [${format}], to: audiences/bench/ }
`;

interface Way {
  readonly uri: string;
  readonly format: string;
  /** Runs of one job would take turns. */
  readonly job: string;
}

/** The stages collect and write of a run of its own, and nothing else. */
async function takeTheWay(engines: Engines, { uri, format, job }: Way): Promise<number> {
  const { db, now } = engines;
  const n = Date.now() % 1_000_000_000;
  const runId = `${job}.${SLOT}.${n}`;
  const source = { file: `jobs/${job}.yaml`, text: jobText(format), template: undefined };
  const bundle = await openBundle(engines, source);
  if (bundle.job.kind !== 'audience') throw new Error('not an audience job');
  const row = { runId, job, slot: SLOT, n, kind: bundle.job.kind, bundleUri: 's3://none/none', catalogueVersion: 0 };
  await createRun(db, { ...row, params: {} }, now());
  const spec = { query: 'tea', lines: [{ uri, start: 0 }], error: null };
  await addShards(db, runId, { stage: 'collect', specs: [spec] });
  await addShards(db, runId, { stage: 'write', specs: [{ audience: 'tea' }] });
  const run = await findRun(db, runId);
  if (run === undefined) throw new Error('the run is gone');
  const context = { engines, run, bundle, shard: 0, signal: new AbortController().signal };
  await collectQuery(context, bundle.job);
  await write(context);
  const [written] = await listShards(db, runId, 'write');
  const { members } = JSON.parse(JSON.stringify(written?.result));
  return members;
}

async function main(way: Way): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'nightjar-bench-way-'));
  const defaultText = readFileSync(join(ROOT, 'config', 'default.yaml'), 'utf8');
  const { settings } = loadSettings({ defaultText, files: [], env: process.env, overrides: [] });
  const engines = await openEngines({
    settings,
    stateDir: folder,
    env: process.env,
    log: () => undefined,
    jobSeconds: 0,
  });
  try {
    await printMeasured(() => takeTheWay(engines, way));
  } finally {
    await engines.close();
    await rm(folder, { recursive: true, force: true });
  }
}

const [, , uri = '', format = 'meta', job = 'bench'] = process.argv;
void main({ uri, format, job });
