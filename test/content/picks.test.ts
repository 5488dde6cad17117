import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { buildContext } from '../../src/content/context';
import { readSample } from '../../src/content/sample';
import { compileTemplate } from '../../src/content/template';

const TEMPLATES = join(__dirname, '../../templates');

function readFolder(folder: string, prefix = ''): Record<string, string> {
  const names = readdirSync(join(TEMPLATES, folder));
  return Object.fromEntries(
    names.map((name) => [`${prefix}${name}`, readFileSync(join(TEMPLATES, folder, name), 'utf8')]),
  );
}

const files = { ...readFolder('picks'), ...readFolder('partials', 'partials/'), ...readFolder('layouts', 'layouts/') };
const compiling = compileTemplate({ name: 'picks', files });
const { sample } = readSample(files['sample.json'], 'sample.json');

async function renderIn(locale: string, change: { readonly firstName?: string; readonly items?: number } = {}) {
  if (sample === undefined) throw new Error('there is no sample');
  const { firstName, lastName, ...contact } = sample.contact;
  const named =
    change.firstName === undefined ? {} : { firstName: change.firstName, ...(lastName ? { lastName } : {}) };
  return (await compiling).render(
    buildContext({
      contact: { ...contact, ...named, locale },
      items: sample.items.slice(0, change.items ?? 6),
      job: { name: 'nightly-picks' },
      unsubscribeUrl: 'https://shop.example/u/token',
      sender: { name: 'Corner Shop', postalAddress: '1 Market Street, Springfield' },
      publicUrl: 'https://shop.example',
      slot: '2026-11-24',
    }),
  );
}

it('says everything in three languages', async () => {
  const keys = ['en', 'de', 'ja'].map((locale) => Object.keys(parse(files[`strings.${locale}.yaml`] ?? '')).sort());

  expect((await compiling).locales).toEqual(['de', 'en', 'ja']);
  expect(keys[1]).toEqual(keys[0]);
  expect(keys[2]).toEqual(keys[0]);
});

it.each([
  ['en', 'Hanna, we kept this aside: Cast-Iron Casserole in Sage Green', '€12.50', 'Smoked Black Tea', 'Unsubscribe'],
  [
    'de',
    'Hanna, zurückgelegt für dich: Gusseiserner Bräter in Salbeigrün',
    '12,50\u00a0€',
    'Geräucherter Schwarztee',
    'Abbestellen',
  ],
  ['ja', 'Berg Hanna様へ、お取り置きしました：セージグリーンの鋳物ホーロー鍋', '€12.50', '燻製紅茶', '配信を停止する'],
])('speaks %s', async (locale, subject, price, title, unsubscribe) => {
  const mail = await renderIn(locale, { firstName: 'Hanna' });

  expect(mail.subject).toBe(subject);
  for (const body of [mail.html, mail.text]) {
    for (const part of [price, title, unsubscribe, 'https://shop.example/u/token', '1 Market Street, Springfield']) {
      expect(body).toContain(part);
    }
  }
  expect(mail.html).toContain(`<html lang="${locale}"`);
});

it('greets a contact without a name, and shows one item as well as five', async () => {
  const one = await renderIn('en', { items: 1 });
  const five = await renderIn('de', { items: 5 });

  expect(one.subject).toBe('We kept this aside for you: Cast-Iron Casserole in Sage Green');
  expect(one.text).toContain('put one thing on the counter');
  expect(five.text).toContain('haben 5 Dinge auf den Tresen gelegt');
  expect(five.html.match(/<img /g)).toHaveLength(5);
});

it('gives every picture its size and its words, and stays far below what mailbox providers cut', async () => {
  const { html } = await renderIn('en', { firstName: 'Hanna' });

  const images = html.match(/<img [^>]*>/g) ?? [];
  expect(images).toHaveLength(6);
  for (const image of images) expect(image).toMatch(/ src="https:[^"]+" width="\d+" height="\d+" alt="[^"]+"/);
  expect(Buffer.byteLength(html)).toBeLessThan(90_000);
  expect(html).not.toMatch(/\{\{|\}\}\}|undefined|\[object/);
});

it('leaves no hole for an item without picture, link, price or description', async () => {
  if (sample === undefined) throw new Error('there is no sample');
  const mail = (await compiling).render(
    buildContext({
      contact: sample.contact,
      items: [{ itemId: 'x', title: 'Plain <thing>', categories: [], attributes: {} }],
      job: { name: 'nightly-picks' },
      unsubscribeUrl: 'https://shop.example/u/token',
      sender: { name: 'Corner Shop', postalAddress: '1 Market Street' },
      publicUrl: 'https://shop.example',
      slot: '2026-11-24T0200',
    }),
  );

  expect(mail.html).toContain('Plain &lt;thing&gt;');
  expect(mail.html).not.toMatch(/href=""|src=""|<img/);
  expect(mail.text).toContain('* Plain <thing>\n\nStep into the shop');
});
