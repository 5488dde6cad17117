/** Being told as a person types it: a target is tried, and a run in a terminal tells before it ends. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import type { OpenEngines } from '../../src/cli/open-engines';
import { startWebhookServer, type WebhookServer } from '../run/support/webhook-server';
import { openShop } from '../run/support/world';
import { listFiles, makeTestFolder, runNightjar } from '../support/nightjar';
import { readAnswer, writeProject } from './support/project';

const folder = makeTestFolder('nightjar-cli-notify');
const state = path.join(folder, 'state');
const JOB = `about: A few picks
kind: email
recommend: { solution: picks, results: 8 }
recipients: { where: { consent: true, group: main } }
content: { template: picks, show: { items: 3 } }
guard: { recipients: { min: 1000 } }
notify: [crm]
`;
const SETTINGS = `notify:
  targets:
    crm: { webhook: null, secret: null }
    team: { email: [ops@team.example] }
`;
let project: string;
let shop: OpenEngines;
let server: WebhookServer;
let env: Record<string, string>;

beforeAll(async () => {
  project = writeProject(path.join(folder, 'project'), { 'jobs/picks.yaml': JOB, 'config/shop.yaml': SETTINGS });
  server = await startWebhookServer();
  env = {
    NIGHTJAR_CONFIG: 'config/shop.yaml',
    NIGHTJAR_NOTIFY__TARGETS__CRM__WEBHOOK: `${server.url}/crm`,
    NIGHTJAR_NOTIFY__TARGETS__CRM__SECRET: `whsec_${Buffer.alloc(32, 7).toString('base64')}`,
  };
  shop = await openShop(state);
}, 120_000);
afterAll(async () => {
  await server.close();
  await shop.close();
});

const nightjar = (...args: string[]) => runNightjar([...args, '--state', state], { cwd: project, env });

it('a target is tried once, and what it answers is shown', async () => {
  expect(await nightjar('notify', 'test', 'crm')).toMatchObject({ code: 0, stdout: 'crm: told: 200 ok\n' });
  expect(server.calls.map(({ body }) => JSON.parse(body))).toEqual([expect.objectContaining({ type: 'test' })]);
  server.answer('/crm', 503);
  const failed = await nightjar('notify', 'test', 'crm', '--json');
  server.answer('/crm', 200);
  expect(failed.code).toBe(5);
  expect(readAnswer(failed.stdout)).toMatchObject({ outcomes: [{ target: 'crm', told: false, answer: '503 no' }] });

  const mailed = await nightjar('notify', 'test', 'team');
  expect(mailed).toMatchObject({ code: 0, stdout: expect.stringMatching(/^o…@team\.example: told: 250 /) });
  expect(readFileSync(listFiles(shop.state.inbox, '.eml').at(-1) ?? '', 'utf8')).toContain(
    'Subject: [nightjar demo] this is a test',
  );
  const unknown = await nightjar('notify', 'test', 'cmr');
  expect(unknown).toMatchObject({ code: 2, stderr: expect.stringContaining('name one of these: crm, team') });
}, 120_000);

it('a run that pauses tells before the command ends, and is shown with who was told', async () => {
  server.forget();
  expect(await nightjar('run', 'picks', '--date', '2026-03-02')).toMatchObject({ code: 6 });
  expect(server.calls.map(({ body }) => JSON.parse(body))).toEqual([
    expect.objectContaining({ type: 'run.paused', run: 'picks.2026-03-02' }),
  ]);
  const shown = await nightjar('runs', 'show', 'picks.2026-03-02');
  expect(shown.stdout).toMatch(/\n {2}told +\S+ \S+.* paused, crm\n/);
}, 120_000);
