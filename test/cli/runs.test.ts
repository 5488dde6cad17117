/** The verbs on runs as an operator types them: answers, exit codes, what is asked, and what an export holds. */
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { OpenEngines } from '../../src/cli/open-engines';
import { moveRun } from '../../src/database/runs/runs';
import { startRun } from '../../src/run/start-run';
import { PEOPLE } from '../run/support/small-shop';
import { driveRun, emailSource, openShop, rigUp } from '../run/support/world';
import { type CallOptions, type Ended, makeTestFolder, runNightjar } from '../support/nightjar';
import { type SmtpServerOptions, startSmtpServer } from '../support/smtp-server';
import { readAnswer, writeProject } from './support/project';

const folder = makeTestFolder('nightjar-cli-runs');
const state = path.join(folder, 'state');
const SLOT = '2026-03-02';
const DATE = ['--date', SLOT];
let project: string;
let shop: OpenEngines;

const EMAIL_JOB =
  'about: A few picks\nkind: email\nrecommend: { solution: picks, results: 8 }\nrecipients: { where: { consent: true, group: main } }\ncontent: { template: picks, show: { items: 3 } }\n';
const AUDIENCE_JOB =
  'about: Tea\nkind: audience\nsegment: { solution: attribute-fans, users: 20, queries: { tea: \'ITEMS.CATEGORY = "tea"\' } }\naudience: { formats: [csv], to: audiences/tea/ }\n';

beforeAll(async () => {
  const emails = ['refused', 'unsure', 'login'].map((name) => [`jobs/${name}.yaml`, EMAIL_JOB]);
  project = writeProject(path.join(folder, 'project'), {
    ...Object.fromEntries(emails),
    'jobs/tea.yaml': AUDIENCE_JOB,
  });
  shop = await openShop(state);
  await nightjar(['run', 'tea', ...DATE]);
  await runAgainst('refused', {
    faults: { rcpt: (nth) => (nth <= 2 ? { reply: '550 5.1.1 =cmd() <u001@people.example> unknown' } : undefined) },
  });
  await runAgainst('unsure', { faults: { body: (nth) => (nth <= 2 ? { drop: 'reset' } : undefined) } });
  await runAgainst('login', { login: { user: 'u', pass: 'right' } }, 'u:sesame@');
}, 120_000);
afterAll(() => shop.close());

function nightjar(args: readonly string[], options: CallOptions = {}): Promise<Ended> {
  return runNightjar([...args, '--state', state], { cwd: project, ...options });
}

/** Runs a job against a mail server that fails as told. */
async function runAgainst(job: string, options: SmtpServerOptions, login = ''): Promise<Ended> {
  const server = await startSmtpServer(options);
  try {
    return await nightjar(['run', job, ...DATE, '--confirm', job], {
      env: { SMTP_URL: server.url.replace('://', `://${login}`) },
    });
  } finally {
    await server.close();
  }
}

const linesOf = (text: string) => text.trimEnd().split(/\r?\n/);

describe('nightjar runs list', () => {
  it('has a header, the newest first, and marks finished runs of which mails failed', async () => {
    const { code, stdout } = await nightjar(['runs', 'list']);

    expect(code).toBe(0);
    expect(linesOf(stdout).map((line) => line.trim().split(/ {2,}/).slice(0, 4))).toEqual([
      ['RUN', 'KIND', 'STATE', 'EXIT'],
      ['login.2026-03-02', 'email', 'failed', '5'],
      ['unsure.2026-03-02', 'email', 'paused(unknown)', '6'],
      ['refused.2026-03-02', 'email', 'finished', '4'],
      ['tea.2026-03-02', 'audience', 'finished', '0'],
    ]);
  });

  it('goes through all runs page by page, also those of one instant, each once', async () => {
    await shop.db
      .updateTable('run')
      .set({ created_at: new Date(0) })
      .execute();
    const seen: unknown[] = [];
    let before: readonly string[] = [];
    for (let page = 0; page < 6; page++) {
      const answer = readAnswer((await nightjar(['runs', 'list', '--limit', '1', '--json', ...before])).stdout);
      const runs = Array.isArray(answer.runs) ? answer.runs : [];
      seen.push(...runs.map((run: { run: string }) => run.run));
      if (typeof answer.next !== 'string') break;
      before = ['--before', answer.next];
    }

    expect(seen).toEqual(['unsure', 'tea', 'refused', 'login'].map((job) => `${job}.${SLOT}`));
  });

  it('filters by job and state, and names what it expects', async () => {
    const [job, states, wrong] = [
      await nightjar(['runs', 'list', '--job', 'tea', '--json']),
      await nightjar(['runs', 'list', '--states', 'failed,paused', '--json']),
      await nightjar(['runs', 'list', '--states', 'lost']),
    ];

    expect(readAnswer(job.stdout).runs).toMatchObject([{ run: 'tea.2026-03-02', exitCode: 0 }]);
    expect(readAnswer(states.stdout).runs).toHaveLength(2);
    expect({ code: wrong.code, stdout: wrong.stdout }).toEqual({ code: 2, stdout: '' });
    expect(wrong.stderr).toContain('--states has "lost"; expected planned, preparing');
    const folderMeant = await runNightjar(['runs', 'list', '--state', 'paused'], { cwd: project });
    expect(folderMeant).toMatchObject({ code: 2, stdout: '' });
    expect(folderMeant.stderr).toContain('fix: write --states paused');
    expect(existsSync(path.join(project, 'paused'))).toBe(false);
  });
});

