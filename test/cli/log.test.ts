/** The log: shape of its lines, what is hidden in them, and that none is lost. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import fc from 'fast-check';
import { hideWith } from '../../src/cli/hide-addresses';
import { createLog, type LogOptions } from '../../src/cli/log';
import { loadSettings } from '../../src/config/load';
import { listSecretTexts } from '../../src/config/secret';
import { bindLog } from '../../src/run/bind-log';
import { ROOT } from '../support/nightjar';

const AT = Date.parse('2026-03-01T02:00:07.250Z');
const KEY = '0123456789abcdef0123456789abcdef';
const hide = hideWith(() => KEY);
const KIM = hide('kim@shop.example');

/** Collects the lines of a log. */
function record(options: Partial<LogOptions> = {}) {
  const lines: string[] = [];
  const sink = { write: (line: string) => void lines.push(line) };
  const log = createLog({
    level: 'info',
    format: 'json',
    instance: 'shop',
    now: () => AT,
    key: () => KEY,
    sink,
    ...options,
  });
  return { log, lines, last: (): unknown => JSON.parse(lines.at(-1) ?? 'null') };
}

describe('a line', () => {
  it('is one JSON object with level, time, process, instance and event', () => {
    const { log, lines, last } = record();
    log('warn', 'destination blocked', { run: 'picks.2026-03-01', seconds: 60, absent: undefined });
    expect(last()).toEqual({
      ...{ level: 'warn', time: '2026-03-01T02:00:07.250Z', pid: process.pid, instance: 'shop' },
      ...{ run: 'picks.2026-03-01', seconds: 60, event: 'destination blocked' },
    });
    expect(lines[0]).toMatch(/^[^\n]+\n$/);
  });

  it('has each key once, whatever its fields are called', () => {
    const { log, lines, last } = record();
    log('info', 'worker ready', { pid: 1, instance: 'x', time: 'noon', level: 'high', event: 'other' });
    expect(last()).toMatchObject({
      event: 'worker ready',
      pid: process.pid,
      time_: 'noon',
      level_: 'high',
      event_: 'other',
    });
    for (const key of ['pid', 'instance', 'time', 'level', 'event'])
      expect(lines[0]?.split(`"${key}":`)).toHaveLength(2);
  });

  it('is readable in the other format, and one line still', () => {
    const { log, lines } = record({ format: 'pretty' });
    log('error', 'stage failed', { run: 'r.2026-03-01', stage: 'send', shard: 2, reason: 'two\nlines', n: [1] });
    expect(lines).toEqual(['02:00:07 error stage failed run=r.2026-03-01 stage=send shard=2 reason=two lines n=[1]\n']);
  });

  it('is left out below the level of the log', () => {
    const { log, lines } = record({ level: 'warn' });
    log('info', 'goes on');
    log('debug', 'goes on');
    log('warn', 'goes on');
    expect(lines).toHaveLength(1);
  });

  it('carries what is bound, under what the call itself says', () => {
    const { log, last } = record();
    bindLog(log, { run: 'r', stage: 'send', shard: 3 })('info', 'goes on', { shard: 4 });
    expect(last()).toMatchObject({ run: 'r', stage: 'send', shard: 4 });
  });
});

const NASTY: readonly string[] = [
  '550 5.1.1 <kim@shop.example>: Recipient address rejected: User unknown',
  'Key (email)=(kim@shop.example) already exists.',
  'insert into contact values ($1) -- [\'kim@shop.example\',"kim@shop.example"]',
  'MessageRejected: Email address is not verified: kim@shop.example, Someone <KIM@Shop.Example>.',
  'RCPT TO:<kim@shop.example> SIZE=10',
  'mailto:kim@shop.example?subject=x',
  'https://shop.example/unsubscribe?e=kim%40shop.example&t=1',
  'to=kim@shop.example from="Corner Shop" <news@shop.example>',
  '"kim lee"@shop.example is away',
  'jürgen.müller@größe.example',
  'kim+news@[192.0.2.1]',
  'user@localhost',
  "o'neil@shop.example's mailbox is full",
  'bounces+kim=shop.example@relay.example',
  '{"destination":{"toAddresses":["kim@shop.example"]}}',
  'kim＠shop.example',
  'a@b.example,c@d.example;e@f.example',
  `${'x'.repeat(200)}@shop.example`,
];

