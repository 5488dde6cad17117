/** `up`, `serve` and `worker --port` as real processes; the example of docs/api.md is run as it stands there. */
import { execFile } from 'node:child_process';
import { readFileSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { promisify } from 'node:util';
import { openShop } from '../run/support/world';
import { listFiles, makeTestFolder, ROOT, type Running, runNightjar, startNightjar } from '../support/nightjar';
import { readAnswer, writeProject } from './support/project';

const folder = makeTestFolder('nightjar-up');
const project = path.join(folder, 'project');
const state = path.join(project, '.nightjar');
const JOB =
  'about: A few picks\nkind: email\nrecommend: { solution: picks, results: 8 }\nrecipients: { where: { group: main, consent: true } }\ncontent: { template: picks, show: { items: 3 } }\n';
const started: Running[] = [];

beforeAll(async () => {
  writeProject(project, { 'jobs/nightly-picks.yaml': JOB, 'jobs/second.yaml': JOB });
  await (await openShop(state)).close();
}, 60_000);
afterEach(async () => {
  for (const running of started.splice(0)) {
    running.child.kill('SIGKILL');
    await running.ended;
  }
});

/** Starts a verb in the project, and answers where it listens. */
async function listening(args: readonly string[], env: Record<string, string> = {}) {
  const running = startNightjar(args, { cwd: project, env });
  started.push(running);
  let seen = '';
  running.child.stderr?.on('data', (part: string) => {
    seen += part;
  });
  for (let look = 0; look < 400; look++) {
    const url = /listening .*?(http:\/\/[\d.:]+)/.exec(seen)?.[1];
    if (url !== undefined) return { running, url, said: () => seen };
    await wait(50);
  }
  throw new Error(`it does not listen: ${seen}`);
}

async function ask(url: string, token: string): Promise<Readonly<Record<string, unknown>>> {
  return readAnswer(await (await fetch(url, { headers: { authorization: `Bearer ${token}` } })).text());
}

it('up does everything in one process: a run that is asked for over HTTP ends in the inbox', async () => {
  const { running, url, said } = await listening(['up', '--port', '0']);
  const tokenFile = path.join(state, 'api-token');
  const token = readFileSync(tokenFile, 'utf8').trim();
  expect(statSync(tokenFile).mode & 0o077).toBe(0);
  expect(said()).toContain(tokenFile);
  expect(said()).not.toContain(token);

  const docs = readFileSync(path.join(ROOT, 'docs', 'api.md'), 'utf8');
  const [, places, example] = [...docs.matchAll(/```sh\n([\s\S]*?)```/g)].map(([, text = '']) => text);
  const script = `set -e\n${places?.replace('http://127.0.0.1:8470', url)}${example}`;
  expect(script).toContain(`export NIGHTJAR_URL=${url} `);
  const { stdout } = await promisify(execFile)('bash', ['-c', script], { cwd: project });
  const [asked, shown, listed] = stdout.split(/(?<=\})(?=\{"version")/).map(readAnswer);
  expect(asked).toMatchObject({ run: 'nightly-picks.2026-03-02', how: 'created' });
  expect(shown).toMatchObject({ run: 'nightly-picks.2026-03-02', requestedBy: 'local', limit: 5 });
  expect(listed).toMatchObject({ runs: [{ run: 'nightly-picks.2026-03-02' }] });

  let run = shown;
  for (let look = 0; look < 300 && run?.state !== 'finished'; look++) {
    await wait(100);
    run = await ask(`${url}/api/runs/nightly-picks.2026-03-02`, token);
  }
  expect(run).toMatchObject({ state: 'finished', deliveries: { accepted: 5 } });
  expect(listFiles(path.join(state, 'inbox'), '.eml')).toHaveLength(5);
  expect(await (await fetch(`${url}/metrics`)).text()).toContain('nightjar_workers 1');

  const again = await promisify(execFile)('bash', ['-c', script], { cwd: project });
  expect(again.stdout).toContain('"how":"found"');
  running.child.kill('SIGTERM');
  expect(await running.ended).toMatchObject({ code: 143, stdout: '' });
}, 60_000);

it('serve and a worker beside it share the work; each tells how it is', async () => {
  const tokens = path.join(folder, 'tokens');
  writeFileSync(tokens, '# one a line\nops:0123456789abcdef01234567\ngrafana/read:abcdef0123456789abcdef01\n');
  const api = await listening(['serve', '--port', '0'], { NIGHTJAR_API_TOKENS_FILE: tokens });
  expect(api.said()).toContain('NIGHTJAR_API_TOKENS_FILE');
  const worker = await listening(['worker', '--port', '0']);
  expect((await fetch(`${worker.url}/readyz`)).status).toBe(200);
  expect((await fetch(`${worker.url}/api/jobs`)).status).toBe(404);
  expect(await ask(`${api.url}/api/jobs`, 'abcdef0123456789abcdef01')).toMatchObject({
    jobs: [{ name: 'nightly-picks' }, { name: 'second' }],
  });

  const port = new URL(api.url).port;
  const taken = await runNightjar(['serve', '--port', port], { cwd: project });
  expect(taken).toMatchObject({ code: 5, stdout: '' });
  expect(taken.stderr).toContain('error[E_ENGINE_PORT]');
  for (const { running } of [api, worker]) {
    running.child.kill('SIGTERM');
    expect((await running.ended).code).toBe(143);
  }
}, 60_000);

it('says what is wrong with tokens and ports, and shows no token', async () => {
  const run = (args: readonly string[], env: Record<string, string> = {}) => runNightjar(args, { cwd: project, env });
  const wrong = await run(['serve'], { NIGHTJAR_API_TOKENS: 'ops:too-short' });
  expect(wrong).toMatchObject({ code: 3, stdout: '' });
  expect(wrong.stderr).toContain('error[E_CONFIG_FIELD] (NIGHTJAR_API_TOKENS)\n  the token of "ops" is not one');
  expect(wrong.stderr).not.toContain('too-short');
  expect(await run(['up', '--port', 'http'])).toMatchObject({ code: 2 });
});
