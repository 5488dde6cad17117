/** The verbs plan, run and runs as a user has them: answers, exit codes, streams, and that a plan changes nothing. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { ListBatchInferenceJobsCommand } from '@aws-sdk/client-personalize';
import { sql } from 'kysely';
import type { OpenEngines } from '../../src/cli/open-engines';
import { listObjects } from '../../src/storage/objects';
import { PEOPLE } from '../run/support/small-shop';
import { openShop } from '../run/support/world';
import { messageIdOf } from '../support/night-invariants';
import { type CallOptions, type Ended, listFiles, makeTestFolder, runNightjar } from '../support/nightjar';
import { type SmtpServerOptions, startSmtpServer } from '../support/smtp-server';
import { readAnswer, writeProject } from './support/project';

const folder = makeTestFolder('nightjar-cli-run');
const state = path.join(folder, 'state');
const DATE = ['--date', '2026-03-02'];
let project: string;
let shop: OpenEngines;

const emailJob = (where = '{ consent: true, group: main }') =>
  `about: A few picks\nkind: email\nrecommend: { solution: picks, results: 8 }\nrecipients: { where: ${where} }\ncontent: { template: picks, show: { items: 3 } }\n`;

beforeAll(async () => {
  const audience =
    'about: Tea\nkind: audience\nsegment: { solution: attribute-fans, users: 20, queries: { tea: \'ITEMS.CATEGORY = "tea"\' } }\naudience: { formats: [csv], to: audiences/tea/ }\n';
  const emails = ['planned', 'plain', 'refused', 'dropped', 'login'].map((name) => [`jobs/${name}.yaml`, emailJob()]);
  project = writeProject(path.join(folder, 'project'), {
    ...Object.fromEntries(emails),
    'jobs/nobody.yaml': emailJob('{ group: nobody }'),
    'jobs/tea.yaml': audience,
  });
  shop = await openShop(state);
}, 60_000);
afterAll(() => shop.close());

const nightjar = (args: readonly string[], options: CallOptions = {}): Promise<Ended> =>
  runNightjar([...args, '--state', state], { cwd: project, ...options });

/** Runs a job against a mail server that fails as told. */
async function runAgainst(
  job: string,
  options: SmtpServerOptions,
  login = '',
): Promise<Ended & { readonly sentTo: readonly string[] }> {
  const server = await startSmtpServer(options);
  try {
    const ended = await nightjar(['run', job, ...DATE, '--confirm', job], {
      env: { SMTP_URL: server.url.replace('://', `://${login}`) },
    });
    return { ...ended, sentTo: server.received.flatMap((mail) => mail.to) };
  } finally {
    await server.close();
  }
}

/** Everything that a plan could change: rows of every table, objects, what is bought, what is sent. */
async function takeStock(): Promise<object> {
  const tables = await sql<{
    name: string;
  }>`SELECT tablename AS name FROM pg_tables WHERE schemaname = 'nightjar' AND tablename <> 'embedded_service' ORDER BY 1`.execute(
    shop.db,
  );
  const rows: Record<string, unknown> = {};
  for (const { name } of tables.rows) {
    const digest =
      await sql`SELECT count(*) AS count, md5(coalesce(string_agg(t::text, '|' ORDER BY t::text), '')) AS digest FROM ${sql.table(`nightjar.${name}`)} AS t`.execute(
        shop.db,
      );
    rows[name] = digest.rows[0];
  }
  const { bucket } = shop.settings.storage;
  const bought = await shop.personalize.send(new ListBatchInferenceJobsCommand({}));
  return {
    rows,
    objects: await listObjects(shop.s3, { bucket, key: '' }),
    bought: bought.batchInferenceJobs?.length,
    mails: listFiles(state, '.eml').length,
  };
}

describe('nightjar plan', () => {
  it('changes nothing, and the run then does what it said', async () => {
    const before = await takeStock();
    const planned = await nightjar(['plan', 'planned', ...DATE, '--json']);
    expect(planned.code).toBe(0);
    expect(await takeStock()).toEqual(before);

    const ran = await nightjar(['run', 'planned', ...DATE, '--json']);

    const [plan, run] = [readAnswer(planned.stdout), readAnswer(ran.stdout)];
    expect(ran.code).toBe(0);
    expect(plan).toMatchObject({
      recipients: run.chosen,
      cost: run.cost,
      avoided: run.avoided,
      considered: PEOPLE,
      slot: '2026-03-02',
    });
    expect(run).toMatchObject({ chosen: PEOPLE, batchJobs: [{ lines: PEOPLE, reused: false }] });
    const [batchJob] = readBatchJobs(run);
    expect(plan.batchJob).toMatchObject({ name: batchJob?.name, lines: batchJob?.lines, parts: 1, reused: false });
  });

  it('of a slot that was run says that nothing would be bought', async () => {
    const { code, stdout } = await nightjar(['plan', 'planned', ...DATE]);

    expect(code).toBe(0);
    expect(stdout).toContain(
      `planned.2026-03-02 stands for this slot: finished, ${PEOPLE} e-mails accepted\n  run finds it and does nothing; with --again`,
    );
    expect(stdout).toContain(
      `planned for 2026-03-02: A few picks\n\n  recipients    0 of ${PEOPLE} contacts\n  left out      ${PEOPLE}  handled before\n`,
    );
    expect(stdout).toContain('none: nobody is left');
    expect(stdout).toMatch(/\nnothing was changed, bought or sent\n$/);
  });

  it('of an audience job shows its queries', async () => {
    const { code, stdout } = await nightjar(['plan', 'tea', ...DATE]);

    expect(code).toBe(0);
    expect(stdout).toContain('tea  ITEMS.CATEGORY = "tea"');
    expect(stdout).toContain('unknown: no price is set for this region');
  });
});