const ADDRESS = /[^\s"'<>()[\]…*#/]@[^\s"']|%40|＠/;

describe('addresses', () => {
  it.each(NASTY)('are hashed in: %s', (text) => {
    expect(hide(text)).toMatch(/address#[0-9a-f]{8}/);
    expect(hide(text)).not.toMatch(ADDRESS);
    expect(hide(text)).not.toMatch(/kim|neil|jürgen|xxxx/i);
  });

  it('are hashed alike wherever and however they stand, and unlike with another key', () => {
    expect(KIM).toMatch(/^address#[0-9a-f]{8}$/);
    for (const text of ['<KIM@SHOP.example>', "'kim@shop.example'.", 'to=kim@shop.example,', '?e=kim%40shop.example&x'])
      expect(hide(text)).toContain(KIM);
    expect(hideWith(() => 'another')('kim@shop.example')).not.toBe(KIM);
    expect(hide('lee@shop.example')).not.toBe(KIM);
  });

  it('leaves texts alone that hold none, and what is masked already', () => {
    const texts = [
      'at /app/node_modules/@aws-sdk/client-s3/index.js:1:2',
      'pino@10.4.0',
      'k…@shop.example',
      '…@shop.example',
    ];
    expect(texts.map(hide)).toEqual(texts);
  });

  it('come out of no field, key, list, error or event', () => {
    const { log, lines } = record({ level: 'debug' });
    for (const text of NASTY) {
      const cause = Object.assign(new Error(text), {
        code: 'EENVELOPE',
        rejected: [text],
        response: text,
        command: text,
      });
      for (const level of ['debug', 'error'] as const)
        log(level, text, {
          reason: text,
          cause,
          list: [text, { [text]: text }],
          [text]: 1,
          deep: { a: { b: { c: { d: text } } } },
        });
    }
    const found = lines.flatMap((line) => /[^\s"'<>()[\]…*#/]@[^\s"']|%40|＠|kim|neil/i.exec(line) ?? []);
    expect(found).toEqual([]);
  });

  it('come out of no text at all', () => {
    const local = fc.stringMatching(/^[a-z0-9!#$%&'*+/=?^_`{|}~-][a-z0-9.+_-]{0,20}[a-z0-9]$/);
    const around = fc.constantFrom(
      '',
      ' ',
      '<',
      '(',
      '"',
      "'",
      ',',
      ';',
      ':',
      '=',
      'to=',
      'mailto:',
      '[',
      '{',
      '>',
      '\n',
    );
    fc.assert(
      fc.property(local, around, around, (name, before, after) => {
        const text = hide(`${before}q9${name}q9@shop.example${after}`);
        return !text.includes('@') && !text.includes('q9') && text.includes('address#');
      }),
      { numRuns: 500 },
    );
  });
});

describe('secrets and people', () => {
  it('masks fields by name and credentials by form', () => {
    const { log, last, lines } = record();
    log('info', 'x', {
      password: 'hunter2',
      apiToken: 'hunter2',
      headers: { Authorization: 'hunter2' },
      cookie: ['hunter2'],
    });
    expect(last()).toMatchObject({
      password: '***',
      apiToken: '***',
      headers: { Authorization: '***' },
      cookie: '***',
    });
    for (const reason of [
      'connect postgres://nightjar:hunter2@db.example/shop failed',
      'redis://:hunter2@h:1 and smtps://u:hun@hunter2@relay',
      'Authorization: Bearer hunter2hunter2',
      'https://b.s3.amazonaws.com/k?X-Amz-Signature=hunter2&X-Amz-Credential=hunter2',
      'password=hunter2',
    ])
      log('error', reason, { reason });
    expect(lines.join('')).not.toContain('hunter2');
    expect(lines.join('')).toContain('db.example/shop');
  });

  it('hides the secrets of the settings wherever they stand', () => {
    const text = [
      'notify:',
      '  targets:',
      `    crm: { webhook: "https://crm.example/hook", secret: "whsec_${'A'.repeat(43)}= whsec_${'B'.repeat(43)}=" }`,
      '    chat: { slack: "https://hooks.slack.com/services/T0/B0/hunter2" }',
    ].join('\n');
    const { settings, schema } = loadSettings({
      defaultText: readFileSync(path.join(ROOT, 'config', 'default.yaml'), 'utf8'),
      files: [{ path: 'f.yaml', text }],
      env: { DATABASE_URL: 'postgres://shop:pass%2Fword1@db.example/shop', SMTP_URL: 'smtp://a:b@relay.example' },
      overrides: [],
    });
    const secrets = listSecretTexts(settings, schema);
    const { log, lines } = record({ secrets });
    log('error', 'POST /services/T0/B0/hunter2 failed', {
      reason: `pass/word1, pass%2Fword1, whsec_${'B'.repeat(43)}=`,
      b: 'b',
    });
    expect(lines[0]).toContain('POST *** failed');
    expect(lines[0]).not.toMatch(/hunter2|word1|BBB/);
    expect(lines[0]).toContain('"b":"b"');
  });

  it('tells ids of users at debug level only', () => {
    const { log, lines } = record({ level: 'debug' });
    log('info', 'x', { user: 'u1', userId: 'u1', at: { user_id: 'u1' }, users: 5 });
    expect(lines[0]).not.toContain('u1');
    expect(lines[0]).toContain('"users":5');
    log('debug', 'x', { user: 'u1' });
    expect(lines[1]).toContain('"user":"u1"');
  });

  it('keeps a line bounded, also of a value that holds itself', () => {
    const { log, lines } = record();
    const ring: Record<string, unknown> = { big: 10n, at: new Date(AT), f: () => 1 };
    ring.ring = ring;
    log('info', 'x', { ring, reason: 'y'.repeat(1_000_000), list: Array.from({ length: 10_000 }, () => 'z') });
    expect(lines[0]?.length).toBeLessThan(10_000);
    expect(lines[0]).toContain('2026-03-01T02:00:07.250Z');
  });
});
