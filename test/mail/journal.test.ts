import { spawnSync } from 'node:child_process';
import fs, { appendFileSync, mkdtempSync, readdirSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
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

  expect(left).toEqual([
    { token: '17', file: journal.file, begun: new Set(keys), accepted: new Set(), otherBoot: false },
  ]);
});

it('tells which mails a server has taken, and takes a torn line for one that was only begun', async () => {
  const journal = open('1');
  for (const key of ['u1', 'with "quotes"\nand 鍋', 'u3']) journal.begin(key);
  journal.accept('with "quotes"\nand 鍋');
  journal.accept('u3');
  truncateSync(journal.file, statSync(journal.file).size - 4);

  const [left] = await readJournals(dir, 'boot-1');

  expect(left?.begun).toEqual(new Set(['u1', 'with "quotes"\nand 鍋', 'u3']));
  expect(left?.accepted).toEqual(new Set(['with "quotes"\nand 鍋']));
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

it.each([
  ['an empty file', ''],
  ['a file of zeros', '\0'.repeat(4096)],
])('does not trust %s: a power cut leaves such, and the lines that it held are lost', async (_what, text) => {
  writeFileSync(join(dir, 'journal-3.log'), text);

  expect(await readJournals(dir, 'boot-1')).toMatchObject([{ token: '3', otherBoot: true }]);
});

it('has its header on the disk before anything is claimed, and a shortened file before it takes its name', () => {
  const synced = jest.spyOn(fs, 'fsyncSync');
  const renamed = jest.spyOn(fs, 'renameSync');
  const journal = open('1');
  expect(synced).toHaveBeenCalledTimes(1);

  while (renamed.mock.calls.length === 0) {
    journal.begin('x'.repeat(100_000));
    journal.settle(['x'.repeat(100_000)]);
  }

  expect(synced).toHaveBeenCalledTimes(2);
  expect(synced.mock.invocationCallOrder[1]).toBeLessThan(renamed.mock.invocationCallOrder[0] ?? 0);
  jest.restoreAllMocks();
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
    if (nth % 2 === 1) journal.accept(key);
    if (nth % 100 !== 7 && nth % 100 !== 8) journal.settle([key]);
  }

  const [left] = await readJournals(dir, 'boot-1');

  expect(statSync(journal.file).size).toBeLessThan(1_100_000);
  expect([...(left?.begun ?? [])].filter((key) => /-\d*0[78]$|user-[78]$/.test(key))).toHaveLength(1200);
  expect([...(left?.accepted ?? [])].filter((key) => /-\d*07$|user-7$/.test(key))).toHaveLength(600);
  expect([...(left?.accepted ?? [])].filter((key) => /-\d*08$|user-8$/.test(key))).toEqual([]);
});

it('stays where its process ends with rows in hand, and tells which of them were never begun', async () => {
  const journal = open('1');
  const settled = journal.hold();
  journal.hold();
  journal.begin('u1');
  settled();
  journal.close();

  expect(await readJournals(dir, 'boot-1')).toMatchObject([{ token: '1', begun: new Set(['u1']), otherBoot: false }]);
});

it('is gone after it was closed or removed', async () => {
  open('1').close();
  const left = open('2');

  removeJournal(left);

  expect(readdirSync(dir)).toEqual([]);
  expect(await readJournals(join(dir, 'none'), 'boot-1')).toEqual([]);
});
