import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { buildContext } from '../../src/content/context';
import { inspectMail } from '../../src/content/inspect-mail';
import { createMessageBuilder } from '../../src/content/message';
import { readSample } from '../../src/content/sample';
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

async function makeExample(name: string, wanted: string) {
  const { template, sample } = await openExample(name);
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
