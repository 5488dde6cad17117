/** What an audience run writes: files by format, versions, and the difference to what was delivered before. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { OpenEngines } from '../../src/cli/open-engines';
import { listVersions } from '../../src/database/audiences/versions';
import { findRun } from '../../src/database/runs/runs';
import { retryRun } from '../../src/run/operate/retry';
import { processWork } from '../../src/run/process-work';
import { beginWith, firstCells, manifestOf, readFolder, sha256 } from './support/audience-answers';
import { dyingAt } from './support/old-run';
import { addContacts, makeContact, userId } from './support/small-shop';
import { audienceSource, driveRun, openShop, type Rig, rigUp } from './support/world';

const HOUR = 3_600_000;
const ids = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, n) => userId(from + n));
const hash = (nth: number) => sha256(`${userId(nth)}@people.example`);

function source(name: string, audience: string, more = '') {
  const { file, text, template } = audienceSource(name);
  const changed = text.replace(/^audience: .*$/m, `audience: { to: audiences/${name}/, ${audience} }`);
  return { file, text: `${changed}${more}`, template };
}

/** Several nights of a job take longer than one. */
jest.setTimeout(300_000);

let state: string;
let shop: OpenEngines;
let rig: Rig;
beforeAll(async () => {
  state = mkdtempSync(path.join(tmpdir(), 'nightjar-changes-'));
  shop = await openShop(state);
  rig = rigUp(shop);
});
afterAll(async () => {
  await shop.close();
  rmSync(state, { recursive: true, force: true });
});

async function runWith(job: ReturnType<typeof source>, name: string, slot: string, users: readonly string[]) {
  const runId = await beginWith(rig, job, { slot, users });
  expect((await driveRun(rig, runId)).state).toBe('finished');
  rig.clock.advanceTo(rig.engines.now() + HOUR);
  return { runId, files: await readFolder(rig, `audiences/${name}/${runId}/`) };
}

describe('changes against what was delivered last', () => {
  const name = 'changing';
  const job = source(name, 'formats: [csv, meta], change: { files: changes, fullEvery: 2 }');
  let first: Awaited<ReturnType<typeof runWith>>;
  let second: Awaited<ReturnType<typeof runWith>>;
  let third: Awaited<ReturnType<typeof runWith>>;

  beforeAll(async () => {
    // Two people with one address are one row of Meta's file.
    await addContacts(shop, [makeContact('u020', { email: `${userId(2)}@people.example` })]);
    first = await runWith(job, name, '2026-03-02', [...ids(1, 10), 'u020']);
    await addContacts(shop, [makeContact(userId(3), { email: 'new@people.example' })]);
    second = await runWith(job, name, '2026-03-03', [...ids(2, 12)].reverse());
    third = await runWith(job, name, '2026-03-04', ids(5, 12));
  });
  afterAll(() => addContacts(shop, [makeContact('u020'), makeContact(userId(3))]));

  it('begin with whole files', () => {
    expect([...first.files.keys()]).toEqual(['tea.csv', 'tea.manifest.json', 'tea.meta.csv']);
    expect(firstCells(first.files.get('tea.csv'))).toEqual([...ids(1, 10), 'u020']);
    expect(firstCells(first.files.get('tea.meta.csv'))).toEqual(
      ids(1, 10)
        .map((_, n) => hash(n + 1))
        .sort(),
    );
    const manifest = manifestOf(first.files, 'tea');
    expect(manifest).toMatchObject({ members: 11, job: name, run: first.runId, consent: { where: { consent: true } } });
    expect(
      manifest.formats.map(({ format, change, because, people, rows }) => [format, change, because, people, rows]),
    ).toEqual([
      ['csv', 'full', 'first', 11, 11],
      ['meta', 'full', 'first', 11, 10],
    ]);
    for (const { files } of manifest.formats)
      for (const file of files) expect(sha256(first.files.get(file.name))).toBe(file.sha256);
  });

  it('hold who came and who went, and a changed contact as it was and as it is', () => {
    expect([...second.files.keys()]).toEqual([
      ...['tea.add.csv', 'tea.manifest.json', 'tea.meta.add.csv', 'tea.meta.remove.csv', 'tea.remove.csv'],
    ]);
    expect(firstCells(second.files.get('tea.remove.csv'))).toEqual(['u001', 'u003', 'u020']);
    expect(second.files.get('tea.remove.csv')).toContain('u003@people.example');
    expect(firstCells(second.files.get('tea.add.csv'))).toEqual(['u003', 'u011', 'u012']);
    expect(second.files.get('tea.add.csv')).toContain('new@people.example');
    // u020 went, and u002 with the same address stayed.
    expect(firstCells(second.files.get('tea.meta.remove.csv'))).toEqual([hash(1), hash(3)].sort());
    expect(firstCells(second.files.get('tea.meta.add.csv'))).toEqual(
      [sha256('new@people.example'), hash(11), hash(12)].sort(),
    );
    expect(manifestOf(second.files, 'tea')).toMatchObject({
      previousRun: first.runId,
      gained: 2,
      lost: 2,
      members: 11,
    });
  });

  it('give way to whole files when these are due; removals are written all the same', () => {
    expect([...third.files.keys()]).toEqual([
      ...['tea.csv', 'tea.manifest.json', 'tea.meta.csv', 'tea.meta.remove.csv', 'tea.remove.csv'],
    ]);
    expect(firstCells(third.files.get('tea.csv'))).toEqual(ids(5, 12));
    expect(firstCells(third.files.get('tea.remove.csv'))).toEqual(ids(2, 4));
    expect(manifestOf(third.files, 'tea').formats.map(({ because }) => because)).toEqual(['due', 'due']);
  });

  it('are noted as versions', async () => {
    const versions = await listVersions(shop.db, { job: name });
    expect(versions.map(({ runId, members, gained, lost }) => [runId, members, gained, lost])).toEqual([
      [first.runId, 11, undefined, undefined],
      [second.runId, 11, 2, 2],
      [third.runId, 8, 0, 3],
    ]);
    expect(versions.every(({ deliveredAt }) => deliveredAt !== undefined)).toBe(true);
  });
});

