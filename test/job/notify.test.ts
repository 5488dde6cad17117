/** Being told, as job files and settings write it, and the examples of docs/told.md. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { loadSettings } from '../../src/config/load';
import { isNightjarError } from '../../src/errors';
import { readNotifyRules } from '../../src/job/notify';
import { parseJob } from '../../src/job/parse';
import { signWebhook } from '../../src/run/told/webhook';

const ROOT = path.join(__dirname, '..', '..');
const read = (file: string) => readFileSync(path.join(ROOT, file), 'utf8');

const EMAIL = 'about: Picks\nkind: email\nrecommend: { solution: picks }\ncontent: { template: picks }\n';
const DAILY = 'schedule: { cron: "0 2 * * *", timezone: Asia/Tokyo }\n';
const USUAL = ['paused', 'failed', 'late'];
const parse = (text: string) => parseJob({ file: 'jobs/picks.yaml', text, targets: ['ops', 'chat'] });

function problemOf(action: () => unknown): { message: string; fix: string | undefined } {
  try {
    action();
  } catch (error) {
    if (isNightjarError(error)) return { message: error.message, fix: error.fix };
  }
  return { message: 'no problem', fix: undefined };
}

it.each([
  ['', undefined],
  ['notify: [ops, kim@shop.example]\n', { to: ['ops', 'kim@shop.example'], on: USUAL }],
  ['notify: []\n', { to: [], on: USUAL }],
  ['notify: { on: [finished] }\n', { on: ['finished'] }],
  [`${DAILY}notify: { to: [chat], late: { by: "06:00" } }\n`, { to: ['chat'], on: USUAL, late: { by: '06:00' } }],
  ['notify: { late: { within: 4h } }\n', { on: USUAL, late: { within: 14_400_000 } }],
])('reads %j', (lines, rules) => {
  const { notify } = parse(`${EMAIL}${lines}`);
  expect(notify).toEqual(rules);
  const stored: unknown = JSON.parse(JSON.stringify(notify ?? null));
  expect(readNotifyRules(stored)).toEqual(rules);
});

it.each([
  ['notify: ops', 'notify is "ops"; expected a list of targets, or a map of to, on and late'],
  ['notify: [opps]', 'notify[0] is "opps"; expected an e-mail address, or a name', 'write "ops" instead of "opps"'],
  ['notify: [ops, kim@shop]', 'notify[1] is "k***@shop"; expected an e-mail address, or a name'],
  [
    'notify: ["https://hooks.example/x"]',
    'notify[0] is "***"; expected an e-mail address, or a name',
    'put the URL into notify.targets of the settings, and write its name here',
  ],
  ['notify: { too: [ops] }', 'notify.too is not a key that nightjar knows; the keys of notify are to, on, late'],
  ['notify: { on: [pause] }', 'notify.on[0] is "pause"; expected paused, failed, late, finished, cancelled'],
  [`${DAILY}notify: { late: { by: "6" } }`, 'notify.late.by is "6"; expected a time such as "06:00"'],
  ['notify: { late: { by: "06:00" } }', 'notify.late.by is there without a schedule'],
  ['notify: { late: { within: 1s } }', 'notify.late.within is "1s"; expected a duration of 1m to 7d'],
  ['notify: { late: {} }', 'notify.late has neither by nor within'],
  [`${DAILY}notify: { late: { by: "06:00", within: 4h } }`, 'notify.late has both by and within'],
  ['notify: { on: [failed], late: { within: 4h } }', 'notify.on does not have late, and notify.late is there'],
])('refuses %s', (lines, message, fix = expect.anything()) => {
  expect(problemOf(() => parse(`${EMAIL}${lines}\n`))).toEqual({ message: expect.stringContaining(message), fix });
});

const load = (text: string, env: Record<string, string> = {}) =>
  loadSettings({
    defaultText: read('config/default.yaml'),
    files: [{ path: 'config/shop.yaml', text }],
    env,
    overrides: [],
  }).settings.notify;

const SECRET = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;
const OTHER_SECRET = `whsec_${Buffer.alloc(24, 9).toString('base64')}`;
const target = (fields: string) => `notify:\n  targets:\n    ops: ${fields}\n`;

it.each([
  ['{}', 'expected one of email, webhook and slack in it'],
  ['{ email: [a@shop.example], slack: "https://chat.example/x" }', 'expected one of email, webhook and slack in it'],
  ['{ webhook: "https://crm.example/" }', 'notify.targets.ops.secret is missing; expected the secret'],
  ['{ webhook: "https://crm.example/", secret: whsec_abc }', 'notify.targets.ops.secret is'],
  [`{ webhook: "http://crm.example/", secret: ${SECRET} }`, 'expected https, or a URL of this machine'],
  ['{ slack: "http://chat.example/x" }', 'expected https, or a URL of this machine'],
  [`{ slack: "https://chat.example/x", secret: ${SECRET} }`, 'expected it beside a webhook only'],
  ['{ email: [ops] }', 'notify.targets.ops.email[0] is "ops"; expected an e-mail address'],
])('refuses the target %s', (fields, message) => {
  const problem = problemOf(() => load(target(fields)));
  expect(problem.message).toContain(message);
  expect(JSON.stringify(problem)).not.toContain(SECRET);
});

it.each([
  '{ email: [ops@shop.example, kim@shop.example] }',
  `{ webhook: "https://crm.example/", secret: "${SECRET} ${SECRET}" }`,
  `{ webhook: "http://127.0.0.1:99/", secret: ${SECRET} }`,
  `{ webhook: "http://crm.internal/", secret: ${SECRET}, allowHttp: true }`,
  '{ slack: "https://chat.example/x" }',
])('takes the target %s', (fields) => {
  expect(Object.keys(load(target(fields)).targets)).toEqual(['ops']);
});

it('takes secrets from the environment, and refuses a default that names no target', () => {
  const text = target('{ webhook: "https://crm.example/", secret: null }');
  expect(load(text, { NIGHTJAR_NOTIFY__TARGETS__OPS__SECRET: SECRET }).targets.ops?.secret).toBe(SECRET);
  const wrong = problemOf(() => load('notify: { default: [opps], targets: { ops: { email: [ops@shop.example] } } }\n'));
  expect(wrong.message).toBe('notify.default[0] is "opps"; expected an e-mail address, or a name of notify.targets');
});

describe('docs/told.md', () => {
  const text = read('docs/told.md');
  const [config, job] = [...text.matchAll(/```yaml\n# (\S+)\n([\s\S]*?)```/g)];

  it('has settings that hold, with its variables, and a job that fits them', () => {
    const env = Object.fromEntries(
      [...text.matchAll(/^export (\w+)=(\S+)$/gm)].map(([, name = '', value = '']) => [name, value]),
    );
    env.NIGHTJAR_NOTIFY__TARGETS__CRM__SECRET = SECRET;
    const notify = load(config?.[2] ?? '', env);
    expect(notify.targets.chat?.slack).toMatch(/^https:/);
    const parsed = parseJob({ file: job?.[1] ?? '', text: job?.[2] ?? '', targets: Object.keys(notify.targets) });
    expect(parsed.notify).toEqual({
      to: ['chat', 'crm', 'lee@shop.example'],
      on: ['paused', 'failed', 'late', 'finished'],
      late: { by: '06:00' },
    });
  });

  it('has a receiver that knows what nightjar has signed', () => {
    const code = /```js\n([\s\S]*?)```/.exec(text)?.[1] ?? '';
    const isFromNightjar = new Function('require', `${code}\nreturn isFromNightjar`)(require);
    const body = '{"version":1}';
    const seconds = Math.floor(Date.now() / 1000);
    const headers = signWebhook(`${OTHER_SECRET} ${SECRET}`, { id: 'evt_1', seconds, body });
    expect(isFromNightjar(headers, body, SECRET)).toBe(true);
    expect(isFromNightjar(headers, `${body} `, SECRET)).toBe(false);
    expect(isFromNightjar({ ...headers, 'webhook-id': 'evt_2' }, body, SECRET)).toBe(false);
    expect(isFromNightjar(headers, body, SECRET.replace('Bw', 'Cw'))).toBe(false);
    const old = signWebhook(SECRET, { id: 'evt_1', seconds: seconds - 301, body });
    expect(isFromNightjar(old, body, SECRET)).toBe(false);
  });
});

it('signs as the example of the Standard Webhooks libraries does', () => {
  const message = { id: 'msg_p5jXN8AQM9LWM0D4loKWxJek', seconds: 1614265330, body: '{"test": 2432232314}' };
  expect(signWebhook('whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw', message)).toEqual({
    'webhook-id': message.id,
    'webhook-timestamp': '1614265330',
    'webhook-signature': 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=',
  });
});
