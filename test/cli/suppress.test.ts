/** The verb `suppress` as a person types it, by the examples of docs/suppression.md. */
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { parse } from 'csv-parse/sync';
import { hashAddress } from '../../src/content/address';
import { makeTestFolder, ROOT, runNightjar } from '../support/nightjar';
import { readAnswer } from './support/project';

const folder = makeTestFolder('nightjar-cli-suppress');
const state = path.join(folder, 'state');
const nightjar = (...args: readonly string[]) => runNightjar([...args, '--state', state], { cwd: folder });

const inFolder = (name: string) => path.join(folder, name);
const rowsOf = (name: string): readonly Record<string, string>[] =>
  parse(readFileSync(inFolder(name), 'utf8'), { columns: true });

it('every line of the page works, in its order', async () => {
  const page = readFileSync(path.join(ROOT, 'docs', 'suppression.md'), 'utf8');
  const [, shell = ''] = /```sh\n([\s\S]*?)```/.exec(page) ?? [];
  const lines = shell.trim().split('\n');
  expect(lines.length).toBeGreaterThan(5);
  for (const line of lines) {
    const [program, ...args] = line.split(' ');
    expect(program).toBe('nightjar');
    const end = await nightjar(...args);
    expect({ line, code: end.code, stderr: end.stderr }).toEqual({ line, code: 0, stderr: '' });
    if (args[1] === 'show') expect(end.stdout).toMatch(/^ann@mail\.example: manual, of every job, by .+@/);
    if (args[1] === 'import') expect(end.stdout).toContain('3 read, 0 added');
  }
  expect((await nightjar('suppress', 'show', 'ann@mail.example')).stdout).toBe('ann@mail.example is not suppressed\n');
}, 60_000);

it('an export comes back as it was into another database, addresses as hashes', async () => {
  await nightjar('suppress', 'add', 'Bo@Mail.example', '--reason', 'complaint');
  for (const user of ['+49170', '@ann', "'=1+1"]) await nightjar('suppress', 'add', '--user', user);
  await nightjar('suppress', 'export', '--out', 'one.csv');
  expect(rowsOf('one.csv').map((row) => row.user_id)).toEqual(expect.arrayContaining(["'+49170", "'@ann", "''=1+1"]));
  expect(rowsOf('one.csv')).toContainEqual(
    expect.objectContaining({ address_hash: hashAddress('bo@mail.example'), user_id: '', reason: 'complaint' }),
  );
  expect(readFileSync(inFolder('one.csv'), 'utf8').toLowerCase()).not.toContain('bo@mail');
  const other = ['--state', path.join(folder, 'other')];
  await runNightjar(['suppress', 'import', 'one.csv', ...other], { cwd: folder });
  await runNightjar(['suppress', 'export', '--out', 'two.csv', ...other], { cwd: folder });
  expect(rowsOf('two.csv')).toEqual(rowsOf('one.csv'));
  const shown = await runNightjar(['suppress', 'show', '--user', '@ann', ...other], { cwd: folder });
  expect(shown.stdout).toContain('user @ann: manual');
}, 60_000);

it('an objection is not removed in passing', async () => {
  await nightjar('suppress', 'add', 'cy@mail.example', '--reason', 'unsubscribe');
  const refused = await nightjar('suppress', 'remove', 'cy@mail.example');
  expect(refused).toMatchObject({ code: 2, stderr: expect.stringContaining('--objection') });
  const json = readAnswer((await nightjar('suppress', 'show', 'cy@mail.example', '--json')).stdout);
  expect(json).toMatchObject({ version: 1, suppressions: [{ reason: 'unsubscribe' }] });
  expect((await nightjar('suppress', 'remove', 'cy@mail.example', '--objection')).code).toBe(0);
  expect((await nightjar('suppress', 'show', 'cy@mail.example')).stdout).toContain('is not suppressed');
}, 60_000);

it('who was suppressed by address and as a user is told so, also where one of both is removed', async () => {
  writeFileSync(inFolder('contacts.csv'), 'user_id,email\nflo,flo@mail.example\n');
  await nightjar('import', '--contacts', 'contacts.csv');
  await nightjar('suppress', 'add', 'flo@mail.example', '--reason', 'unsubscribe', '--topic', 'picks');
  await nightjar('suppress', 'add', '--user', 'flo', '--reason', 'unsubscribe', '--topic', 'picks');
  const shown = await nightjar('suppress', 'show', 'flo@mail.example');
  expect(shown.stdout).toMatch(/^flo@mail\.example: unsubscribe, of picks.*\nuser flo: unsubscribe, of picks/);
  const removed = await nightjar('suppress', 'remove', 'flo@mail.example', '--topic', 'picks', '--objection');
  expect(removed.stdout).toMatch(/is removed\n {2}still there: user flo: unsubscribe, of picks/);
  const last = await nightjar('suppress', 'remove', '--user', 'flo', '--topic', 'picks', '--objection');
  expect(last.stdout).not.toContain('still there');
}, 60_000);

it.each([
  [['add', 'ann.mail.example'], 'it needs exactly one @'],
  [['add', 'änn@mail.example'], 'is not ASCII'],
  [['add', 'ann@mail..example'], 'is no domain'],
  [['add', '--domain', 'not a domain'], 'is no domain'],
  [['add', '--user', ''], '--user is ""'],
  [['add', 'ann@mail.example', '--topic', 'Nightly Picks'], '--topic is "Nightly Picks"'],
  [['add', 'ann@mail.example', '--reason', 'annoyed'], 'expected unsubscribe, complaint, manual, bounce'],
  [['add', 'ann@mail.example', '--user', 'u1'], 'more than one is named'],
  [['remove', 'nobody@mail.example'], 'has no suppression of every job'],
])('suppress %j is refused with the reason', async (args, reason) => {
  const end = await nightjar('suppress', ...args);
  expect(end.code).toBe(args.includes('nobody@mail.example') || end.stderr.includes('E_USAGE') ? 2 : 3);
  expect(end.stderr).toContain(reason);
});

it('a file with a wrong row changes nothing, and each wrong row is told', async () => {
  const rows = [
    'email,user_id,topic,reason',
    'dee@mail.example,,,manual',
    ',,,',
    'x@mail.example,u9,,',
    'y@mail.example,,No Job,',
  ];
  writeFileSync(inFolder('wrong.csv'), `${rows.join('\n')}\n`);
  const end = await nightjar('suppress', 'import', 'wrong.csv');
  expect(end.code).toBe(3);
  expect(end.stderr).toContain('wrong.csv:4');
  expect(end.stderr).toContain('more than one of email, user_id, domain, address_hash is filled');
  expect(end.stderr).toContain('topic is "No Job"');
  expect((await nightjar('suppress', 'show', 'dee@mail.example')).stdout).toContain('is not suppressed');
  writeFileSync(inFolder('columns.csv'), 'mail,why\na@b.example,x\n');
  const columns = await nightjar('suppress', 'import', 'columns.csv');
  expect(columns).toMatchObject({ code: 3, stderr: expect.stringContaining('the column "email" is missing') });
}, 30_000);
