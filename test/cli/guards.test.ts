/** Guards and estimates as a person types them: exit codes, what is told, and how a run is let go on. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import type { OpenEngines } from '../../src/cli/open-engines';
import { PEOPLE } from '../run/support/small-shop';
import { openShop } from '../run/support/world';
import { makeTestFolder, ROOT, runNightjar } from '../support/nightjar';
import { readAnswer, writeProject } from './support/project';

const folder = makeTestFolder('nightjar-cli-guards');
const state = path.join(folder, 'state');
const RUN = 'picks.2026-03-02';
const JOB = `about: A few picks
kind: email
schedule: { cron: "0 2 * * *", timezone: UTC }
recommend: { solution: picks, results: 8 }
recipients: { where: { consent: true, group: main } }
content: { template: picks, show: { items: 3 } }
guard: { recipients: { min: 1000 } }
`;
let project: string;
let shop: OpenEngines;

beforeAll(async () => {
  project = writeProject(path.join(folder, 'project'), { 'jobs/picks.yaml': JOB });
  shop = await openShop(state);
}, 120_000);
afterAll(() => shop.close());

const nightjar = (...args: string[]) => runNightjar([...args, '--state', state], { cwd: project });

it('a run that a guard pauses ends with 6, is shown with its figures, approved by name, and goes on', async () => {
  const plan = await nightjar('plan', 'picks', '--date', '2026-03-02');
  expect(plan.stdout).toMatch(/guards +recipients\.min WOULD PAUSE THE RUN\n +40; allowed: at least 1,000\n/);

  const run = await nightjar('run', 'picks', '--date', '2026-03-02');
  expect(run).toMatchObject({ code: 6, stderr: expect.stringContaining(`nightjar runs approve ${RUN}`) });
  expect(run.stderr).toContain('error[E_RUN_GUARD]');

  const shown = await nightjar('runs', 'show', RUN);
  expect(shown.stdout).toContain(`${RUN} is paused(guard:recipients.min)`);
  expect(shown.stdout).toMatch(/guard +recipients\.min\n +40\n +allowed: at least 1,000\n/);
  expect(await nightjar('runs', 'retry', RUN)).toMatchObject({ code: 2 });

  const approved = await nightjar('runs', 'approve', RUN, '--by', 'kim', '--json');
  expect(readAnswer(approved.stdout)).toMatchObject({
    was: 'paused(guard:recipients.min)',
    approved: [{ guard: 'recipients.min', by: 'kim' }],
  });
  expect(await nightjar('runs', 'approve', RUN)).toMatchObject({ code: 2 });

  const done = await nightjar('run', 'picks', '--date', '2026-03-02', '--json');
  expect(done.code).toBe(0);
  expect(readAnswer(done.stdout)).toMatchObject({
    deliveries: { accepted: PEOPLE },
    approvals: [{ guard: 'recipients.min', by: 'kim' }],
  });
}, 120_000);

it('estimate answers a document, and prints the table and the prices that docs/money.md shows', async () => {
  const json = await nightjar('estimate', '--json');
  expect(json.code).toBe(0);
  expect(readAnswer(json.stdout)).toMatchObject({
    days: 30,
    jobs: [{ job: 'picks', runs: 30, next: { lines: PEOPLE, trips: ['recipients.min'] } }],
    prices: { inferencePer1000: 0.067, segmentPer1000: null },
  });

  const { stdout } = await nightjar('estimate', 'picks');
  const shown = readFileSync(path.join(ROOT, 'docs', 'money.md'), 'utf8');
  const example = /```\n(job +next run[\s\S]*?)```/.exec(shown)?.[1]?.split('\n') ?? [];
  const words = (line: string | undefined) => line?.trim().split(/ {2,}/);
  expect(words(stdout.split('\n')[0])).toEqual(words(example[0]));
  for (const line of example.filter((text) => /^(prices:| {2})/.test(text))) expect(stdout).toContain(`${line}\n`);
}, 60_000);
