import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { buildContext } from '../../src/content/context';
import { inspectMail } from '../../src/content/inspect-mail';
import { createMessageBuilder } from '../../src/content/message';
import { readSample, type Sample } from '../../src/content/sample';
import { compileTemplate } from '../../src/content/template';

const TEMPLATES = join(__dirname, '../../templates');
const GOLDEN = join(__dirname, 'golden');
const SHARED = ['partials', 'layouts'];
const NAMES = readdirSync(TEMPLATES).filter((name) => !SHARED.includes(name));
const UPDATE = process.env.NIGHTJAR_GOLDEN_UPDATE === '1';

const read = (folder: string, prefix = '') =>
  readdirSync(join(TEMPLATES, folder)).map(
    (file) => [`${prefix}${file}`, readFileSync(join(TEMPLATES, folder, file), 'utf8')] as const,
  );

async function openExample(name: string) {
  const files = Object.fromEntries([...SHARED.flatMap((folder) => read(folder, `${folder}/`)), ...read(name)]);
  const { sample } = readSample(files['sample.json'], 'sample.json');
  if (sample === undefined) throw new Error(`${name} has no sample`);
  return { template: await compileTemplate({ name, files }), sample };
}

type ChangeSample = (sample: Sample) => Sample;

async function makeExample(name: string, wanted: string, change: ChangeSample = (sample) => sample) {
  const { template, sample: written } = await openExample(name);
  const sample = change(written);
  const locale = template.chooseLocale(wanted);
  const unsubscribeUrl = 'https://shop.example/u/token';
  const sender = { name: 'Corner Shop', postalAddress: '1 Market Street, Springfield' };
  const job = { name };
  const rendered = template.render(
    buildContext({
      ...sample,
      job,
      unsubscribeUrl,
      sender,
      publicUrl: 'https://shop.example',
      slot: '2026-11-24',
      locale,
    }),
  );
  const build = createMessageBuilder({
    from: { name: sender.name, address: 'news@shop.example' },
    list: name,
    template: name,
    month: '2026-11',
  });
  const message = build({
    to: { name: 'Hanna Berg', address: 'hanna@mail.example' },
    rendered,
    messageId: '<golden@shop.example>',
    date: new Date('2026-11-24T02:00:00Z'),
    unsubscribeUrl,
  });
  return {
    rendered,
    message,
    warnings: inspectMail({ rendered, unsubscribeUrl, postalAddress: sender.postalAddress }),
  };
}

describe.each(NAMES)('the template %s', (name) => {
  it('says everything in each of its languages, and nothing that nobody sees', async () => {
    const { template } = await openExample(name);

    expect(template.remarks).toEqual([]);
    expect(template.locales.length).toBeGreaterThanOrEqual(2);
  });

  it('makes the mails that were looked at, without a warning', async () => {
    for (const locale of (await openExample(name)).template.locales) {
      const { message, warnings } = await makeExample(name, locale);
      const file = join(GOLDEN, `${name}.${locale}.eml`);
      if (UPDATE) mkdirSync(GOLDEN, { recursive: true });
      if (UPDATE) writeFileSync(file, message.raw);
      expect([locale, warnings]).toEqual([locale, []]);
      expect(message.raw.toString('latin1')).toBe(readFileSync(file, 'latin1'));
    }
  });

  it('has golden mails of its languages alone', async () => {
    const { template } = await openExample(name);
    const golden = existsSync(GOLDEN) ? readdirSync(GOLDEN).filter((file) => file.startsWith(`${name}.`)) : [];

    expect(golden).toEqual(template.locales.map((locale) => `${name}.${locale}.eml`));
  });
});

describe('data that is not as it should be', () => {
  it('makes no sentence about a day that is none', async () => {
    const { rendered } = await makeExample('win-back', 'en', ({ contact, items }) => ({
      contact: { ...contact, attributes: { ...contact.attributes, last_order: 'a while ago' } },
      items,
    }));

    expect([rendered.html, rendered.text].filter((text) => /something home on|while ago/.test(text))).toEqual([]);
    expect(rendered.text).toContain('We looked along the shelves with you in mind, and found these.');
  });

  it('shows things without a theme under no heading', async () => {
    const { rendered } = await makeExample('editorial', 'en', ({ contact, items }) => ({
      contact,
      items: items.map((item) => ({ ...item, attributes: {} })),
    }));

    expect(rendered.subject).toBe('From the counter');
    expect(rendered.text).not.toContain('##');
    expect(rendered.html).not.toMatch(/font-size:25px[^>]*>\s*</);
  });

  it('puts a heading above a section without a title', async () => {
    for (const [locale, heading] of [
      ['en', 'And a few things more'],
      ['de', 'Und noch ein paar Dinge'],
    ] as const) {
      const { rendered } = await makeExample('editorial', locale, ({ contact, items }) => ({
        contact,
        items,
        sections: { goes: { items } },
      }));

      expect(rendered.text).toContain(`## ${heading}\n\n* `);
      expect(rendered.html).toMatch(new RegExp(`font-size:25px[^>]*>${heading}</div>`));
    }
  });

  it('fills the size into addresses of pictures', async () => {
    for (const name of NAMES) {
      const { rendered } = await makeExample(name, 'en', ({ contact, items }) => ({
        contact,
        items: items.map((item) => ({ ...item, image: 'https://img.example/{width}x{height}/a.png' })),
      }));

      expect([name, rendered.html.includes('{width}')]).toEqual([name, false]);
    }
  });
});

it('holds no element between a row and its cells, where Outlook sees the table', () => {
  const html = readFileSync(join(TEMPLATES, 'picks', 'body.html.hbs'), 'utf8');
  const seen = html.replaceAll(/<!--\[if mso\]>|<!\[endif\]-->/g, '').replaceAll(/\{\{[^}]*\}\}/g, '');

  expect(seen.match(/<tr>\s*<(?!td)[^>]*>/g)).toBeNull();
});

it('gives every button its room in Outlook too, which ignores the padding of links', async () => {
  for (const name of NAMES) {
    const { rendered } = await makeExample(name, 'en');
    const buttons = rendered.html.match(/<td[^>]*>\s*<a[^>]*display:\s*inline-block[^>]*>/g) ?? [];

    expect([name, buttons.filter((button) => !button.includes('mso-padding-alt'))]).toEqual([name, []]);
  }
});
