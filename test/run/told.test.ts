/** Being told: by webhook, chat and e-mail over real sockets, once each, whatever dies and whoever is away. */
import { spawn } from 'node:child_process';
import { createHmac } from 'node:crypto';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import type { OpenEngines } from '../../src/cli/open-engines';
import { noteLateSlot } from '../../src/database/runs/late';
import { listTellings } from '../../src/database/runs/notices';
import { findRun, moveRun } from '../../src/database/runs/runs';
import type { Engines } from '../../src/run/engines';
import { readStanding } from '../../src/run/operate/standing';
import { LEASE_MS, WAITS_MS } from '../../src/run/told/tell';
import { startWorker } from '../../src/run/worker';
import { listFiles, makeTestFolder, ROOT } from '../support/nightjar';
import { type FaultySmtpServer, startSmtpServer } from '../support/smtp-server';
import { PEOPLE, prepareSmallShop, userId } from './support/small-shop';
import { tellDue } from './support/tell-due';
import { startWebhookServer, type WebhookServer } from './support/webhook-server';
import { begin, driveRun, emailSource, openWorld, type Rig, rigUp } from './support/world';

const folder = makeTestFolder('nightjar-told');
const SECRET = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;
const OLD_SECRET = `whsec_${Buffer.alloc(24, 9).toString('base64')}`;
let shop: OpenEngines;
let server: WebhookServer;
let rig: Rig;

beforeAll(async () => {
  shop = await openWorld(folder);
  await prepareSmallShop(shop);
  server = await startWebhookServer();
}, 60_000);
beforeEach(() => {
  rig = tellingRig(shop);
  server.forget();
});
afterAll(async () => {
  await server.close();
  await shop.close();
});

const targets = () => ({
  hook: { webhook: `${server.url}/hook`, secret: SECRET },
  chat: { slack: `${server.url}/chat` },
  team: { email: ['ops@team.example', 'kim@team.example'] },
});

function tellingRig(base: Engines, more: Record<string, object> = {}, variation = {}): Rig {
  const made = rigUp(base, variation);
  const notify = { ...made.engines.settings.notify, targets: { ...targets(), ...more } };
  return { ...made, engines: { ...made.engines, settings: { ...made.engines.settings, notify } } };
}

const source = (name: string, lines: string) => {
  const made = emailSource(name);
  return { ...made, text: `${made.text}${lines}\n` };
};

/** A run that has failed, as a stage that fails leaves it. */
async function failedRun(name: string, notify: string, message = 'the disk is full'): Promise<string> {
  const runId = await begin(rig, source(name, `notify: ${notify}`));
  const error = { code: 'E_ENGINE_DISK_FULL', message, fix: 'free some space, then run it again' };
  await moveRun(shop.db, runId, { from: 'planned', to: 'failed', error, now: rig.clock.now() });
  return runId;
}

const tellings = async (runId: string) => {
  const run = await findRun(shop.db, runId);
  return run === undefined ? [] : listTellings(shop.db, run);
};

/** By the text of the specification: HMAC-SHA256 over id, time and body, of the key behind whsec_. */
function signatureOf(secret: string, headers: Record<string, unknown>, body: string): string {
  const key = Buffer.from(secret.slice('whsec_'.length), 'base64');
  const signed = [headers['webhook-id'], headers['webhook-timestamp'], body].join('.');
  return `v1,${createHmac('sha256', key).update(signed).digest('base64')}`;
}

async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  for (let look = 0; look < 1500; look++) {
    if (await holds()) return;
    await wait(20);
  }
  throw new Error('it did not come to pass');
}

const mails = () => listFiles(shop.state.inbox, '.eml').map((file) => readFileSync(file, 'utf8'));

