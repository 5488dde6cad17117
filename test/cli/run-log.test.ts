/** The log of a run through processes: what each line carries, that no address is on stderr, and that no line is lost. */
import { execFileSync, spawn } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';
import type { OpenEngines } from '../../src/cli/open-engines';
import { openShop } from '../run/support/world';
import { type Ended, makeTestFolder, ROOT, runNightjar } from '../support/nightjar';
import { type SmtpServerOptions, startSmtpServer } from '../support/smtp-server';
import { writeProject } from './support/project';

const folder = makeTestFolder('nightjar-cli-log');
const state = path.join(folder, 'state');
let project: string;
let shop: OpenEngines;

const job = (send: string) =>
  `about: A few picks\nkind: email\nrecommend: { solution: picks, results: 8 }\nrecipients: { where: { consent: true, group: main } }\ncontent: { template: picks, show: { items: 3 } }\nsend: ${send}\n`;

beforeAll(async () => {
  project = writeProject(path.join(folder, 'project'), {
    'jobs/stopped.yaml': job('{ stopAfterErrors: 1% }'),
  });
  shop = await openShop(state);
}, 60_000);
afterAll(() => shop.close());

const lineSchema = z.looseObject({
  level: z.enum(['debug', 'info', 'warn', 'error']),
  time: z.iso.datetime(),
  pid: z.int(),
  instance: z.literal('demo'),
  event: z.string(),
  run: z.string().optional(),
  stage: z.string().optional(),
  shard: z.int().optional(),
});

function linesOf(stderr: string): readonly z.infer<typeof lineSchema>[] {
  const lines = stderr.split('\n').filter((line) => line.startsWith('{'));
  return lines.map((line) => lineSchema.parse(JSON.parse(line)));
}

async function runAgainst(name: string, options: SmtpServerOptions, flags: readonly string[] = []): Promise<Ended> {
  const server = await startSmtpServer(options);
  try {
    const env = { SMTP_URL: server.url, NIGHTJAR_LOG__FORMAT: 'json' };
    return await runNightjar(['run', name, '--date', '2026-03-02', '--confirm', name, '--state', state, ...flags], {
      cwd: project,
      env,
    });
  } finally {
    await server.close();
  }
}

/** Refuses everybody, and repeats addresses as servers do. */
const REFUSING: SmtpServerOptions = {
  faults: {
    rcpt: (nth) => ({
      reply: [
        `550-5.1.1 <u00${nth % 10}@people.example>: Recipient address rejected:`,
        `550 5.1.1 user u00${nth % 10}@people.example unknown, postmaster=abuse%40people.example`,
      ],
    }),
  },
};
const ADDRESS = /[^\s"'<>()[\]…*#/]@[^\s"']|%40/;

it('a run against a server that refuses all: each line of its work carries run, stage and shard, none an address', async () => {
  const { code, stderr } = await runAgainst('stopped', REFUSING, ['--debug']);
  expect(code).toBe(6);
  expect(ADDRESS.exec(stderr)).toBeNull();
  const lines = linesOf(stderr);
  const own = lines.filter(({ run }) => run !== undefined);
  expect(own).toContainEqual(
    expect.objectContaining({
      level: 'warn',
      event: 'run paused',
      run: 'stopped.2026-03-02',
      stage: 'send',
      shard: expect.any(Number),
    }),
  );
  expect(own.filter(({ stage, shard }) => stage === undefined || shard === undefined)).toEqual([]);
  // Forty people, and no line per mail.
  expect(lines.filter(({ level }) => level !== 'debug').length).toBeLessThan(10);
});

it('the example of docs/operating.md tells what has gone wrong in a run', () => {
  const docs = readFileSync(path.join(ROOT, 'docs', 'operating.md'), 'utf8');
  const [, example = ''] = /^```sh\n(jq .*?)^```/ms.exec(docs) ?? [];
  const line = (fields: object) => JSON.stringify({ time: '2026-03-01T02:00:07.250Z', event: 'run paused', ...fields });
  const run = 'nightly-picks.2026-03-01';
  const log = [
    line({ level: 'warn', run, stage: 'send', shard: 1, reason: 'too many' }),
    line({ level: 'info', run, stage: 'send', shard: 1 }),
    line({ level: 'error', run: 'other.2026-03-01', stage: 'send', shard: 1 }),
  ];
  writeFileSync(path.join(folder, 'worker.log'), `${log.join('\n')}\n`);
  const found = execFileSync('sh', ['-c', example], { cwd: folder, encoding: 'utf8' });
  expect(found).toBe('2026-03-01T02:00:07.250Z\tsend\t1\trun paused\ttoo many\n');
});

it('what nobody caught ends the process as a defect, with its stack and without the addresses in it', async () => {
  const crash = path.join(folder, 'crash.js');
  writeFileSync(crash, "setImmediate(() => { throw new Error('lost kim@shop.example of postgres://u:hunter2@db'); });");
  const ended = await runNightjar(['config', '--json'], { cwd: folder, env: { NODE_OPTIONS: `--require ${crash}` } });
  expect(ended.code).toBe(1);
  expect(ended.stderr).toMatch(
    /^error\[E_BUG\]\n {2}lost address#[0-9a-f]{8} of postgres:\/\/\*\*\*@db\nError: lost address#/,
  );
  expect(`${ended.stdout}${ended.stderr}`).not.toMatch(/kim|hunter2/);
});

/** Logs so many lines to stderr, then does what is told. */
const script = (lines: number, then: string) => `
  const { createLog, stderrSink } = require('./dist/cli/log.js');
  const log = createLog({ level: 'info', format: 'json', instance: 'demo', sink: stderrSink(), now: Date.now, key: () => 'k' });
  for (let n = 1; n <= ${lines}; n++) log('info', 'line', { n, text: 'x'.repeat(200) });
  ${then}`;

it('no line is lost where the process is killed behind it, and the reader is slow', async () => {
  const child = spawn(process.execPath, ['-e', script(2000, "process.kill(process.pid, 'SIGKILL');")], {
    cwd: ROOT,
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let seen = '';
  for await (const chunk of child.stderr) {
    seen += String(chunk);
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  const lines = linesOf(seen);
  expect(lines).toHaveLength(2000);
  expect(lines.at(-1)).toMatchObject({ n: 2000 });
});

it.each(['2>/dev/full', '2>&-', '2>&1 | true'])('a log that can be written nowhere ends no work: %s', (where) => {
  const done = path.join(folder, 'done');
  writeFileSync(done, 'no');
  const text = script(20_000, `require('fs').writeFileSync(process.argv[1], 'yes');`);
  execFileSync('sh', ['-c', `"${process.execPath}" -e "$1" "$2" ${where}; true`, 'sh', text, done], { cwd: ROOT });
  expect(readFileSync(done, 'utf8')).toBe('yes');
});
