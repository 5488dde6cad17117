/** `serve` that is started while its PostgreSQL is away: nobody who unsubscribes is sent away, and the rest comes with the database. */
import { readdirSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { makeClickToken } from '../../src/content/item-links';
import { signUnsubscribe } from '../../src/content/links';
import { makeTestFolder, type Running, runNightjar, startNightjar } from '../support/nightjar';
import { type PostgresServer, startPostgresServer } from '../support/postgres-server';
import { writeProject } from './support/project';

const SECRET = 'a secret of thirty-two characters';
const TOKEN = '0123456789abcdef01234567';
const JOB =
  'about: A few picks\nkind: email\nrecommend: { solution: picks, results: 8 }\ncontent: { template: picks, show: { items: 3 } }\n';
const folder = makeTestFolder('nightjar-late-database');
const project = path.join(folder, 'project');
const started: Running[] = [];
let postgres: PostgresServer;

beforeAll(async () => {
  writeProject(project, { 'jobs/nightly-picks.yaml': JOB });
  postgres = await startPostgresServer();
}, 60_000);
afterEach(async () => {
  for (const running of started.splice(0)) {
    running.child.kill('SIGKILL');
    await running.ended;
  }
  await postgres.restart();
});
afterAll(() => postgres.stop());

const spoolOf = (state: string) => path.join(folder, state, 'unsubscribed');

function start(state: string, env: Readonly<Record<string, string>>) {
  const own = {
    NIGHTJAR_SECRET: SECRET,
    NIGHTJAR_API_TOKENS: `ops:${TOKEN}`,
    NIGHTJAR_STATE: path.join(folder, state),
  };
  const running = startNightjar(['serve', '--port', '0'], { cwd: project, env: { ...own, ...env } });
  started.push(running);
  let said = '';
  running.child.stderr?.on('data', (part: string) => {
    said += part;
  });
  return { running, said: () => said };
}

async function listening(state: string, env: Readonly<Record<string, string>>) {
  const { running, said } = start(state, env);
  for (let look = 0; look < 400; look++) {
    const url = /listening .*?(http:\/\/[\d.:]+)/.exec(said())?.[1];
    if (url !== undefined) return { running, url, said };
    await wait(50);
  }
  throw new Error(`it does not listen: ${said()}`);
}

const statusOf = async (url: string) => (await fetch(url, { redirect: 'manual' })).status;
const jobsOf = (url: string) => fetch(`${url}/api/jobs`, { headers: { authorization: `Bearer ${TOKEN}` } });
const linkOn = (publicUrl: string, userId: string) =>
  signUnsubscribe({ secret: SECRET, publicUrl, userId, list: 'nightly-picks' });

/** Waits until something is so, or fails after 30 s. */
async function until(isSo: () => Promise<boolean>): Promise<void> {
  for (let look = 0; look < 300; look++) {
    if (await isSo()) return;
    await wait(100);
  }
  throw new Error('it has not come');
}

it('takes one-click unsubscribes, tells everybody else to come again, and is whole when the database comes', async () => {
  const database = await postgres.createDatabase();
  await postgres.kill();
  const { running, url, said } = await listening('killed', { DATABASE_URL: database });

  const body = 'List-Unsubscribe=One-Click';
  const clicked = await fetch(linkOn(url, 'u1'), { method: 'POST', body });
  expect(clicked.status).toBe(200);
  expect(readdirSync(spoolOf('killed'))).toHaveLength(1);
  expect(await statusOf(linkOn(url, 'u2'))).toBe(200);
  const click = { runId: 'r', userId: 'u1', itemId: 'i1', url: 'https://shop.example/i1' };
  expect(await statusOf(`${url}/c/${makeClickToken(click, SECRET)}`)).toBe(302);
  const refused = await jobsOf(url);
  expect({ status: refused.status, again: refused.headers.get('retry-after') }).toEqual({ status: 503, again: '5' });
  expect(await refused.json()).toMatchObject({ error: { code: 'E_ENGINE_DATABASE' } });
  expect([await statusOf(`${url}/healthz`), await statusOf(`${url}/readyz`)]).toEqual([200, 503]);
  expect(await (await fetch(`${url}/metrics`)).text()).toContain('nightjar_database_up 0');
  expect(said()).toMatch(/server waits for its database.*E_ENGINE_DATABASE/);

  await postgres.restart();
  await until(async () => (await statusOf(`${url}/readyz`)) === 200);
  expect((await jobsOf(url)).status).toBe(200);
  await until(async () => readdirSync(spoolOf('killed')).length === 0);
  const rows = await postgres.query(
    'SELECT topic, reason FROM nightjar.suppression',
    new URL(database).pathname.slice(1),
  );
  expect(rows).toEqual([{ topic: 'nightly-picks', reason: 'unsubscribe' }]);
  running.child.kill('SIGTERM');
  expect((await running.ended).code).toBe(143);
}, 90_000);

it('also listens where the database takes connections and says nothing, and can be stopped', async () => {
  const database = await postgres.createDatabase();
  postgres.freeze();
  try {
    const { running, url } = await listening('silent', { DATABASE_URL: database });
    expect((await fetch(linkOn(url, 'u1'), { method: 'POST', body: '' })).status).toBe(200);
    running.child.kill('SIGTERM');
    expect((await running.ended).code).toBe(143);
    expect(readdirSync(spoolOf('silent'))).toHaveLength(1);
  } finally {
    postgres.thaw();
  }
}, 60_000);

it('ends where waiting does not help: by a wrong password at once, by the database of another instance when it has come', async () => {
  const database = await postgres.createDatabase();
  const env = { DATABASE_URL: database, NIGHTJAR_SECRET: SECRET, NIGHTJAR_STATE: path.join(folder, 'other') };
  expect((await runNightjar(['runs', 'list'], { cwd: project, env })).code).toBe(0);
  const wrong = database.replace(postgres.password, 'wrong');
  const refused = await start('wrong', { DATABASE_URL: wrong }).running.ended;
  expect({ code: refused.code, said: refused.stderr.includes('refuses the user or the password') }).toEqual({
    code: 5,
    said: true,
  });

  await postgres.kill();
  const { running } = await listening('foreign', { DATABASE_URL: database, NIGHTJAR_INSTANCE: 'foreign' });
  await postgres.restart();
  const ended = await running.ended;
  expect({ code: ended.code, said: ended.stderr.includes('error[E_ENGINE_INSTANCE]') }).toEqual({
    code: 6,
    said: true,
  });
}, 90_000);
