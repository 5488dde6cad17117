/** The e-mail of the mail benchmarks: ten items, some 8 kB of HTML, to people of three languages. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { loadSettings } from '../../src/config/load';
import { hashAddress } from '../../src/content/address';
import { compileTemplate } from '../../src/content/template';
import type { StoredContact } from '../../src/database/people/contacts';
import { parseJob } from '../../src/job/parse';
import type { Item } from '../../src/job/people';
import type { MailParts } from '../../src/run/mails/make-mail';

export const ITEMS_SHOWN = 10;

const CARD = `<table role="presentation" width="100%" cellpadding="0" cellspacing="0" border="0">
<tr>
<td width="160" style="padding:12px 0;border-bottom:1px solid #eadfcd;">
<a href="{{url}}"><img src="{{image}}" width="144" height="108" alt="{{title}}" style="display:block;border:0;border-radius:8px;background-color:#f1e8d9;"></a>
</td>
<td style="padding:12px 0 12px 16px;border-bottom:1px solid #eadfcd;font-family:Georgia,serif;font-size:17px;line-height:24px;">
<a href="{{url}}" style="color:#2b2622;text-decoration:none;">{{title}}</a><br>
<span style="font-size:14px;line-height:20px;color:#74695d;">{{description}}</span><br>
<b style="font-size:15px;line-height:22px;">{{money price currency}}</b>
</td>
</tr>
</table>
`;

const HTML = `<!doctype html>
<html lang="{{locale}}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{{sender.name}}</title>
</head>
<body style="margin:0;padding:24px;background-color:#f4eee3;">
<h1 style="margin:0;font-family:Georgia,serif;font-size:32px;line-height:41px;font-weight:normal;color:#2b2622;">{{contact.firstName}}</h1>
{{#each items}}{{> partials/card}}{{/each}}
<p style="font-size:13px;line-height:21px;color:#74695d;"><a href="{{unsubscribeUrl}}" style="color:#a4462a;">Unsubscribe</a><br>{{sender.postalAddress}}</p>
</body>
</html>
`;

const TEXT = `{{contact.firstName}}

{{#each items}}* {{title}}
  {{money price currency}}
  {{url}}

{{/each}}
Unsubscribe: {{unsubscribeUrl}}
{{sender.postalAddress}}
`;

/** The files of the template, by name. */
export const LETTER_FILES = {
  'subject.hbs': '{{contact.firstName}}: {{items.0.title}}',
  'body.html.hbs': HTML,
  'body.text.hbs': TEXT,
  'partials/card.hbs': CARD,
};

/** The job that sends it. */
export const LETTER_JOB = `about: A benchmark
kind: email
recommend: { solution: picks, results: 25 }
content: { template: letter, show: { items: ${ITEMS_SHOWN} } }
`;

const ROOT = join(__dirname, '..', '..', '..');

/** Prepares a run of the job, with a catalogue of so many items. */
export async function letterParts(items: number): Promise<MailParts> {
  const defaultText = readFileSync(join(ROOT, 'config', 'default.yaml'), 'utf8');
  const { settings } = loadSettings({ defaultText, files: [], env: {}, overrides: [] });
  const job = parseJob({ file: 'jobs/bench.yaml', text: LETTER_JOB, solutions: ['picks'], templates: ['letter'] });
  if (job.kind !== 'email') throw new Error('the job of the benchmark sends no e-mail');
  const template = await compileTemplate({ name: 'letter', files: LETTER_FILES });
  const catalogue = new Map(makeItems(items).map((item) => [item.itemId, item]));
  const engines = { settings, secret: '0123456789abcdef0123456789abcdef', now: () => Date.now() };
  return {
    engines,
    run: { runId: 'bench.2026-11-24', slot: '2026-11-24' },
    job,
    template,
    catalogue,
    planned: { popular: [] },
  };
}

const TITLES = ['Cast-iron kettle, 1.2 l', 'Café au lait bowl', 'Teekanne „Größe S“', '南部鉄器の急須', 'Bamboo whisk'];
/** First names of the contacts, in turns. */
export const NAMES = ['Robin', 'Jürgen', '花子', 'Zoë', "O'Brien"];
const LOCALES = ['en', 'de', 'ja'];

/** Makes a catalogue of so many items. */
export function makeItems(count: number): readonly Item[] {
  return Array.from({ length: count }, (_, n) => ({
    itemId: `i${n}`,
    title: `${TITLES[n % TITLES.length]} ${n}`,
    url: `https://shop.example/items/i${n}?from=mail`,
    image: `https://shop.example/pictures/i${n}.png`,
    price: 5 + (n % 90) + 0.5,
    currency: 'EUR',
    categories: ['kitchen'],
    attributes: { description: 'Made by hand in a small workshop, and meant to last.' },
  }));
}

/** A contact with an address. */
export interface Person extends StoredContact {
  readonly addressHash: string;
}

/** Makes the contact of that number. */
export function makeContact(number: number): Person {
  const email = `u${number}@people${number % 50}.example`;
  const contact = {
    userId: `u${number}`,
    email,
    firstName: NAMES[number % NAMES.length] ?? '',
    locale: LOCALES[number % LOCALES.length] ?? 'en',
    consent: true as const,
    attributes: {},
  };
  return { contact, addressHash: hashAddress(email), suppression: undefined };
}