it('a run that a guard pauses is told to each target once, signed, and names nobody', async () => {
  const runId = await begin(rig, source('paused', 'guard: { recipients: { min: 1000 } }\nnotify: [hook, chat, team]'));
  const before = mails().length;
  await driveRun(rig, runId);
  await tellDue(rig.engines);
  await tellDue(rig.engines);

  const [hook, ...others] = server.calls.filter((call) => call.path === '/hook');
  expect(others).toEqual([]);
  expect(hook?.headers['webhook-signature']).toBe(signatureOf(SECRET, hook?.headers ?? {}, hook?.body ?? ''));
  const body: unknown = JSON.parse(hook?.body ?? '');
  expect(body).toEqual({
    version: 1,
    type: 'run.paused',
    id: hook?.headers['webhook-id'],
    at: expect.stringMatching(/^\d{4}-\d\d-\d\dT/),
    instance: 'demo',
    job: 'paused',
    slot: '2026-03-02',
    run: runId,
    kind: 'email',
    state: 'paused',
    reason: 'guard:recipients.min',
    error: {
      code: 'E_RUN_GUARD',
      message: 'recipients.min: 40; allowed: at least 1,000',
      fix: `let it go on: nightjar runs approve ${runId}; or end it: nightjar runs cancel ${runId}`,
    },
    counts: { planned: PEOPLE },
    cost: { amount: 0, currency: 'USD' },
    commands: [
      { to: 'let it go on with these figures', command: `nightjar runs approve ${runId}` },
      { to: 'stop it for good', command: `nightjar runs cancel ${runId}` },
    ],
  });

  const chat = server.calls.filter((call) => call.path === '/chat');
  expect(chat).toHaveLength(1);
  expect(JSON.parse(chat[0]?.body ?? '')).toMatchObject({
    text: `[nightjar demo] ${runId} is paused: guard recipients.min`,
    blocks: expect.arrayContaining([
      { type: 'section', text: { type: 'mrkdwn', text: expect.stringContaining(`nightjar runs approve ${runId}`) } },
    ]),
  });

  const sent = mails().slice(before);
  expect(sent.map((mail) => /^To: (.*)\r$/m.exec(mail)?.[1]).sort()).toEqual(['kim@team.example', 'ops@team.example']);
  for (const mail of sent) {
    expect(mail).toContain(`Subject: [nightjar demo] ${runId} is paused: guard recipients.min\r\n`);
    expect(mail).toContain(`Message-ID: <${hook?.headers['webhook-id']}@shop.example>\r\n`);
    expect(mail).toContain('Auto-Submitted: auto-generated\r\n');
    expect(mail).toContain('recipients.min: 40; allowed: at least 1,000');
  }
  const all = [...server.calls.map((call) => call.body), ...sent].join('\n');
  expect(all).not.toContain('@people.example');
  for (let nth = 1; nth <= PEOPLE; nth++) expect(all).not.toContain(userId(nth));

  const run = await findRun(shop.db, runId);
  const { told } = run === undefined ? { told: [] } : await readStanding(shop, run);
  expect(told.map(({ event, target, state, tries }) => [event, target, state, tries].join(' '))).toEqual([
    'paused chat told 1',
    'paused hook told 1',
    'paused k…@team.example told 1',
    'paused o…@team.example told 1',
  ]);
});

it('only what the job wants is told, by default to those of the settings', async () => {
  const { settings } = rig.engines;
  const usual = { ...rig.engines, settings: { ...settings, notify: { ...settings.notify, default: ['hook'] } } };
  const finish = async (name: string, lines: string) => {
    const runId = await begin(rig, source(name, lines));
    await moveRun(shop.db, runId, { from: 'planned', to: 'finished', now: rig.clock.now() });
    await tellDue(usual);
  };
  await finish('silent', '');
  await finish('nobody', 'notify: { to: [], on: [finished] }');
  expect(server.calls).toEqual([]);
  const runId = await begin(rig, source('wanted', 'notify: { on: [finished] }'));
  expect((await driveRun(rig, runId)).state).toBe('finished');
  await tellDue(usual);
  expect(server.calls.map(({ body }) => JSON.parse(body))).toEqual([
    expect.objectContaining({
      type: 'run.finished',
      run: runId,
      counts: { accepted: PEOPLE },
      cost: { amount: expect.closeTo(0.0027, 4), currency: 'USD' },
    }),
  ]);
});

