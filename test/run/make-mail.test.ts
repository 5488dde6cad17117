/** What settings do to a mail that is made: its sender, its return path, where answers go. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { loadSettings } from '../../src/config/load';
import { hashAddress } from '../../src/content/address';
import { createReturnPaths } from '../../src/content/return-path';
import { compileTemplate } from '../../src/content/template';
import { parseJob } from '../../src/job/parse';
import { makeMail } from '../../src/run/make-mail';
import { ROOT } from '../support/nightjar';

const FOOTER = '{{unsubscribeUrl}} {{sender.postalAddress}} {{sender.name}}';
const FILES = { 'subject.hbs': 'Picks', 'body.html.hbs': FOOTER, 'body.text.hbs': FOOTER };
const JOB = `about: A few picks
kind: email
recommend: { solution: picks, results: 8 }
content: { template: mini }
`;
const SECRET = 'x'.repeat(32);

async function make(mail: Readonly<Record<string, string>>, send = '') {
  const defaultText = readFileSync(join(ROOT, 'config', 'default.yaml'), 'utf8');
  const overrides = Object.entries(mail).map(([key, value]) => ({ path: `mail.${key}`, value, flag: 'test' }));
  const { settings } = loadSettings({ defaultText, files: [], env: {}, overrides });
  const job = parseJob({ file: 'jobs/picks.yaml', text: `${JOB}${send}` });
  if (job.kind !== 'email') throw new Error('no e-mail job');
  const template = await compileTemplate({ name: 'mini', files: FILES });
  const item = { itemId: 'i1', title: 'Tea', categories: [], attributes: {} };
  const email = 'ken@mail.example';
  const made = makeMail(
    {
      engines: { settings, secret: SECRET, now: () => Date.UTC(2026, 10, 24) },
      run: { runId: 'picks.2026-11-24', slot: '2026-11-24' },
      job,
      template,
      catalogue: new Map([[item.itemId, item]]),
      planned: { popular: [] },
    },
    {
      row: { userId: 'u1', addressHash: hashAddress(email), slate: ['i1'], attempt: 1 },
      stored: {
        contact: { userId: 'u1', email, consent: true, attributes: {} },
        addressHash: hashAddress(email),
        suppression: undefined,
      },
    },
  );
  if (made.kind !== 'mail') throw new Error(JSON.stringify(made));
  return { ...made, text: made.message.raw.toString('latin1') };
}

it('comes from the sender of the settings, and bounces go back there', async () => {
  const { message, text } = await make({});

  expect(message.envelope).toEqual({ from: 'news@shop.example', to: 'ken@mail.example' });
  expect(text).toMatch(/^From: Corner Shop <news@shop\.example>\r\n/);
  expect(text).toContain('\r\nFeedback-ID: mini:picks:2026-11:shop-example\r\n');
  expect(text).not.toContain('Reply-To');
});

it('comes from the sender of the job where it has one', async () => {
  const { message, rendered, text } = await make({}, 'send: { from: "Tea Room <tea@room.example>" }\n');

  expect(message.envelope.from).toBe('tea@room.example');
  expect(rendered.html).toContain('Tea Room');
  expect(text).toContain('\r\nList-Id: picks <picks.room.example>\r\n');
});

it('has a return path of its own below the bounce domain, and answers go where they should', async () => {
  const { message, messageId, text } = await make({
    bounceDomain: 'bounce.shop.example',
    replyTo: 'Shop <hello@shop.example>',
  });

  const paths = createReturnPaths({ secret: SECRET, domain: 'bounce.shop.example' });
  expect(paths.read(message.envelope.from)).toBe(messageId.slice(1, messageId.indexOf('@')));
  expect(text).toContain('\r\nReply-To: Shop <hello@shop.example>\r\n');
  expect(text).not.toContain('bounce.shop.example');
});
