/** The verbs `audience list`, `show`, `diff`, `overlap` and `export` as a person types them. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { writeMembers } from '../../src/audience/members';
import { saveRows } from '../../src/database/audiences/delivered-rows';
import { endDelivery, saveVersion } from '../../src/database/audiences/versions';
import { saveArtefact } from '../../src/database/runs/artefacts';
import { createRun } from '../../src/database/runs/runs';
import { type Engines, place } from '../../src/run/engines';
import { writeObject } from '../../src/storage/objects';
import { openWorld } from '../run/support/world';
import { makeTestFolder, runNightjar } from '../support/nightjar';
import { readAnswer } from './support/project';

const folder = makeTestFolder('nightjar-cli-audience');
const state = path.join(folder, 'state');
const nightjar = (...args: readonly string[]) => runNightjar(['audience', ...args, '--state', state], { cwd: folder });

const ids = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, n) => `u${from + n}`);

interface Night {
  readonly slot: string;
  readonly audience: string;
  readonly users: readonly string[];
  readonly base?: string;
}

/** Makes a version as a run leaves it. */
async function addVersion(engines: Engines, { slot, audience, users, base }: Night): Promise<void> {
  const { db, s3 } = engines;
  const runId = `fans.${slot}`;
  const members = async function* () {
    yield [...users].sort().map((userId, index) => ({ userId, rank: index + 1 }));
  };
  const uri = place(engines, `versions/fans/${audience}/${runId}/members.tsv`);
  const written = await writeObject(s3, uri, writeMembers(members()), { contentType: 'text/tab-separated-values' });
  const now = Date.parse(slot);
  const change = base === undefined ? {} : { baseRunId: `fans.${base}`, gained: 2, lost: 1 };
  const empty = { baseRunId: undefined, gained: undefined, lost: undefined };
  const version = { job: 'fans', audience, part: '', runId, slot, members: users.length, uri: written.uri };
  await saveVersion(db, { ...version, ...empty, ...change, now });
  await saveRows(db, version, {
    format: 'csv',
    version: 1,
    columns: '[]',
    uri: undefined,
    rows: users.length,
    sinceFull: 0,
  });
  const file = await writeObject(s3, place(engines, `audiences/fans/${runId}/${audience}.csv`), ['user_id\r\n'], {
    contentType: 'text/csv',
  });
  await saveArtefact(db, runId, { kind: 'audience', name: `${audience}.csv`, rows: users.length, ...file, now });
  await endDelivery(db, version, now);
}

beforeAll(async () => {
  const engines = await openWorld(state);
  for (const slot of ['2026-03-01', '2026-03-02']) {
    const run = {
      runId: `fans.${slot}`,
      job: 'fans',
      slot,
      n: 1,
      kind: 'audience',
      bundleUri: '',
      catalogueVersion: 1,
    } as const;
    await createRun(engines.db, run, Date.parse(slot));
  }
  await addVersion(engines, { slot: '2026-03-01', audience: 'tea', users: ids(10, 19) });
  await addVersion(engines, { slot: '2026-03-02', audience: 'tea', users: ids(11, 21), base: '2026-03-01' });
  await addVersion(engines, { slot: '2026-03-02', audience: 'coffee', users: ids(18, 25) });
  await engines.close();
}, 60_000);

it('list shows sizes, changes and history', async () => {
  expect((await nightjar('list')).stdout).toBe(
    [
      'AUDIENCE     MEMBERS  GAINED  LOST  SLOT        STATE  HISTORY',
      'fans/coffee        8                2026-03-02  on S3  █',
      'fans/tea          11      +2    -1  2026-03-02  on S3  ██',
      '',
    ].join('\n'),
  );
  expect(readAnswer((await nightjar('list', '--json')).stdout)).toMatchObject({
    version: 1,
    audiences: [{ name: 'fans/coffee' }, { name: 'fans/tea', members: 11, history: [10, 11], run: 'fans.2026-03-02' }],
  });
}, 60_000);