it('addresses that an error repeats are taken out', async () => {
  await failedRun('leaky', '[hook, chat]', 'refused: 550 <u001@people.example> unknown, m…@people.example too');
  await tellDue(rig.engines);
  expect(server.calls).toHaveLength(2);
  for (const { body } of server.calls) {
    expect(body).not.toContain('people.example');
    expect(body).toContain('[address]');
  }
});

it('a move that is rolled back tells nobody', async () => {
  const runId = await begin(rig, source('undone', 'notify: [hook]'));
  const undone = shop.db.transaction().execute(async (trx) => {
    await moveRun(trx, runId, { from: 'planned', to: 'failed', now: rig.clock.now() });
    throw new Error('undone');
  });
  await expect(undone).rejects.toThrow('undone');
  await tellDue(rig.engines);
  expect(server.calls).toEqual([]);
});

it('what fails is tried again with growing waits under the same id, follows no redirect, and is given up at last', async () => {
  server.answer('/hook', 500);
  server.answer('/chat', 302);
  const runId = await failedRun('retried', '[hook, chat]');
  await tellDue(rig.engines);
  for (const waitMs of WAITS_MS) {
    rig.clock.advanceTo(rig.clock.now() + waitMs - 5000);
    await tellDue(rig.engines);
    rig.clock.advanceTo(rig.clock.now() + 5000);
    await tellDue(rig.engines);
  }
  rig.clock.advanceTo(rig.clock.now() + 48 * 3_600_000);
  await tellDue(rig.engines);
  server.answer('/hook', 200);
  server.answer('/chat', 200);

  const hooks = server.calls.filter((call) => call.path === '/hook');
  expect(hooks).toHaveLength(WAITS_MS.length + 1);
  expect(new Set(hooks.map((call) => `${call.headers['webhook-id']} ${call.body}`)).size).toBe(1);
  expect(new Set(hooks.map((call) => call.headers['webhook-timestamp'])).size).toBe(hooks.length);
  expect(server.calls.filter((call) => call.path === '/elsewhere')).toEqual([]);
  expect(await tellings(runId)).toEqual([
    expect.objectContaining({ target: 'chat', state: 'given-up', attempts: 8, answer: '302 no' }),
    expect.objectContaining({ target: 'hook', state: 'given-up', attempts: 8, answer: '500 no' }),
  ]);
}, 60_000);

it('a target that is gone, or that the settings have lost, is given up at once and holds up no other', async () => {
  server.answer('/hook', 410);
  const runId = await failedRun('gone', '[hook, chat, ops@team.example]');
  const { settings } = rig.engines;
  const { hook } = targets();
  const lost = { ...rig.engines, settings: { ...settings, notify: { ...settings.notify, targets: { hook } } } };
  await tellDue(lost);
  server.answer('/hook', 200);
  expect((await tellings(runId)).map(({ target, state, answer }) => `${target} ${state} ${answer}`)).toEqual([
    'chat given-up the settings have no such target',
    'hook given-up 410 no',
    expect.stringMatching(/^ops@team\.example told 250 /),
  ]);
});

it('an event that can not be told holds up no other', async () => {
  const runId = await failedRun('unreadable', '[hook]');
  const late = { job: 'no-run', slot: '2026-03-02', runId: undefined, deadline: 0, others: 0 };
  await noteLateSlot(shop.db, { ...late, rules: { to: ['hook'], on: ['late'] }, now: rig.clock.now() + 1000 });
  const broken = Object.defineProperty({ ...rig.engines.settings }, 'prices', {
    get: () => {
      throw new TypeError('no prices');
    },
  });
  await tellDue({ ...rig.engines, settings: broken });
  expect(server.calls.map(({ body }) => JSON.parse(body).type)).toEqual(['run.late']);
  await tellDue(rig.engines);
  expect(server.calls.map(({ body }) => JSON.parse(body).run)).toEqual([undefined, runId]);
});

it('a try that fails for a defect is one of the few', async () => {
  const runId = await failedRun('defect', '[ops@team.example]');
  const mailer = { ...rig.engines.mailer, send: () => Promise.reject(new TypeError('a defect')) };
  await tellDue({ ...rig.engines, mailer });
  rig.clock.advanceTo(rig.clock.now() + LEASE_MS);
  for (const waitMs of WAITS_MS) {
    await tellDue({ ...rig.engines, mailer });
    rig.clock.advanceTo(rig.clock.now() + waitMs);
  }
  await tellDue({ ...rig.engines, mailer });
  expect(await tellings(runId)).toEqual([expect.objectContaining({ state: 'given-up', answer: 'a defect' })]);
});

