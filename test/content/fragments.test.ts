import fc from 'fast-check';
import { compileBody } from '../../src/content/body';
import { buildContext } from '../../src/content/context';
import { createFormats, type Formats } from '../../src/content/formats';
import { FragmentCache } from '../../src/content/fragment-cache';
import { createItemLinks } from '../../src/content/item-links';
import { joinText, TextEncoding, type TextPieces } from '../../src/content/mime/transfer-encoding';
import { compileText, type RenderOptions } from '../../src/content/render';
import { readStrings } from '../../src/content/strings';
import { compileTemplate } from '../../src/content/template';
import type { LinkRules } from '../../src/job/email-job';
import type { Contact, Item } from '../../src/job/people';
import { contextOf, FOOTER, PARTS } from './support/mail-context';
import { build } from './support/messages';
import { hostileContact, hostileItem, hostileText } from './support/people';

const { strings } = readStrings({
  files: { 'strings.en.yaml': 'left: "{count} left"', 'strings.de.yaml': 'left: "noch {count}"' },
  locate: (file) => file,
});
const partials = new Map(
  Object.entries({
    'partials/card': '<b>{{title}}</b>{{#if @first}} first{{/if}}\n',
    'partials/whose': '{{title}} for {{@root.contact.firstName}}\n',
    'partials/frame': '[{{> @partial-block}}]',
  }).map(([path, text]) => [path, { path, text }] as const),
);
const OPTIONS: RenderOptions = { escape: true, partials, strings, formats: createFormats() };

/** Loops as templates have them; some read more than their item. */
const LOOPS = [
  '{{#each items}}{{title}}\n{{/each}}',
  '{{#each items}}\n{{title}}, {{money price currency}}\n{{#if url}}\n{{url}}\n{{/if}}\n{{else}}none\n{{/each}}',
  '{{#each items as |item|}}{{item.title}} {{item.description}}{{/each}}',
  '{{#each items as |item at|}}{{at}} {{item.title}}\n{{/each}}',
  '{{#each items}}{{@index}} {{title}}\n{{/each}}',
  '{{#each items}}{{#if @first}}first{{/if}} {{title}}{{#unless @last}}, {{/unless}}{{/each}}',
  '{{#each items}}{{title}} {{@root.contact.firstName}}\n{{/each}}',
  '{{#each items}}{{title}} {{../contact.firstName}}\n{{/each}}',
  '{{#each items}}<i lang="{{@root.locale}}">{{t "left" count=stock}} {{date createdAt}} {{time createdAt}}</i>\n{{/each}}',
  '{{#each items}}{{#each categories}}{{this}}{{#unless @last}}, {{/unless}}{{/each}}\n{{/each}}',
  '{{#each items}}{{#each categories}}{{../title}} {{@index}} {{/each}}\n{{/each}}',
  '{{#each items}}{{> partials/card}}{{/each}}',
  '{{#each items}}{{> partials/card title="Special"}}{{/each}}',
  '{{#each items}}{{> partials/whose}}{{/each}}',
  '{{#each items}}{{#> partials/frame}}{{title}}{{/partials/frame}}\n{{/each}}',
  '{{#> partials/frame}}{{#each items}}{{title}}\n{{/each}}{{/partials/frame}}',
  '{{#each (chunk items 2)}}<tr>{{#each this}}<td>{{title}}</td>\n{{/each}}</tr>\n{{/each}}',
  '{{#each (groupBy items "category") as |group|}}{{group.name}}:\n{{#each group.items}}{{title}}\n{{/each}}{{/each}}',
  '{{#each (groupBy items "category") as |group|}}{{#each group.items}}{{group.name}} {{title}}\n{{/each}}{{/each}}',
  '{{#each sections}}{{name}}\n{{#each items}}{{title}} {{price}}\n{{/each}}{{/each}}',
  '{{#with because}}{{title}} {{#each categories}}{{this}}\n{{/each}}{{/with}}',
  '{{#if items}}{{#each items}}{{{title}}}\n{{/each}}{{/if}}',
  '{{^each items}}none\n{{/each}}',
];
const TEXTS = [
  '{{contact.firstName}}',
  '\n',
  ' ',
  'Fro',
  'm here\n',
  '.',
  '=',
  'F',
  '\r\n',
  '\r',
  `${'<br>\n'.repeat(60)}`,
  'é',
];