describe('nightjar runs show', () => {
  it('of a finished run is the report that the run printed, with events, the batch job, and what to do', async () => {
    const shown = await nightjar(['runs', 'show', `refused.${SLOT}`]);
    const ran = await nightjar(['run', 'refused', ...DATE, '--quiet']);

    // A run names its report; what it has made is listed here alone.
    const [told = '', short = ''] = ran.stdout.split(/(?=^ {2}report )/m);
    expect(short).toMatch(/^ {2}report +\S+\/report\.html\n$/);
    expect(shown.stdout.startsWith(told)).toBe(true);
    const details = shown.stdout.slice(told.length);
    for (const part of ['  sending\n', 'batch-inference-job/nj-refused-', 'input  s3://', 'output s3://'])
      expect(details).toContain(part);
    expect(details).toContain(`nightjar runs retry refused.${SLOT}`);
  });

  it('of a failed run tells its error and the fix; of none, E_RUN_UNKNOWN', async () => {
    const failed = await nightjar(['runs', 'show', `login.${SLOT}`]);
    const none = await nightjar(['runs', 'show', 'tea.2026-03-09']);

    expect(failed.stdout).toMatch(/^login\.2026-03-02 is failed\n {2}E_MAIL_LOGIN: /);
    expect(failed.stdout).toContain(`nightjar runs retry login.${SLOT}`);
    expect(none).toMatchObject({
      code: 2,
      stdout: '',
      stderr: 'error[E_RUN_UNKNOWN]\n  there is no run "tea.2026-03-09"\n  fix: nightjar runs list\n',
    });
  });
});

describe('nightjar runs export', () => {
  it('writes JSON Lines to stdout, without addresses, also in what servers answered', async () => {
    const { code, stdout } = await nightjar(['runs', 'export', `refused.${SLOT}`]);
    const rows = linesOf(stdout).map((line) => JSON.parse(line));

    expect(code).toBe(0);
    expect(rows).toHaveLength(PEOPLE);
    expect(rows.filter((row) => row.state === 'accepted')).toHaveLength(PEOPLE - 2);
    expect(rows.map((row) => row.user_id)).toEqual(rows.map((row) => row.user_id).sort());
    expect(stdout).not.toMatch(/u\d+@people/);
  });

  it('writes CSV whole or not at all, with addresses where they are asked for, and no formula', async () => {
    const file = path.join(folder, 'refused.csv');
    const { stdout } = await nightjar([
      'runs',
      'export',
      `refused.${SLOT}`,
      '--states',
      'refused',
      '--with-addresses',
      '--out',
      file,
      '--json',
    ]);
    const [header, ...rows] = linesOf(readFileSync(file, 'utf8'));

    expect(readAnswer(stdout)).toMatchObject({ rows: 2, format: 'csv', file });
    expect(header).toMatch(/^user_id,email,state,reason,/);
    expect(rows).toHaveLength(2);
    for (const row of rows) expect(row).toMatch(/^u\d+,u\d+@people\.example,refused,smtp_550_5\.1\.1,/);
    expect(readdirSync(folder).filter((name) => name.includes('.new'))).toEqual([]);
  });

  it('guards cells that a spreadsheet would run', async () => {
    await shop.db
      .updateTable('delivery')
      .set({ answer: '=HYPERLINK("http://evil")' })
      .where('run_id', '=', `refused.${SLOT}`)
      .where('state', '=', 'refused')
      .execute();
    const { stdout } = await nightjar(['runs', 'export', `refused.${SLOT}`, '--states', 'refused', '--format', 'csv']);

    expect(stdout).toContain(`"'=HYPERLINK(""http://evil"")"`);
  });

  it('refuses what has no deliveries, what is no format, and a folder that is not there', async () => {
    const calls = [
      await nightjar(['runs', 'export', `tea.${SLOT}`]),
      await nightjar(['runs', 'export', `refused.${SLOT}`, '--format', 'xlsx']),
      await nightjar(['runs', 'export', `refused.${SLOT}`, '--json']),
      await nightjar(['runs', 'export', `refused.${SLOT}`, '--out', path.join(folder, 'no', 'where.csv')]),
    ];

    expect(calls.map(({ code }) => code)).toEqual([2, 2, 2, 2]);
    expect(existsSync(path.join(folder, 'no'))).toBe(false);
  });
});

