/** Params and limits as a person types them: the examples of docs/triggers.md, and what the command line refuses. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import type { OpenEngines } from '../../src/cli/open-engines';
import { readWish } from '../../src/cli/run-wish';
import { addContacts, makeContact } from '../run/support/small-shop';
import { openShop } from '../run/support/world';
import { makeTestFolder, ROOT, runNightjar } from '../support/nightjar';
import { readAnswer, writeProject } from './support/project';

const folder = makeTestFolder('nightjar-cli-params');
const state = path.join(folder, 'state');
const docs = readFileSync(path.join(ROOT, 'docs', 'triggers.md'), 'utf8');
const JOBS = Object.fromEntries(
  [...docs.matchAll(/```yaml\n# (\S+)\n([\s\S]*?)```/g)].map(([, file = '', text = '']) => [file, text]),
);
const COMMANDS = (/```sh\n([\s\S]*?)```/.exec(docs)?.[1] ?? '')
  .split('\n')
  .filter((line) => line.startsWith('nightjar '))
  .map((line) =>
    line
      .replace(/ *#.*$/, '')
      .split(' ')
      .slice(1),
  );

const FRIENDS = 12;
let project: string;
let shop: OpenEngines;

beforeAll(async () => {
  project = writeProject(path.join(folder, 'project'), JOBS);
  shop = await openShop(state);
  const likes = (from: number, what: string, orders: string) =>
    Array.from({ length: FRIENDS }, (_, n) =>
      makeContact(`${what}-${from + n}`, { attributes: { likes: what, orders } }),
    );
  await addContacts(shop, [...likes(0, 'coffee', '3'), ...likes(100, 'coffee', '0'), ...likes(0, 'tea', '1')]);
}, 120_000);
afterAll(() => shop.close());

const nightjar = (...args: readonly string[]) => runNightjar([...args, '--state', state], { cwd: project });

it('the commands of docs/triggers.md do what the page says', async () => {
  const [plan = [], estimate = [], trial = [], all = [], fans = []] = COMMANDS;

  expect((await nightjar(...plan)).stdout).toMatch(
    /params +theme = coffee\n[\s\S]*5 of \d+ contacts\n +the first 5, as --limit says\n/,
  );
  expect(readAnswer((await nightjar(...estimate, '--json')).stdout)).toMatchObject({
    jobs: [{ job: 'theme-mail', next: { lines: FRIENDS } }],
  });
  expect(readAnswer((await nightjar(...trial, '--json')).stdout)).toMatchObject({
    deliveries: { accepted: 5 },
    limit: 5,
  });
  expect(readAnswer((await nightjar(...all, '--json')).stdout)).toMatchObject({
    deliveries: { accepted: FRIENDS - 5 },
    params: [
      { name: 'theme', value: 'coffee' },
      { name: 'minOrders', value: 1 },
      { name: 'launch', value: '2026-03-09' },
    ],
  });
  const done = await nightjar(...fans);
  expect(done.code).toBe(0);
  expect(readAnswer(done.stdout)).toMatchObject({ audiences: [{ query: 'ITEMS.CATEGORY = "tea"' }] });
}, 120_000);

it('a slot that was run with others, and a wrong value, are refused with a command', async () => {
  const slot = ['--date', '2026-03-02', '--param', 'launch=2026-03-09'];
  const other = await nightjar('run', 'theme-mail', ...slot, '--param', 'theme=tea');
  expect(other).toMatchObject({ code: 2, stdout: '' });
  expect(other.stderr).toContain('error[E_RUN_PARAMS]');
  expect(other.stderr).toContain('theme=coffee; asked for is theme=tea');

  const shown = await nightjar('runs', 'show', 'theme-mail.2026-03-02');
  expect(shown.stdout).toMatch(/params +theme = coffee\n[\s\S]*limit +the first 5 recipients\n/);

  const wrong = await nightjar('run', 'theme-mail', '--param', 'theme=cocoa', '--param', 'launch=soon', '--json');
  expect(wrong.code).toBe(2);
  expect(readAnswer(wrong.stdout)).toMatchObject({
    error: {
      code: 'E_JOB_PARAM',
      message: 'params.theme is "cocoa"; expected coffee or tea',
      others: [{ code: 'E_JOB_PARAM' }],
    },
  });
}, 60_000);

it.each([
  [{ param: ['launch'] }, '--param is "launch"; expected a name and a value'],
  [{ param: ['=x'] }, '--param is "=x"; expected a name and a value'],
  [{ param: ['a=1', 'a=2'] }, '--param a is given twice'],
  [{ limit: 'all' }, '--limit is "all"; expected a whole number'],
  [{ limit: '0' }, '--limit is "0"; expected a whole number'],
])('the flags %j are refused', (flags, message) => {
  expect(() => readWish(flags)).toThrow(message);
});

it('a value may have any character, and nothing is given where no flag says so', () => {
  expect(readWish({ param: ['a=b=c', 'd='], limit: '12' })).toMatchObject({ params: { a: 'b=c', d: '' }, limit: 12 });
  expect(readWish({})).toMatchObject({ params: {} });
});

it('estimate takes values for one job alone', async () => {
  const answer = await nightjar('estimate', '--limit', '5');
  expect(answer).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('--param, --limit and --only-to are for one job'),
  });
}, 20_000);

it('lists what jobs take, and checks jobs that no value is given for', async () => {
  const list = await nightjar('jobs', 'list');
  expect(list.stdout).toMatch(/theme-mail +email .*\(params theme, minOrders, launch\)\n/);
  expect(await nightjar('jobs', 'check')).toMatchObject({ code: 0 });
}, 30_000);