describe('nightjar run', () => {
  it('answers on stdout alone, progress on stderr, no colours where there is no terminal, and nothing twice', async () => {
    const first = await nightjar(['run', 'plain', ...DATE], { env: { NO_COLOR: '1' } });
    const mails = listFiles(state, '.eml');
    const second = await nightjar(['run', 'plain', ...DATE], { env: { FORCE_COLOR: '1' } });

    expect([first.code, second.code]).toEqual([0, 0]);
    expect(first.stdout).toContain(`${PEOPLE}`);
    expect(first.stderr).toContain('plain.2026-03-02: ');
    expect(first.stdout).not.toContain('plain.2026-03-02: ');
    expect(`${first.stdout}${first.stderr}${second.stdout}`).not.toContain('\u001b');
    expect(second.stdout).toBe(first.stdout);
    expect(listFiles(state, '.eml')).toEqual(mails);
    expect(new Set(mails.map((file) => messageIdOf(readFileSync(file, 'latin1')))).size).toBe(mails.length);
  });

  it('with --quiet says nothing on stderr', async () => {
    const { code, stderr } = await nightjar(['run', 'tea', ...DATE, '--quiet']);

    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(listFiles(path.join(state, 's3'), 'tea.csv')).toHaveLength(1);
  });

  it('made again after everyone was reached has no recipient left: exit 3, and no more mail', async () => {
    const mails = listFiles(state, '.eml').length;
    const { code, stdout, stderr } = await nightjar(['run', 'plain', ...DATE, '--again', '--json']);

    expect(code).toBe(3);
    expect(readAnswer(stdout)).toMatchObject({ error: { code: 'E_RUN_NO_RECIPIENTS' } });
    expect(stderr).toContain(
      `error[E_RUN_NO_RECIPIENTS] jobs/plain.yaml:4:13\n  no recipient is left for 2026-03-02; of those chosen now ${PEOPLE} were handled before\n`,
    );
    expect((await nightjar(['run', 'plain', ...DATE])).code).toBe(0);
    expect(listFiles(state, '.eml')).toHaveLength(mails);
  });

  it('that nobody is left for prints why, with exit 3', async () => {
    const { code, stdout, stderr } = await nightjar(['run', 'nobody', ...DATE, '--quiet']);

    expect({ code, stdout, stderr: stderr.replace(/^\d\d:\d\d:\d\d error.*\n/gm, '') }).toEqual({
      code: 3,
      stdout: '',
      stderr: `error[E_RUN_NO_RECIPIENTS] (nobody.2026-03-02)
  no recipient is left; left out: ${PEOPLE} not_matched
  fix: see why: nightjar plan nobody
`,
    });
  });

  it('whose mails were refused ends with exit 4, and its report tells which answer', async () => {
    const { code, stdout } = await runAgainst('refused', {
      faults: { rcpt: (nth) => (nth <= 2 ? { reply: '550 5.1.1 no such user' } : undefined) },
    });

    expect(code).toBe(4);
    expect(stdout).toMatch(/ 2 {2}refused\n +2 {4}smtp 550 5\.1\.1\n/);
  });

  it('whose mails got no answer ends paused with exit 6; again it stays so, and sends nothing twice', async () => {
    const silent = { faults: { body: (nth: number) => (nth <= 2 ? { drop: 'reset' as const } : undefined) } };
    const first = await runAgainst('dropped', silent);
    const second = await runAgainst('dropped', silent);

    expect([first.code, second.code]).toEqual([6, 6]);
    expect(new Set(first.sentTo).size).toBe(PEOPLE);
    expect(second.sentTo).toEqual([]);
    expect(first.stdout).toMatch(/^dropped\.2026-03-02 is paused\(unknown\)\n/);
    expect(first.stdout).toMatch(/ 2 {2}unknown\n/);
    expect(first.stdout).toContain('nightjar runs resolve dropped.2026-03-02 --as accepted');
  });

  it('whose credentials are refused ends with E_MAIL_LOGIN, exit 5, and prints no password', async () => {
    const { code, stdout, stderr, sentTo } = await runAgainst(
      'login',
      { login: { user: 'u', pass: 'right' } },
      'u:sesame@',
    );

    expect({ code, stdout, sentTo }).toEqual({ code: 5, stdout: '', sentTo: [] });
    expect(stderr).toContain(`error[E_MAIL_LOGIN] (login.2026-03-02)
  the SMTP server refuses our credentials: Invalid login: 535 5.7.8 no
  fix: check user and password in SMTP_URL
`);
    expect(stderr).not.toContain('sesame');
  });
});

function readBatchJobs(
  run: Readonly<Record<string, unknown>>,
): readonly { readonly name?: string; readonly lines?: number }[] {
  return Array.isArray(run.batchJobs) ? run.batchJobs : [];
}
