import { buildContext, type ContextParts, type MailContext } from '../../src/content/context';
import { compileTemplate, type TemplateFiles } from '../../src/content/template';

const FOOTER = '{{unsubscribeUrl}} {{sender.postalAddress}}';

const PARTS: ContextParts = {
  contact: { userId: 'u1', email: 'ken@mail.example', firstName: 'Ken', attributes: { level: 'gold' } },
  items: [
    {
      itemId: 'i1',
      title: 'Pot & Pan',
      price: 1234.5,
      currency: 'EUR',
      categories: ['kitchen', 'pots'],
      url: 'https://shop.example/i1',
      attributes: { title_de: 'Topf', 'title_pt-BR': 'Panela', colour: 'red' },
    },
    { itemId: 'i2', title: 'Tea', categories: [], attributes: {} },
    { itemId: 'i3', title: 'Cup', categories: [], attributes: {} },
  ],
  job: { name: 'nightly-picks' },
  unsubscribeUrl: 'https://shop.example/u/x?a=1&b=2',
  sender: { name: 'Corner Shop', postalAddress: '1 Market Street' },
  publicUrl: 'https://shop.example',
  slot: '2026-11-24',
};

const CONTEXT = buildContext(PARTS);
const inLocale = (locale: string): MailContext => buildContext({ ...PARTS, contact: { ...PARTS.contact, locale } });

function template(html: string, files: Readonly<Record<string, string>> = {}): TemplateFiles {
  return {
    name: 'picks',
    files: { 'subject.hbs': 'Picks', 'body.html.hbs': `${html}${FOOTER}`, 'body.text.hbs': FOOTER, ...files },
  };
}

const render = async (html: string, context = CONTEXT, files: Readonly<Record<string, string>> = {}): Promise<string> =>
  (await compileTemplate(template(html, files))).render(context).html.replace(/https:\/\/shop.*$/s, '');

describe('rendering', () => {
  it('escapes HTML, and neither plain text nor subject', async () => {
    const compiled = await compileTemplate(
      template('{{items.0.title}} {{contact.firstName}} ', {
        'body.text.hbs': `{{items.0.title}} {{contact.firstName}} ${FOOTER}`,
        'subject.hbs': '{{contact.firstName}}: {{items.0.title}}',
      }),
    );
    const mail = compiled.render(buildContext({ ...PARTS, contact: { ...PARTS.contact, firstName: '<b>"Ken"</b>' } }));

    expect(mail.html).toMatch(/^Pot &amp; Pan &lt;b&gt;&quot;Ken&quot;&lt;\/b&gt; /);
    expect(mail.text).toMatch(/^Pot & Pan <b>"Ken"<\/b> https:\/\/shop\.example\/u\/x\?a=1&b=2 /);
    expect(mail.subject).toBe('<b>"Ken"</b>: Pot & Pan');
  });

  it('keeps the escaping of each part in a partial that both use', async () => {
    const files = {
      'body.text.hbs': `{{> partials/title}}${FOOTER}`,
      'partials/title.hbs': '{{@root.items.0.title}}|',
    };

    const mail = (await compileTemplate(template('{{> partials/title}}', files))).render(CONTEXT);

    expect(mail.html).toMatch(/^Pot &amp; Pan\|/);
    expect(mail.text).toMatch(/^Pot & Pan\|/);
  });

  it('makes one line of a subject, whatever a name holds', async () => {
    const compiled = await compileTemplate(template('', { 'subject.hbs': ' {{contact.firstName}}\n hello\n' }));
    const context = buildContext({ ...PARTS, contact: { ...PARTS.contact, firstName: 'Ken\r\nBcc: x@y.example' } });

    expect(compiled.render(context).subject).toBe('Ken Bcc: x@y.example hello');
  });

  it('prints nothing for what a contact or item lacks', async () => {
    expect(
      await render('[{{contact.lastName}}{{contact.attributes.unknown}}{{items.1.url}}{{money items.1.price "EUR"}}]'),
    ).toBe('[]');
  });

  it('loops with block parameters, parents, chunks and @first', async () => {
    const html =
      '{{#each (chunk items 2) as |row|}}<{{#each row as |item|}}{{#if @first}}{{../../job.name}}:{{/if}}{{item.itemId}} {{/each}}>{{/each}}';

    expect(await render(html)).toBe('<nightly-picks:i1 i2 ><nightly-picks:i3 >');
  });

  it('lays the named values of a partial over its context, and puts a block into a layout', async () => {
    const files = {
      'layouts/main.hbs': '<{{title}}>{{> @partial-block}}</{{title}}>',
      'partials/card.hbs': '{{label}}={{title}};',
    };

    const html = await render(
      '{{#> layouts/main title="x"}}{{#each items}}{{> partials/card label=@root.job.name}}{{/each}}{{/layouts/main}}',
      CONTEXT,
      files,
    );

    expect(html).toBe('<x>nightly-picks=Pot &amp; Pan;nightly-picks=Tea;nightly-picks=Cup;</x>');
  });

  it('gives no way to a prototype', async () => {
    const context = buildContext({ ...PARTS, contact: { ...PARTS.contact, attributes: {} } });

    expect(await render('[{{contact.attributes.constructor}}{{contact.attributes.__proto__}}]', context)).toBe('[]');
  });

  it('leaves out links of a scheme that a mail must not have', async () => {
    const [item] = PARTS.items;
    const items = item === undefined ? [] : [{ ...item, url: 'javascript:alert(1)', image: 'file:///etc/passwd' }];

    expect(await render('[{{items.0.url}}{{items.0.image}}]', buildContext({ ...PARTS, items }))).toBe('[]');
  });
});

