import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { buildContext, type ContextParts } from '../../src/content/context';
import { HELPERS } from '../../src/content/helpers';
import { decodeEntities } from '../../src/content/html-text';
import { HOLDS_BLOCKS } from '../../src/content/markup/mjml-elements';
import { CONTEXT_SHAPE, listPaths } from '../../src/content/shape';
import { compileTemplate } from '../../src/content/template';
import { formatError } from '../../src/errors';
import { FOOTER, refusalOf } from './support/mail-context';

const page = readFileSync(join(__dirname, '../../docs/templates.md'), 'utf8');
const section = (title: string) => page.split(/^## /m).find((part) => part.startsWith(`${title}\n`)) ?? '';
const rows = (title: string) =>
  [...section(title).matchAll(/^\| (.*?) \|(?: (.*?))? \|$/gm)]
    .map(([, left = '', right = '']) => ({ left, right }))
    .slice(1);
const fences = (language: string) =>
  [...page.matchAll(/^```(\w+) ?(\S*)\n([\s\S]*?)^```$/gm)]
    .filter(([, name]) => name === language)
    .map(([, , file = '', text = '']) => ({ file, text }));

const files = Object.fromEntries(
  [...fences('hbs'), ...fences('yaml')].filter(({ file }) => file !== '').map(({ file, text }) => [file, text]),
);

const PARTS: ContextParts = {
  contact: {
    userId: 'u-0001',
    email: 'hanna@mail.example',
    firstName: 'Hanna',
    timeZone: 'Europe/Berlin',
    attributes: { level: 'gold', theme: 'quiet evenings' },
  },
  items: [
    {
      itemId: 'tea-014',
      title: 'Smoked Black Tea',
      url: '/items/tea-014',
      image: 'https://img.example/tea-014.png?w={width}&h={height}',
      price: 12.5,
      currency: 'EUR',
      categories: ['tea', 'black', 'smoked'],
      createdAt: '2026-11-23T23:30:00.000Z',
      attributes: { description: 'Tastes like a hut in the mountains. An hour after the fire.' },
    },
    { itemId: 'paper-007', title: 'Letter Paper', url: '/items/paper-007', categories: ['paper'], attributes: {} },
  ],
  job: { name: 'nightly-picks' },
  unsubscribeUrl: 'https://shop.example/u/token',
  sender: { name: 'Corner Shop', postalAddress: '1 Market Street, Springfield' },
  publicUrl: 'https://shop.example',
  slot: '2026-11-24',
};

describe('docs/templates.md', () => {
  it('has a whole template, whose text body is what it says', async () => {
    const template = await compileTemplate({ name: 'plain', files });

    const mail = template.render(buildContext({ ...PARTS, locale: template.chooseLocale('de-AT') }));

    expect(fences('text')[0]?.text).toBe(mail.text.replaceAll('\u00a0', ' '));
    expect(mail.subject).toBe('Wieder da: Smoked Black Tea');
    expect(mail.html).toContain('2 Dinge für dich');
    expect(template.remarks).toEqual([]);
  });

  it('names every field of the context, and no other', () => {
    const named = rows('What a template can name').flatMap(({ left }) =>
      [...left.matchAll(/`([^`]+)`/g)].map(([, name = '']) => name),
    );
    const fields = listPaths(CONTEXT_SHAPE).map((path) =>
      path.replace(/^items\.0\./, 'item.').replace(/categories\.0$/, 'categories'),
    );
    const names = new Set([...fields.map((field) => field.replace(/^because\..*/, 'because')), 'sections']);

    const plain = /^[\w.]+$/;
    const left = named.filter((name) => plain.test(name) && name !== 'items');
    expect(left.sort()).toEqual([...names].sort());
    expect(named.filter((name) => name.endsWith('.<column>'))).toEqual([
      'contact.attributes.<column>',
      'item.attributes.<column>',
    ]);
  });

  it('shows every helper, and what it gives', async () => {
    const examples = rows('Helpers').map(({ left, right }) => ({
      written: left.slice(1, -1).replaceAll('\\|', '|'),
      gives: right,
    }));
    const strings = Object.fromEntries(Object.entries(files).filter(([file]) => file.startsWith('strings.')));

    for (const { written, gives } of examples) {
      const html = `${written}¦${FOOTER}`;
      const template = await compileTemplate({
        name: 'helpers',
        files: { 'subject.hbs': 'x', 'body.html.hbs': html, 'body.text.hbs': FOOTER, ...strings },
      });
      const [given = ''] = template.render(buildContext(PARTS)).html.split('¦');
      expect([written, decodeEntities(given).replaceAll('\u202f', ' ').trim()]).toEqual([written, gives]);
    }
    const shown = [...HELPERS.keys()].filter((name) =>
      examples.some(({ written }) => new RegExp(`[({]${name} `).test(written)),
    );
    expect(shown).toEqual([...HELPERS.keys()]);
  });

  it('names the elements of MJML between which blocks can stand', () => {
    const [list = ''] = /in `mj-head`[^:]*?`mj-accordion-element`/s.exec(section('MJML')) ?? [];

    expect([...list.matchAll(/`([\w-]+)`/g)].map(([, name]) => name).sort()).toEqual([...HOLDS_BLOCKS].sort());
  });

  it('shows an error as it is printed', async () => {
    const html = `<p>\n  {{contact.frstName}}</p>${FOOTER}`;
    const wrong = { name: 'picks', files: { 'subject.hbs': 'x', 'body.html.hbs': html, 'body.text.hbs': FOOTER } };

    expect(fences('text')[1]?.text.trimEnd()).toBe(formatError(await refusalOf(wrong)));
  });
});
