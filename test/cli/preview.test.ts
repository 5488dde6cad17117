/** Previews and test mails as a person asks for them: what is written, told and sent, and that nothing else is. */
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { sql } from 'kysely';
import type { OpenEngines } from '../../src/cli/open-engines';
import { isNobody, verifyUnsubscribe } from '../../src/content/links';
import { openShop } from '../run/support/world';
import { makeTestFolder, runNightjar } from '../support/nightjar';
import { readAnswer, writeProject } from './support/project';

const folder = makeTestFolder('nightjar-cli-preview');
const state = path.join(folder, 'state');
const JOB = `about: A few picks
kind: email
recommend: { solution: picks, results: 8 }
recipients: { where: { consent: true, group: main } }
content: { template: picks, show: { items: 3 } }
`;
const FANS = `about: Fans
kind: audience
segment: { solution: attribute-fans, users: 10, queries: { tea: 'ITEMS.CATEGORY = "tea"' } }
`;
let project: string;
let shop: OpenEngines;

beforeAll(async () => {
  project = writeProject(path.join(folder, 'project'), { 'jobs/picks.yaml': JOB, 'jobs/fans.yaml': FANS });
  shop = await openShop(state);
}, 120_000);
afterAll(() => shop.close());

const nightjar = (...args: string[]) => runNightjar([...args, '--state', state], { cwd: project });
const preview = async (...args: string[]) => {
  const ended = await nightjar('preview', 'picks', '--date', '2026-03-02', ...args, '--json');
  expect(ended).toMatchObject({ code: 0, stderr: '' });
  const { mails, folder: written, remarks } = readAnswer(ended.stdout);
  if (!Array.isArray(mails) || typeof written !== 'string') throw new Error('no mails');
  expect(statSync(written).mode & 0o077).toBe(0);
  const read = (file: string) => readFileSync(path.join(written, file), 'utf8');
  const list: readonly { file: string; title: string; items: string; notSent?: string; warnings: string[] }[] = mails;
  return { mails: list, remarks, read, files: readdirSync(written) };
};
const inbox = () =>
  (existsSync(path.join(state, 'inbox')) ? readdirSync(path.join(state, 'inbox')) : []).filter((file) =>
    file.endsWith('.eml'),
  );

it('writes mails with popular items before the first run, and sends nothing', async () => {
  const { mails, read, files } = await preview();

  expect(mails).toHaveLength(3);
  expect(files).toHaveLength(10);
  expect(read('index.html')).toContain(`src="${mails[0]?.file}.html"`);
  for (const { file, items, warnings } of mails) {
    expect([items, warnings]).toEqual(['popular items stand in: no run has recommendations for this person', []]);
    expect(read(`${file}.headers.txt`)).toMatch(/^From: [\s\S]*\nSubject: [\s\S]*\nList-Unsubscribe: </m);
    const token = /\/u\/([\w-]+)/.exec(read(`${file}.txt`))?.[1] ?? '';
    const whom = verifyUnsubscribe(token, shop.secret);
    expect(whom !== undefined && isNobody(whom)).toBe(true);
  }
  expect(inbox()).toEqual([]);
}, 60_000);

it('shows the recommendations of the last run, and one who is left out with the reason', async () => {
  expect(await nightjar('run', 'picks', '--date', '2026-03-02')).toMatchObject({ code: 0 });
  const before = inbox().length;

  const { mails } = await preview('--sample', '2');
  expect(mails.map(({ items }) => items)).toEqual(['from the run picks.2026-03-02', 'from the run picks.2026-03-02']);

  await sql`UPDATE contact SET attributes = '{}' WHERE user_id = 'u040'`.execute(shop.db);
  const { mails: one } = await preview('--user', 'U040@people.example');
  expect(one).toMatchObject([{ title: 'u040 (en)', notSent: 'not_matched' }]);
  expect(inbox()).toHaveLength(before);
}, 120_000);

it('shows every branch of the template', async () => {
  const { mails, remarks } = await preview('--all-branches');

  // A shared partial asks for what this template always has.
  expect(remarks).toEqual(['templates/partials/preheader.hbs:1:1 {{#if preheader}} is never false']);
  expect(mails.map(({ title }) => title)).toEqual(
    expect.arrayContaining([
      'language de',
      'language en',
      'language ja',
      'contact without firstName',
      'items without url',
    ]),
  );
}, 60_000);

it('sends a test mail to a tester alone, outside of every run', async () => {
  const before = new Set(inbox());
  const count = async () => (await shop.db.selectFrom('delivery').select('user_id').execute()).length;
  const deliveries = await count();

  const sent = await nightjar('test-send', 'picks', '--to', 'tester@shop.example', '--json');

  expect(sent).toMatchObject({ code: 0, stderr: '' });
  expect(readAnswer(sent.stdout)).toMatchObject({ job: 'picks', outcome: { kind: 'accepted' } });
  const added = inbox().filter((file) => !before.has(file));
  expect(added).toHaveLength(1);
  const mail = readFileSync(path.join(state, 'inbox', added[0] ?? ''), 'utf8');
  expect(mail).toMatch(/^To: tester@shop\.example\r?$/m);
  const token = /List-Unsubscribe: <[^>]*\/u\/([\w-]+)/.exec(mail.replaceAll(/\r\n[ \t]/g, ''))?.[1] ?? '';
  expect(verifyUnsubscribe(token, shop.secret)).toEqual({ list: 'picks', userId: '' });
  expect(await count()).toBe(deliveries);
}, 60_000);

it.each([
  [['preview', 'picks', '--user', 'x', '--sample', '2'], 'give one of them'],
  [['preview', 'picks', '--sample', 'many'], 'write --sample 3'],
  [['preview', 'picks', '--user', 'nobody'], 'name a user_id of the imported contacts, or an e-mail address'],
  [['preview', 'fans'], 'name an e-mail job: nightjar jobs list'],
  [['test-send', 'picks', '--to', 'no address'], 'write --to you@shop.example'],
])('%j is a wrong usage', async (args, fix) => {
  const ended = await nightjar(...args);

  expect(ended).toMatchObject({ code: 2, stdout: '' });
  expect(ended.stderr).toContain(`fix: ${fix}`);
});