it('show draws the versions and names the files', async () => {
  const { stdout } = await nightjar('show', 'fans/tea');
  expect(stdout).toMatch(/^fans\/tea\n {2}2026-03-01 {2}10 +█{27}.\n {2}2026-03-02 {2}11 {2}\+2 {2}-1 {2}█{30}\n/);
  expect(stdout).toContain('csv (version 1): 11 rows');
  expect(stdout).toMatch(/tea\.csv +11 rows +9 B +s3:\/\/nightjar\/audiences\/fans\/fans\.2026-03-02\/tea\.csv/);
  expect(await nightjar('show', 'fans/milk')).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('no version of "fans/milk"'),
  });
}, 60_000);

it('diff tells who came and who went', async () => {
  const { stdout } = await nightjar('diff', 'fans/tea', '--ids');
  expect(stdout).toContain('9  stayed, 75.0 % of all');
  expect(stdout).toMatch(/2 {2}gained\n +u20\n +u21\n +1 {2}lost\n +u10\n/);
  const named = await nightjar('diff', 'fans/tea@2026-03-01', 'fans/coffee', '--json');
  expect(readAnswer(named.stdout)).toMatchObject({ stayed: 2, gained: 6, lost: 8, before: { name: 'fans/tea' } });
  const versions = ['fans/tea@2026-03-01', 'fans/tea@2026-03-02'];
  for (const order of [versions, versions.toReversed()])
    expect((await nightjar('diff', ...order)).stdout).toMatch(/^fans\/tea from 2026-03-01 to 2026-03-02: \+2 -1\n/);
  expect(await nightjar('diff', 'fans')).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('fans/coffee, fans/tea'),
  });
  expect(await nightjar('diff', 'fans@2026-03-02')).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('fix: write fans/coffee@2026-03-02 or fans/tea@2026-03-02'),
  });
  expect(await nightjar('diff', 'fans/cofee')).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('fix: write fans/coffee'),
  });
}, 60_000);

it('overlap is a matrix', async () => {
  expect((await nightjar('overlap', 'fans')).stdout).toBe(
    [
      '                 MEMBERS     [1]     [2]',
      '[1] fans/coffee        8       ·  50.0 %',
      '[2] fans/tea          11  36.4 %       ·',
      '',
    ].join('\n'),
  );
}, 60_000);

it('overlap lists where a matrix would be wider than 80 columns', async () => {
  const engines = await openWorld(state);
  const slot = '2026-03-02';
  for (let n = 1; n <= 9; n++)
    await addVersion(engines, { slot, audience: `wide-${n}`, users: ids(100 * n, 100 * n + 9) });
  await addVersion(engines, { slot, audience: 'wide-10', users: ids(100, 104) });
  await engines.close();
  const { stdout } = await nightjar('overlap', ...Array.from({ length: 10 }, (_, n) => `fans/wide-${n + 1}`));
  expect(stdout).toContain('fans/wide-1, 10 members\n  50.0 %  5  in fans/wide-10, which has 5\n\n');
  expect(stdout).toContain('fans/wide-2, 10 members\n  shares nobody with the others\n');
  expect(stdout.split('\n').filter((line) => line.length > 80)).toEqual([]);
}, 60_000);

it('export writes members, or a file as it was delivered', async () => {
  expect((await nightjar('export', 'fans/tea@2026-03-01')).stdout).toMatch(
    /^user_id,rank\r\nu10,1\r\n(u\d+,\d+\r\n){9}$/,
  );
  const { stdout } = await nightjar('export', 'fans/tea', '--file', 'tea.csv', '--out', 'tea.csv');
  expect(stdout).toBe('tea.csv, 9 B, of fans/tea (2026-03-02) written to tea.csv\n');
  expect(readFileSync(path.join(folder, 'tea.csv'), 'utf8')).toBe('user_id\r\n');
  expect(await nightjar('export', 'fans/tea', '--file', 'x.csv')).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('name one of tea.csv'),
  });
}, 60_000);

it('export names the newest version that has the file', async () => {
  const engines = await openWorld(state);
  const file = await writeObject(engines.s3, place(engines, 'audiences/fans/tea.meta.csv'), ['email\r\n'], {
    contentType: 'text/csv',
  });
  await saveArtefact(engines.db, 'fans.2026-03-01', {
    kind: 'audience',
    name: 'tea.meta.csv',
    rows: 0,
    ...file,
    now: 1,
  });
  await engines.close();
  expect(await nightjar('export', 'fans/tea', '--file', 'tea.meta.csv')).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('fix: write fans/tea@2026-03-01, which has it'),
  });
}, 60_000);