describe('nightjar runs resolve, retry and cancel', () => {
  const noWorker = (job: string) =>
    `  no worker is running; to go on:\n    nightjar run ${job} --date ${SLOT}\n    nightjar up\n`;

  it('lists what may have arrived; settled from a file, the run goes on to its end', async () => {
    const listed = await nightjar(['runs', 'resolve', `unsure.${SLOT}`, '--json']);
    const mails = readAnswer(listed.stdout).mails;
    if (!Array.isArray(mails)) throw new Error('no mails');
    const text = await nightjar(['runs', 'resolve', `unsure.${SLOT}`]);
    const file = path.join(folder, 'relay.jsonl');
    writeFileSync(file, mails.map((mail) => `${JSON.stringify({ message_id: mail.messageId })}\n`).join(''));

    const wrong = await nightjar(['runs', 'resolve', `unsure.${SLOT}`, '--from', file]);
    const resolved = await nightjar(['runs', 'resolve', `unsure.${SLOT}`, '--as', 'accepted', '--from', file]);
    const ended = await nightjar(['run', 'unsure', ...DATE, '--json']);

    expect(mails).toHaveLength(2);
    expect(text.stdout).toContain(mails[0].messageId);
    expect(`${text.stdout}${listed.stdout}`).not.toMatch(/u\d+@people/);
    expect(wrong.code).toBe(2);
    expect(resolved.stdout).toBe(`unsure.${SLOT}: 2 e-mails count as accepted; it is sending\n${noWorker('unsure')}`);
    expect(ended.code).toBe(0);
    expect(readAnswer(ended.stdout)).toMatchObject({ deliveries: { accepted: PEOPLE, unknown: 0 } });
  });

  it('retry of a failed run lets it go on; of a finished one without failures it says so', async () => {
    const retried = await nightjar(['runs', 'retry', `login.${SLOT}`, '--json']);
    const ended = await nightjar(['run', 'login', ...DATE]);
    const nothing = await nightjar(['runs', 'retry', `login.${SLOT}`]);

    expect(readAnswer(retried.stdout)).toMatchObject({ was: 'failed', state: 'sending', again: [] });
    expect(ended.code).toBe(0);
    expect(nothing.code).toBe(2);
    expect(nothing.stderr).toContain('has no mail that was refused or given up');
  });

  it('cancel asks only where money is lost, and without a terminal it wants --yes', async () => {
    const cheap = await startRun(shop, { source: emailSource('cheap'), slot: SLOT, again: false });
    const rig = rigUp(shop);
    const { runId: dear } = await startRun(rig.engines, { source: emailSource('dear'), slot: SLOT, again: false });
    await driveRun(rig, dear, (run) => run.state === 'collecting');

    const [free, asked] = [
      await nightjar(['runs', 'cancel', cheap.runId, '--json']),
      await nightjar(['runs', 'cancel', dear]),
    ];
    const paid = await nightjar(['runs', 'cancel', dear, '--yes']);

    expect(free.code).toBe(0);
    expect(readAnswer(free.stdout)).toMatchObject({ run: cheap.runId, was: 'planned', paid: [] });
    expect(asked).toMatchObject({ code: 2, stdout: '' });
    expect(asked.stderr).toContain(`fix: nightjar runs cancel ${dear} --yes`);
    expect(paid.code).toBe(0);
    expect(paid.stdout).toMatch(
      /it was collecting\n[\s\S]*paid, and can't be stopped: nj-dear-[\s\S]*at most 0\.0027 USD/,
    );
  });

  it('resolve --restored of a job of which nothing waits for that is wrong usage', async () => {
    const { code, stderr } = await nightjar(['runs', 'resolve', '--restored', 'tea']);

    expect(code).toBe(2);
    expect(stderr).toContain('no run of "tea" is paused(restored)');
  });

  it('a run that a person has paused for another reason goes on', async () => {
    const rig = rigUp(shop);
    const { runId } = await startRun(rig.engines, { source: emailSource('held'), slot: SLOT, again: false });
    await driveRun(rig, runId, (run) => run.state === 'sending');
    await moveRun(shop.db, runId, { from: 'sending', to: 'paused', pausedReason: 'errors', now: Date.now() });

    const { stdout } = await nightjar(['runs', 'retry', runId]);

    expect(stdout).toBe(`${runId} was paused(errors) and is sending\n${noWorker('held')}`);
  });
});