it('of a format whose rows are known by a key, a removal is of keys that no member has any more', async () => {
  const name = 'keyed';
  const formats = 'formats: [klaviyo], change: { files: changes }';
  const address = (nth: number) => `${userId(nth)}@people.example`;
  await addContacts(shop, [
    makeContact(userId(2), { firstName: 'Zoe' }),
    makeContact('u021', { email: address(2), firstName: 'Ann' }),
    makeContact(userId(3), { firstName: 'Old' }),
  ]);
  const first = await runWith(source(name, formats), name, '2026-03-02', [...ids(1, 4), 'u021']);
  expect(firstCells(first.files.get('tea.klaviyo.csv'))).toEqual([1, 2, 3, 4].map(address));
  expect(first.files.get('tea.klaviyo.csv')).toContain(`${address(2)},Ann,`);
  expect(manifestOf(first.files, 'tea').formats[0]).toMatchObject({ people: 5, rows: 4 });

  // One of two with the same address goes, and another has another name.
  await addContacts(shop, [makeContact(userId(3), { firstName: 'New' })]);
  const second = await runWith(source(name, formats), name, '2026-03-03', ids(2, 5));
  expect(second.files.get('tea.klaviyo.remove.csv')).toBe(`Email\r\n${address(1)}\r\n`);
  expect(firstCells(second.files.get('tea.klaviyo.add.csv'))).toEqual([2, 3, 5].map(address));
  expect(second.files.get('tea.klaviyo.add.csv')).toContain(`${address(2)},Zoe,`);

  const third = await runWith(source(name, `${formats}, attributes: [group]`), name, '2026-03-04', ids(3, 5));
  expect(third.files.get('tea.klaviyo.remove.csv')).toBe(`Email\r\n${address(2)}\r\n`);
  expect(firstCells(third.files.get('tea.klaviyo.csv'))).toEqual([3, 4, 5].map(address));
  expect(manifestOf(third.files, 'tea').formats[0]).toMatchObject({ because: 'other_columns' });
  await addContacts(
    shop,
    ['u002', 'u003', 'u021'].map((id) => makeContact(id)),
  );
});