describe('languages', () => {
  const STRINGS = {
    'strings.en.yaml': 'hi: "Hello {name}"\npicks: { one: "{count} pick", other: "{count} picks" }\nonly: English\n',
    'strings.de.yaml': 'hi: "Hallo {name}"\npicks: { one: "{count} Tipp", other: "{count} Tipps" }\n',
    'strings.pt-BR.yaml': 'hi: "Olá {name}"\n',
  };

  it.each([
    ['de-AT', 'Hallo Ken, 3 Tipps, English, Topf'],
    ['pt-BR', 'Olá Ken, 3 picks, English, Panela'],
    ['pt', 'Olá Ken, 3 picks, English, Pot &amp; Pan'],
    ['xx-nonsense-', 'Hello Ken, 3 picks, English, Pot &amp; Pan'],
  ])('takes the nearest texts for %s', async (locale, expected) => {
    const html = '{{t "hi" name=contact.firstName}}, {{t "picks" count=items.length}}, {{t "only"}}, {{items.0.title}}';

    expect(await render(html, inLocale(locale), STRINGS)).toBe(expected);
  });

  it.each([
    ['en', '€1,234.50 1,234.5 November 24, 2026 3 picks'],
    ['de', '1.234,50\u00a0€ 1.234,5 24. November 2026 3 picks'],
    ['ja', '€1,234.50 1,234.5 2026年11月24日 3 picks'],
  ])('writes money, numbers, dates and plurals as %s does', async (locale, expected) => {
    const html =
      '{{money items.0.price items.0.currency}} {{number items.0.price decimals=1}} {{date slot}} {{plural items.length one="{count} pick" other="{count} picks"}}';

    expect(await render(html, inLocale(locale))).toBe(expected);
  });

  it('puts the family name first where the language does', async () => {
    const name = (locale: string) =>
      render('{{contact.name}}', buildContext({ ...PARTS, contact: { ...PARTS.contact, lastName: 'Ito', locale } }));

    expect([await name('en'), await name('ja-JP')]).toEqual(['Ken Ito', 'Ito Ken']);
  });

  it('cuts sentences and texts where the language does', async () => {
    const cut = (title: string, html: string, locale = 'en') =>
      render(
        html,
        buildContext({
          ...PARTS,
          contact: { ...PARTS.contact, locale },
          items: [{ itemId: 'i', title, categories: [], attributes: {} }],
        }),
      );

    expect(await cut('One here. Two there.', '{{sentence items.0.title}}')).toBe('One here.');
    expect(await cut('三杯分。きれいな弧。', '{{sentence items.0.title}}', 'ja')).toBe('三杯分。');
    expect(await cut('a pot with a very long name', '{{truncate items.0.title 16}}')).toBe('a pot with a…');
    expect(await cut('👨‍👩‍👧👨‍👩‍👧👨‍👩‍👧', '{{truncate items.0.title 2}}')).toBe('👨‍👩‍👧…');
  });
});

it.each([
  ['2026-11-24', '11/24/26', ''],
  ['2026-11-24T0230', '11/24/26', ''],
  ['2026-11-24T23:30:00Z', '11/25/26', '12:30 AM'],
  ['2026-11-24 23:30', '11/25/26', '12:30 AM'],
  ['2026-11-24 23:30:00+0100', '11/24/26', '11:30 PM'],
  ['2026-11-24T23:30:00.5-05:00', '11/25/26', '5:30 AM'],
  ['2026-02-30', '', ''],
  ['5', '', ''],
  ['gold 3', '', ''],
  ['03/04/2026', '', ''],
])('reads the time %j as ISO 8601, in no zone of this machine', async (level, date, time) => {
  const context = buildContext({
    ...PARTS,
    contact: { ...PARTS.contact, timeZone: 'Europe/Berlin', attributes: { level } },
  });
  const both = '{{date contact.attributes.level style="short"}}|{{time contact.attributes.level}}|';

  expect((await render(both, context)).replaceAll('\u202f', ' ')).toBe(`${date}|${time}|`);
});