const template = fc
  .array(fc.oneof(fc.constantFrom(...LOOPS), fc.constantFrom(...TEXTS), hostileText.map(asText)), { maxLength: 8 })
  .map((pieces) => pieces.join(''));

/** Braces and backslashes would be Handlebars, which takes no NUL. */
function asText(text: string): string {
  return text.replaceAll(/[{}\\\0]/g, '');
}

const catalogue: fc.Arbitrary<readonly Item[]> = fc
  .array(fc.tuple(hostileItem, fc.record({ stock: fc.nat(3), isNew: fc.boolean() })), { minLength: 2, maxLength: 5 })
  .map((items) =>
    items.map(([item, { stock, isNew }], n) => ({
      ...item,
      itemId: `i${n}`,
      stock,
      categories: ['tin', 'pots', 'tea'].slice(0, stock),
      ...(isNew ? { createdAt: '2026-11-23T23:30:00Z' } : {}),
    })),
  );

const LINKS: readonly (LinkRules | undefined)[] = [
  undefined,
  { utm: { source: 'nightjar', medium: 'email' }, clicks: false },
  { clicks: true },
];
const reader = fc.record({
  contact: hostileContact,
  timeZone: fc.constantFrom('UTC', 'Asia/Tokyo'),
  country: fc.constantFrom('DE', 'JP', undefined),
  shown: fc.array(fc.nat(4), { maxLength: 5 }),
  rules: fc.constantFrom(...LINKS),
});

function contextFor(items: readonly Item[], one: typeof reader extends fc.Arbitrary<infer Reader> ? Reader : never) {
  const { contact: person, timeZone, country, shown, rules } = one;
  const contact: Contact = { ...person, timeZone, ...(country === undefined ? {} : { country }) };
  const chosen = shown.flatMap((n) => items[n] ?? []);
  const { publicUrl, job } = PARTS;
  const links = createItemLinks({ rules, job: job.name, runId: 'r1', userId: person.userId, secret: 's', publicUrl });
  const [because] = items;
  return buildContext({ ...PARTS, contact, items: chosen, because, sections: { more: { items: chosen } }, links });
}

it('makes the same texts and the same octets with fragments as without, whoever was written to before', () => {
  const encoder = new TextEncoding();
  fc.assert(
    fc.property(template, catalogue, fc.array(reader, { minLength: 1, maxLength: 4 }), (text, items, readers) => {
      const whole = compileText(text, OPTIONS);
      const cache = new FragmentCache();
      const cut = compileBody(text, { ...OPTIONS, name: 'html', cache });
      const other = compileBody(text, { ...OPTIONS, escape: false, name: 'text', cache });
      for (const one of [...readers, ...readers, ...readers]) {
        const context = contextFor(items, one);
        other(context);
        const pieces = cut(context);
        expect(joinText(pieces)).toBe(whole(context));
        expect(encoder.join(pieces)).toEqual(encoder.encode(whole(context)));
      }
    }),
    { numRuns: process.env.NIGHTJAR_TEST_LONG === '1' ? 20_000 : 250 },
  );
});

it('keeps the blank lines that a text begins and ends with', () => {
  const context = buildContext(PARTS);

  expect(compileText('\n\nHello\n\n', OPTIONS)(context)).toBe('\n\nHello\n\n');
  expect(compileText('{{#if items}}\nHello\n{{/if}}\n\n', OPTIONS)(context)).toBe('Hello\n\n');
});

it('shows what stands for an empty list alone', async () => {
  const files = {
    'subject.hbs': 'Picks',
    'body.html.hbs': `{{^each items}}none{{/each}}${FOOTER}`,
    'body.text.hbs': `{{^each items as |item|}}none{{/each}}${FOOTER}`,
  };
  const template = await compileTemplate({ name: 'picks', files });
  const [empty, full] = [template.render(contextOf({}, { items: [] })), template.render(contextOf())];

  expect([empty.html, empty.text].map((text) => text.includes('none'))).toEqual([true, true]);
  expect([full.html, full.text].map((text) => text.includes('none'))).toEqual([false, false]);
});