it('a process that dies anywhere leaves what an undisturbed one would have made', async () => {
  const job = (name: string) => source(name, 'formats: [csv, meta], change: { files: changes }');
  const nights = async (name: string, disturb: (runId: string) => Promise<void>) => {
    await runWith(job(name), name, '2026-03-02', ids(1, 20));
    const runId = await beginWith(rig, job(name), { slot: '2026-03-03', users: ids(5, 30) });
    await driveRun(rig, runId, (run) => run.state === 'writing');
    await disturb(runId);
    const run = await driveRun(rig, runId);
    expect(run.state).toBe('finished');
    const files = await readFolder(rig, `audiences/${name}/${runId}/`);
    const rows = await readFolder(rig, `versions/${name}/`);
    const manifest = manifestOf(files, 'tea');
    return { files: [...files].filter(([file]) => !file.endsWith('.json')), rows: [...rows.values()].sort(), manifest };
  };
  const undisturbed = await nights('calm', async () => undefined);
  const disturbed = await nights('dying', async (runId) => {
    for (const nth of [3, 8, 13, 18, 23, 30, 38, 47]) {
      const { engines } = dyingAt(rig.engines, nth);
      for (const stage of ['write', 'deliver']) {
        await processWork(engines, { runId, stage, shard: 0 }, new AbortController().signal).catch(() => undefined);
        if ((await findRun(rig.engines.db, runId))?.state === 'failed')
          await retryRun(rig.engines, runId, { only: [], fresh: undefined });
      }
    }
  });
  expect(disturbed.files).toEqual(undisturbed.files);
  expect(undisturbed.files.map(([name]) => name)).toEqual([
    ...['tea.add.csv', 'tea.meta.add.csv', 'tea.meta.remove.csv', 'tea.remove.csv'],
  ]);
  expect(disturbed.manifest.formats).toEqual(undisturbed.manifest.formats);
});

it('an audience that shrinks against what was delivered last pauses the run', async () => {
  const split = 'split: { a: 60%, holdout: 40% }';
  const job = source('shrinks', `formats: [csv], ${split}`, 'guard: { members: { shrink: 30% } }\n');
  const { files } = await runWith(job, 'shrinks', '2026-03-02', ids(1, 10));
  // Who is held out is a part of its own, and in no file.
  expect([...files.keys()]).toEqual(['tea.a.csv', 'tea.a.manifest.json']);
  const parts = await listVersions(shop.db, { job: 'shrinks' });
  expect(parts.map(({ part }) => part)).toEqual(['a', 'holdout']);
  expect(parts.reduce((sum, { members }) => sum + members, 0)).toBe(10);
  expect(firstCells(files.get('tea.a.csv'))).toHaveLength(parts[0]?.members ?? 0);
  const runId = await beginWith(rig, job, { slot: '2026-03-03', users: ids(1, 5) });
  const run = await driveRun(rig, runId);
  expect(run).toMatchObject({ state: 'paused', pausedReason: 'guard:members.shrink' });
  expect(run.error).toMatchObject({
    message: 'members.shrink: tea has 5 after 10, 50 % fewer; allowed: 30 % fewer than were delivered last',
  });
  expect([...(await readFolder(rig, `audiences/shrinks/${runId}/`)).keys()]).toEqual([]);
});

it('of another format version are removed as they were added, and everybody is added anew', async () => {
  const name = 'rehashing';
  const own = (transform: string) => ({
    ...source(name, 'formats: [own], change: { files: changes }'),
    formatFiles: {
      own: `about: x\ncolumns: [{ header: mail, from: email, transform: ${transform}, hash: sha256 }]\nchanges: [full, add, remove]\n`,
    },
  });
  await runWith(own('[email]'), name, '2026-03-02', ids(1, 5));
  await addContacts(shop, [makeContact(userId(2), { email: 'moved@people.example' })]);
  const { files } = await runWith(own('[email, upper]'), name, '2026-03-03', ids(2, 6));
  await addContacts(shop, [makeContact(userId(2))]);
  const upper = (address: string) => sha256(address.toUpperCase());
  expect(firstCells(files.get('tea.own.remove.csv'))).toEqual([1, 2, 3, 4, 5].map(hash).sort());
  const addresses = ['moved@people.example', ...ids(3, 6).map((id) => `${id}@people.example`)];
  expect(firstCells(files.get('tea.own.csv'))).toEqual(addresses.map(upper).sort());
  const because = 'other_format_version';
  expect(manifestOf(files, 'tea').formats[0]).toMatchObject({ change: 'full', because });
});
