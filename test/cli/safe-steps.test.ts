/** Safe first steps as a person types them: the job's name that a run by hand wants, --only-to, and the proof. */
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { ListBatchInferenceJobsCommand } from '@aws-sdk/client-personalize';
import type { OpenEngines } from '../../src/cli/open-engines';
import { findRun } from '../../src/database/runs/runs';
import { PEOPLE } from '../run/support/small-shop';
import { openShop } from '../run/support/world';
import { type Ended, makeTestFolder, ROOT, runNightjar } from '../support/nightjar';
import { type FaultySmtpServer, startSmtpServer } from '../support/smtp-server';
import { readAnswer, writeProject } from './support/project';

const folder = makeTestFolder('nightjar-cli-safe');
const state = path.join(folder, 'state');
const DATE = ['--date', '2026-03-02'];
const BIN = path.join(ROOT, 'bin', 'nightjar.js');
const JOB = `about: A few picks
kind: email
recommend: { solution: picks, results: 8 }
recipients: { where: { consent: true, group: main } }
content: { template: picks, show: { items: 3 } }
`;
let project: string;
let shop: OpenEngines;
let server: FaultySmtpServer;

beforeAll(async () => {
  project = writeProject(path.join(folder, 'project'), {
    'jobs/asked.yaml': JOB,
    'jobs/typed.yaml': JOB,
    'jobs/proved.yaml': `${JOB}send: { proof: { to: [seed@shop.example], samples: 2 } }\n`,
    'jobs/inside.yaml': JOB,
  });
  shop = await openShop(state);
  server = await startSmtpServer();
}, 120_000);
afterAll(async () => {
  await server.close();
  await shop.close();
});

const nightjar = (...args: string[]) =>
  runNightjar([...args, '--state', state], { cwd: project, env: { SMTP_URL: server.url } });

/** What has been bought and sent by all jobs, and whether the job has a run. */
async function takeStock(job: string) {
  const { batchInferenceJobs = [] } = await shop.personalize.send(new ListBatchInferenceJobsCommand({}));
  return {
    bought: batchInferenceJobs.length,
    sent: server.received.length,
    run: (await findRun(shop.db, `${job}.2026-03-02`))?.runId,
  };
}

/** Runs nightjar at a terminal of its own, types what is given once the prompt is there, and answers what the terminal showed. */
function atTerminal(
  typed: string,
  ...args: string[]
): Promise<{ readonly code: number | null; readonly shown: string }> {
  const command = [process.execPath, BIN, ...args, '--state', state].map((word) => `'${word}'`).join(' ');
  const child = spawn('script', ['-qec', command, '/dev/null'], {
    cwd: project,
    env: { ...process.env, SMTP_URL: server.url, NO_COLOR: '1' },
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  let shown = '';
  let isTyped = false;
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    shown += text;
    if (isTyped || !shown.includes('to go on: ')) return;
    isTyped = true;
    child.stdin.write(typed);
  });
  return new Promise((resolve) =>
    child.on('close', (code) => resolve({ code, shown: shown.replaceAll('\r\n', '\n') })),
  );
}

it('where nobody is there to type it, a new run wants --confirm, and nothing is bought, sent or written before', async () => {
  const before = await takeStock('asked');
  const refusals: Ended[] = [
    await nightjar('run', 'asked', ...DATE, '--detach'),
    await nightjar('run', 'asked', ...DATE, '--confirm', 'typed'),
  ];
  for (const { code, stdout, stderr } of refusals) {
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain('error[E_USAGE]');
  }
  expect(refusals[0]?.stderr).toContain(
    `asked for 2026-03-02 would send ${PEOPLE} e-mails through 127.0.0.1:${server.port}, at a cost of 0.0027 USD, and nobody is here to confirm it\n  fix: nightjar run asked --date 2026-03-02 --detach --confirm asked\n`,
  );
  expect(await takeStock('asked')).toEqual(before);

  const done = await nightjar(
    'run',
    'asked',
    ...DATE,
    '--only-to',
    'u001@people.example',
    '--confirm',
    'asked',
    '--json',
  );
  expect(done.code).toBe(0);
  expect(readAnswer(done.stdout)).toMatchObject({
    chosen: 1,
    deliveries: { accepted: 1 },
    onlyTo: [{ by: 'run', patterns: ['u001@people.example'] }],
  });
  expect(server.received.map((mail) => mail.to)).toEqual([['u001@people.example']]);

  const again = await nightjar('run', 'asked', ...DATE, '--again');
  expect(again.stderr).toContain(`would send ${PEOPLE - 1} e-mails`);
  expect(again.code).toBe(2);
}, 120_000);

