/** What settings do to a mail that is made: its sender, its return path, where answers go. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { loadSettings } from '../../src/config/load';
import { hashAddress } from '../../src/content/address';
import { NOBODY, verifyUnsubscribe } from '../../src/content/links';
import { createReturnPaths } from '../../src/content/return-path';
import { compileTemplate } from '../../src/content/template';
import { parseJob } from '../../src/job/parse';
import { type MailParts, makeMail } from '../../src/run/mails/make-mail';
import { makeSample } from '../../src/run/proof/proof-mail';
import { ROOT } from '../support/nightjar';

const FOOTER = '{{unsubscribeUrl}} {{sender.postalAddress}} {{sender.name}}';
const FILES = { 'subject.hbs': 'Picks', 'body.html.hbs': FOOTER, 'body.text.hbs': FOOTER };
const JOB = `about: A few picks
kind: email
recommend: { solution: picks, results: 8 }
content: { template: mini }
`;
const SECRET = 'x'.repeat(32);

async function partsOf(mail: Readonly<Record<string, string>>, send = ''): Promise<MailParts> {
  const defaultText = readFileSync(join(ROOT, 'config', 'default.yaml'), 'utf8');
  const overrides = Object.entries(mail).map(([key, value]) => ({ path: `mail.${key}`, value, flag: 'test' }));
  const { settings } = loadSettings({ defaultText, files: [], env: {}, overrides });
  const job = parseJob({ file: 'jobs/picks.yaml', text: `${JOB}${send}` });
  if (job.kind !== 'email') throw new Error('no e-mail job');
  const template = await compileTemplate({ name: 'mini', files: FILES });
  const items = ['i1', 'i2', 'i3'].map((itemId) => ({
    itemId,
    title: `Tea ${itemId}`,
    categories: [],
    attributes: {},
  }));
  return {
    engines: { settings, secret: SECRET, now: () => Date.UTC(2026, 10, 24) },
    run: { runId: 'picks.2026-11-24', slot: '2026-11-24' },
    job,
    template,
    catalogue: new Map(items.map((item) => [item.itemId, item])),
    planned: { popular: [] },
  };
}

const EMAIL = 'ken@mail.example';
const STORED = {
  contact: { userId: 'u1', email: EMAIL, consent: true, attributes: {} },
  addressHash: hashAddress(EMAIL),
  suppression: undefined,
};

async function make(mail: Readonly<Record<string, string>>, send = '') {
  const row = { userId: 'u1', addressHash: STORED.addressHash, slate: ['i1'], attempt: 1 };
  const made = makeMail(await partsOf(mail, send), { row, stored: STORED });
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

describe('the mail of a proof', () => {
  const place = { runId: 'picks.2026-11-24', address: 'seed@shop.example', sample: 1, samples: 2 };
  const candidate = { userId: 'u1', addressHash: STORED.addressHash, fallback: false, slate: ['i1', 'i2'] };
  const people = { contacts: new Map([['u1', STORED]]), avoided: undefined };
  const shownOf = (made: ReturnType<typeof makeSample>) => (made.kind === 'mail' ? made.shown : made.answer.reason);

  it('shows what the run would: without what has been bought since, and popular items as they are chosen for the person', async () => {
    const parts = { ...(await partsOf({})), planned: { popular: ['i3'] } };
    const avoided = () => ({ bought: new Set(['i1']), shown: new Set<string>() });

    expect(shownOf(makeSample(parts, { ...candidate, fallback: true }, people, place))).toEqual(['i3']);
    expect(shownOf(makeSample(parts, candidate, { ...people, avoided }, place))).toEqual(['i2', 'i3']);
    const newest = new Map([...parts.catalogue].filter(([itemId]) => itemId !== 'i2'));
    expect(shownOf(makeSample({ ...parts, newest }, candidate, people, place))).toEqual(['i1', 'i3']);
  });

  it('goes to the seed alone, is marked, and has links that are nobody’s', async () => {
    const made = makeSample(await partsOf({}), candidate, people, place);
    if (made.kind !== 'mail') throw new Error(JSON.stringify(made));
    const text = made.message.raw.toString('latin1');

    expect(made.message.envelope.to).toBe('seed@shop.example');
    expect(text).not.toContain(EMAIL);
    expect(text).toContain('\r\nSubject: [proof] Picks\r\n');
    expect(text).toContain('\r\nX-Nightjar-Proof: picks.2026-11-24; sample 1 of 2\r\n');
    expect(made.messageId).not.toBe((await make({})).messageId);
    const token = /\/u\/([\w-]+)/.exec(made.rendered.html)?.[1] ?? '';
    expect(verifyUnsubscribe(token, SECRET)).toEqual({ list: 'picks', userId: NOBODY });
  });
});