it('builds the same message of the pieces as of the whole texts', async () => {
  const card = '<tr>\n<td>{{title}}</td>\n</tr>\n';
  const files = {
    'subject.hbs': 'Picks',
    'body.html.hbs': `<table>\n{{#each items}}\n${card}{{/each}}\n</table>${FOOTER}`,
    'body.text.hbs': `{{#each items}}\n{{title}}\n{{/each}}\n${FOOTER}`,
  };
  const template = await compileTemplate({ name: 'picks', files });
  for (const firstName of ['Ken', 'Ana', 'Bo', '花子']) {
    const rendered = template.render(contextOf({ firstName }));
    const { subject, html, text, pieces } = rendered;

    expect(build({ rendered }).raw.equals(build({ rendered: { subject, html, text } }).raw)).toBe(true);
    if (firstName !== '花子') continue;
    const count = (of: TextPieces = []) => of.filter((piece) => typeof piece !== 'string').length;
    expect([count(pieces?.html), count(pieces?.text)]).toEqual([3, 3]);
  }
});

describe('a loop that reads nothing but its item', () => {
  /** How often a price was written while a mail was made for each contact in turn. */
  function countPrices(text: string, contacts: readonly Partial<Contact>[]): readonly number[] {
    let count = 0;
    const formats: Formats = { ...OPTIONS.formats, money: () => String(++count) };
    const body = compileBody(text, { ...OPTIONS, formats, name: 'html', cache: new FragmentCache() });
    return contacts.map((contact) => {
      const before = count;
      body(buildContext({ ...PARTS, contact: { ...PARTS.contact, ...contact } }));
      return count - before;
    });
  }
  const [ken, ana, bo] = [{ firstName: 'Ken' }, { firstName: 'Ana', locale: 'en' }, { locale: 'de' }];

  it('is made anew until an item comes again, once for each language', () => {
    const text = '{{#each items}}{{money price currency}}\n{{/each}}';

    expect(countPrices(text, [ken, ana, ken, ana, bo, bo, bo])).toEqual([3, 3, 0, 0, 3, 3, 0]);
  });

  it('is made for the first item apart where that matters', () => {
    const text = '{{#each items}}{{#if @first}}{{money price currency}}{{/if}}\n{{/each}}';

    expect(countPrices(text, [ken, ken, ken])).toEqual([1, 1, 0]);
  });

  it('is made for each time zone where it says the time', () => {
    const text = '{{#each items}}{{money price currency}}{{time createdAt}}\n{{/each}}';
    const tokyo = { ...ken, timeZone: 'Asia/Tokyo' };

    expect(countPrices(text, [ken, ken, tokyo, ken, tokyo])).toEqual([3, 3, 3, 0, 0]);
  });

  it('is made in every mail where it reads more', () => {
    for (const more of ['@root.contact.firstName', '../contact.firstName', '@index']) {
      const text = `{{#each items}}{{money price currency}}{{${more}}}\n{{/each}}`;

      expect([more, countPrices(text, [ken, ken, ken])]).toEqual([more, [3, 3, 3]]);
    }
  });
});

describe('the cache of fragments', () => {
  const fragmentOf = (text: string) => {
    const fragment = new TextEncoding().quote(text);
    if (fragment === undefined) throw new Error('no fragment');
    return fragment;
  };
  const items = Array.from({ length: 100 }, (_, n) => ({ n }));

  it('forgets what was not used for longest when its memory is full', () => {
    const cache = new FragmentCache(20_000);
    const [first] = items;
    for (const item of items) {
      cache.keep(item, 'k', fragmentOf('x'.repeat(100)));
      if (first !== undefined) cache.find(first, 'k');
    }

    const known = items.map((item) => cache.find(item, 'k') !== undefined);
    // Looking moves what is found, so the newest are asked for last.
    expect([known[0], known[1], known[50], known[99]]).toEqual([true, false, false, true]);
    expect(known.filter(Boolean).length).toBeLessThan(40);
  });

  it('wants what was missed before, and all else of an item that it knows', () => {
    const cache = new FragmentCache();
    const [item = {}] = items;

    expect([cache.isWanted(item, 'k'), cache.isWanted(item, 'other'), cache.isWanted(item, 'k')]).toEqual([
      false,
      false,
      true,
    ]);
    cache.keep(item, 'k', fragmentOf('x'));
    expect(cache.isWanted(item, 'other')).toBe(true);
  });

  it('wants what is shown often, though the key under which it was missed first never comes again', () => {
    const cache = new FragmentCache();
    const [item = {}] = items;
    cache.isWanted(item, 'of a template that is gone');

    const wanted = Array.from({ length: 10 }, () => cache.isWanted(item, 'k'));
    expect([wanted[0], wanted.at(-1)]).toEqual([false, true]);
  });
});