it('at a terminal it shows what it would do, and takes the name of the job alone', async () => {
  const before = await takeStock('typed');
  for (const typed of ['yes\n', '\u0004']) {
    const { code, shown } = await atTerminal(typed, 'run', 'typed', ...DATE);
    expect({ code, typed }).toEqual({ code: 2, typed });
    expect(shown).toContain('nothing was started');
  }
  expect(await takeStock('typed')).toEqual(before);

  const { code, shown } = await atTerminal('typed\n', 'run', 'typed', ...DATE);
  expect(code).toBe(0);
  expect(shown).toMatch(
    new RegExp(
      `typed for 2026-03-02 would send ${PEOPLE} e-mails\\n  from      Corner Shop <news@shop\\.example>\\n  through   127\\.0\\.0\\.1:${server.port}\\n  to        (u…@people\\.example, ){2}u…@people\\.example and ${PEOPLE - 3} more\\n  cost      0\\.0027 USD\\n`,
      'm',
    ),
  );
  expect((await takeStock('typed')).sent).toBe(before.sent + PEOPLE);
}, 120_000);

it('the question is that of the documentation', () => {
  const example = /\$ nightjar run [\s\S]*?```/.exec(
    readFileSync(path.join(ROOT, 'docs', 'safe-steps.md'), 'utf8'),
  )?.[0];
  const labels = (example ?? '').split('\n').map((line) => /^ {2}(\w+) {2,}/.exec(line)?.[1]);
  expect(labels.filter((label) => label !== undefined)).toEqual(['from', 'through', 'to', 'cost']);
});

it('a proof pauses the run with 6, is shown, and approved by name; resumed, the run is not asked about', async () => {
  const plan = await nightjar('plan', 'proved', ...DATE, '--only-to', '*@people.example');
  expect(plan.stdout).toMatch(
    /proof +the e-mails of 2 people first, to s…@shop\.example\n +then it waits for a person\n/,
  );
  expect(plan.stdout).toContain('only to       *@people.example\n');

  const run = await nightjar('run', 'proved', ...DATE, '--confirm', 'proved');
  expect(run).toMatchObject({ code: 6, stderr: expect.stringContaining('error[E_RUN_PROOF]') });
  const shown = await nightjar('runs', 'show', 'proved.2026-03-02');
  expect(shown.stdout).toContain('is paused(proof)');
  expect(shown.stdout).toMatch(/proof +accepted {2}s…@shop\.example\n/);
  const approved = await nightjar('runs', 'approve', 'proved.2026-03-02', '--by', 'kim');
  expect(approved.stdout).toMatch(
    /proof: 2 e-mails to s…@shop\.example: 2 accepted; gone on by kim, .*\n {2}approved by kim\n {2}no worker is running; to go on:\n {4}nightjar run proved --date 2026-03-02/,
  );

  const done = await nightjar('run', 'proved', ...DATE);
  expect(done.code).toBe(0);
  expect(done.stdout).toMatch(/proof +2 e-mails to s…@shop\.example: 2 accepted/);
}, 120_000);

it('with the embedded inbox nothing is asked', async () => {
  const inside = await runNightjar(['run', 'inside', ...DATE, '--limit', '1', '--state', state], { cwd: project });
  expect(inside.code).toBe(0);
}, 60_000);

it('doctor warns of jobs that write to everybody outside production', async () => {
  const { stdout } = await nightjar('doctor', '--json');
  const { findings } = readAnswer(stdout);
  expect(findings).toContainEqual(
    expect.objectContaining({
      check: 'production',
      status: 'warning',
      detail: expect.stringContaining('asked, inside, proved, typed'),
    }),
  );
}, 60_000);