it('two secrets make two signatures', async () => {
  const both = tellingRig(shop, { hook: { webhook: `${server.url}/hook`, secret: `${SECRET} ${OLD_SECRET}` } });
  await failedRun('two-secrets', '[hook]');
  await tellDue(both.engines);
  const [{ headers = {}, body = '' } = {}] = server.calls;
  const signatures = [SECRET, OLD_SECRET].map((secret) => signatureOf(secret, headers, body));
  expect(headers['webhook-signature']).toBe(signatures.join(' '));
});

describe('by e-mail', () => {
  let smtp: FaultySmtpServer;
  afterEach(() => smtp.close());

  it('a server that is busy is tried again with the same Message-ID, and a refused address is given up', async () => {
    smtp = await startSmtpServer({
      faults: {
        data: (nth) => (nth === 1 ? { reply: '451 4.3.0 not now' } : undefined),
        rcpt: (nth) => (nth === 3 ? { reply: '550 5.1.1 no such person' } : undefined),
      },
    });
    const mailing = tellingRig(shop, {}, { mailUrl: smtp.url });
    const first = await failedRun('busy', '[ops@team.example]');
    await tellDue(mailing.engines);
    expect(await tellings(first)).toEqual([expect.objectContaining({ state: 'open', attempts: 1 })]);
    mailing.clock.advanceTo(mailing.clock.now() + 10_000);
    await tellDue(mailing.engines);
    expect(await tellings(first)).toEqual([expect.objectContaining({ state: 'told', attempts: 2 })]);
    expect(smtp.received).toHaveLength(1);

    const second = await failedRun('refused', '[away@team.example]');
    await tellDue(mailing.engines);
    expect(await tellings(second)).toEqual([
      expect.objectContaining({ state: 'given-up', attempts: 1, answer: expect.stringContaining('550') }),
    ]);
    await mailing.close();
  });
});

it('several workers tell each event once, and a worker that dies while it tells leaves it to the others', async () => {
  const names = Array.from({ length: 6 }, (_, nth) => `crowd-${nth}`);
  const runs: string[] = [];
  for (const name of names) runs.push(await failedRun(name, '[hook]'));
  await Promise.all([1, 2, 3, 4].map(() => tellDue(rig.engines)));
  expect(server.calls.map(({ body }) => JSON.parse(body).run).sort()).toEqual([...runs].sort());
  server.forget();

  server.answer('/hook', 'silent');
  const runId = await failedRun('orphan', '[hook]');
  const script = path.join(__dirname, 'support/telling-process.ts');
  const args = ['-r', path.join(ROOT, 'test/support/register.js'), script, folder, JSON.stringify(targets())];
  const child = spawn(process.execPath, args, { stdio: 'ignore' });
  await until(() => server.calls.length > 0);
  child.kill('SIGKILL');
  await once(child, 'exit');
  server.answer('/hook', 200);
  await tellDue(rig.engines);
  expect(server.calls).toHaveLength(1);
  rig.clock.advanceTo(rig.clock.now() + LEASE_MS);
  await tellDue(rig.engines);
  expect(new Set(server.calls.map((call) => call.headers['webhook-id'])).size).toBe(1);
  expect(server.calls).toHaveLength(2);
  expect(await tellings(runId)).toEqual([expect.objectContaining({ state: 'told', attempts: 2 })]);
}, 60_000);

it('a worker tells what the last run has come to before it stops', async () => {
  const { settings } = rig.engines;
  const engines = { ...shop, settings };
  const worker = await startWorker(engines);
  try {
    const runId = await begin({ ...rig, engines }, source('last', 'notify: { to: [chat], on: [finished] }'));
    await until(async () => (await findRun(shop.db, runId))?.state === 'finished');
  } finally {
    await worker.close();
  }
  expect(server.calls.map(({ path: called }) => called)).toEqual(['/chat']);
});
