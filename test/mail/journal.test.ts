import { spawnSync } from 'node:child_process';
import { appendFileSync, mkdtempSync, readdirSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openJournal, readJournals, removeJournal } from '../../src/mail/journal';

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'nightjar-journal-'));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

const open = (token: string, bootId = 'boot-1') => openJournal({ dir, token, bootId });

it('tells what a worker had begun, whatever the key holds', async () => {
  const keys = ['u1', 'with "quotes"', 'line\nbreak', '鍋'];
  const journal = open('17');
  for (const key of keys) journal.begin(key);

  const left = await readJournals(dir, 'boot-1');

  expect(left).toEqual([{ token: '17', file: journal.file, begun: new Set(keys), otherBoot: false }]);
});

it('survives the SIGKILL of its process', async () => {
  const child = spawnSync(process.execPath, [join(__dirname, '../support/journal-process.js'), dir, 'w-1', 'boot-1']);

  const [left] = await readJournals(dir, 'boot-1');

  expect(child.signal).toBe('SIGKILL');
  expect(left?.begun).toEqual(new Set(Array.from({ length: 100 }, (_, nth) => `u${nth}`)));
});

it('takes a torn last line for not begun', async () => {
  const journal = open('1');
  journal.begin('u1');
  journal.begin('user-two');
  truncateSync(journal.file, statSync(journal.file).size - 4);

  const [left] = await readJournals(dir, 'boot-1');

  expect(left?.begun).toEqual(new Set(['u1']));
});

it('reads on after a line that was not written whole', async () => {
  const journal = open('1');
  journal.begin('u1');
  appendFileSync(journal.file, '"torn');
  appendFileSync(journal.file, '\n');
  journal.begin('u2');

  const [left] = await readJournals(dir, 'boot-1');

  expect(left?.begun).toEqual(new Set(['u1', 'u2']));
});

it('marks a journal of another boot, and one whose header is broken', async () => {
  open('1', 'boot-0').begin('u1');
  writeFileSync(join(dir, 'journal-2.log'), '{"version":1,"tok\n"u2"\n');

  const left = await readJournals(dir, 'boot-1');

  expect(left.map(({ token, otherBoot }) => ({ token, otherBoot }))).toEqual([
    { token: '1', otherBoot: true },
    { token: '2', otherBoot: true },
  ]);
});

it('knows that nothing was begun in an empty file: its process died before the first line', async () => {
  writeFileSync(join(dir, 'journal-3.log'), '');

  expect(await readJournals(dir, 'boot-1')).toMatchObject([{ token: '3', begun: new Set(), otherBoot: false }]);
});

it('refuses a second worker of the same token', () => {
  open('1');

  expect(() => open('1')).toThrow(expect.objectContaining({ code: 'E_ENGINE_STATE' }));
});

it('stays short where answers are settled, and loses nothing that is open', async () => {
  const journal = open('1');
  for (let nth = 0; nth < 60_000; nth++) {
    const key = `nightly-picks 2026-11-24 user-${nth}`;
    journal.begin(key);
    if (nth % 100 !== 7) journal.settle([key]);
  }

  const [left] = await readJournals(dir, 'boot-1');

  expect(statSync(journal.file).size).toBeLessThan(1_100_000);
  expect([...(left?.begun ?? [])].filter((key) => /-\d*07$|user-7$/.test(key))).toHaveLength(600);
});

it('is gone after it was closed or removed', async () => {
  open('1').close();
  const left = open('2');

  removeJournal(left);

  expect(readdirSync(dir)).toEqual([]);
  expect(await readJournals(join(dir, 'none'), 'boot-1')).toEqual([]);
});
