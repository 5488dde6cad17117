import { buildContext, type ContextParts, type MailContext } from '../../src/content/context';
import { type CompileOptions, compileTemplate, type TemplateFiles } from '../../src/content/template';
import { formatError, isNightjarError, type NightjarError } from '../../src/errors';

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

const render = (html: string, context = CONTEXT, files: Readonly<Record<string, string>> = {}): string =>
  compileTemplate(template(html, files))
    .render(context)
    .html.replace(/https:\/\/shop.*$/s, '');

function fail(files: TemplateFiles, options: CompileOptions = {}): NightjarError {
  try {
    compileTemplate(files, options);
  } catch (error) {
    if (isNightjarError(error)) return error;
    throw error;
  }
  throw new Error('the template compiles');
}

const failHtml = (html: string, files: Readonly<Record<string, string>> = {}) => fail(template(html, files));

describe('rendering', () => {
  it('escapes HTML, and neither plain text nor subject', () => {
    const mail = compileTemplate(
      template('{{items.0.title}} {{contact.firstName}} ', {
        'body.text.hbs': `{{items.0.title}} {{contact.firstName}} ${FOOTER}`,
        'subject.hbs': '{{contact.firstName}}: {{items.0.title}}',
      }),
    ).render(buildContext({ ...PARTS, contact: { ...PARTS.contact, firstName: '<b>"Ken"</b>' } }));

    expect(mail.html).toMatch(/^Pot &amp; Pan &lt;b&gt;&quot;Ken&quot;&lt;\/b&gt; /);
    expect(mail.text).toMatch(/^Pot & Pan <b>"Ken"<\/b> https:\/\/shop\.example\/u\/x\?a=1&b=2 /);
    expect(mail.subject).toBe('<b>"Ken"</b>: Pot & Pan');
  });

  it('keeps the escaping of each part in a partial that both use', () => {
    const files = {
      'body.text.hbs': `{{> partials/title}}${FOOTER}`,
      'partials/title.hbs': '{{@root.items.0.title}}|',
    };

    const mail = compileTemplate(template('{{> partials/title}}', files)).render(CONTEXT);

    expect(mail.html).toMatch(/^Pot &amp; Pan\|/);
    expect(mail.text).toMatch(/^Pot & Pan\|/);
  });

  it('makes one line of a subject, whatever a name holds', () => {
    const compiled = compileTemplate(template('', { 'subject.hbs': ' {{contact.firstName}}\n hello\n' }));
    const context = buildContext({ ...PARTS, contact: { ...PARTS.contact, firstName: 'Ken\r\nBcc: x@y.example' } });

    expect(compiled.render(context).subject).toBe('Ken Bcc: x@y.example hello');
  });

  it('prints nothing for what a contact or item lacks', () => {
    expect(
      render('[{{contact.lastName}}{{contact.attributes.unknown}}{{items.1.url}}{{money items.1.price "EUR"}}]'),
    ).toBe('[]');
  });

  it('loops with block parameters, parents, chunks and @first', () => {
    const html =
      '{{#each (chunk items 2) as |row|}}<{{#each row as |item|}}{{#if @first}}{{../../job.name}}:{{/if}}{{item.itemId}} {{/each}}>{{/each}}';

    expect(render(html)).toBe('<nightly-picks:i1 i2 ><nightly-picks:i3 >');
  });

  it('lays the named values of a partial over its context, and puts a block into a layout', () => {
    const files = {
      'layouts/main.hbs': '<{{title}}>{{> @partial-block}}</{{title}}>',
      'partials/card.hbs': '{{label}}={{title}};',
    };

    const html = render(
      '{{#> layouts/main title="x"}}{{#each items}}{{> partials/card label=@root.job.name}}{{/each}}{{/layouts/main}}',
      CONTEXT,
      files,
    );

    expect(html).toBe('<x>nightly-picks=Pot &amp; Pan;nightly-picks=Tea;nightly-picks=Cup;</x>');
  });

  it('gives no way to a prototype', () => {
    const context = buildContext({ ...PARTS, contact: { ...PARTS.contact, attributes: {} } });

    expect(render('[{{contact.attributes.constructor}}{{contact.attributes.__proto__}}]', context)).toBe('[]');
  });

  it('leaves out links of a scheme that a mail must not have', () => {
    const [item] = PARTS.items;
    const items = item === undefined ? [] : [{ ...item, url: 'javascript:alert(1)', image: 'file:///etc/passwd' }];

    expect(render('[{{items.0.url}}{{items.0.image}}]', buildContext({ ...PARTS, items }))).toBe('[]');
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
    ['pt', 'Hello Ken, 3 picks, English, Pot &amp; Pan'],
    ['xx-nonsense-', 'Hello Ken, 3 picks, English, Pot &amp; Pan'],
  ])('takes the nearest texts for %s', (locale, expected) => {
    const html = '{{t "hi" name=contact.firstName}}, {{t "picks" count=items.length}}, {{t "only"}}, {{items.0.title}}';

    expect(render(html, inLocale(locale), STRINGS)).toBe(expected);
  });

  it.each([
    ['en', '€1,234.50 1,234.5 November 24, 2026 3 picks'],
    ['de', '1.234,50\u00a0€ 1.234,5 24. November 2026 3 picks'],
    ['ja', '€1,234.50 1,234.5 2026年11月24日 3 picks'],
  ])('writes money, numbers, dates and plurals as %s does', (locale, expected) => {
    const html =
      '{{money items.0.price items.0.currency}} {{number items.0.price decimals=1}} {{date slot}} {{plural items.length one="{count} pick" other="{count} picks"}}';

    expect(render(html, inLocale(locale))).toBe(expected);
  });

  it('puts the family name first where the language does', () => {
    const name = (locale: string) =>
      render('{{contact.name}}', buildContext({ ...PARTS, contact: { ...PARTS.contact, lastName: 'Ito', locale } }));

    expect([name('en'), name('ja-JP')]).toEqual(['Ken Ito', 'Ito Ken']);
  });

  it('cuts sentences and texts where the language does', () => {
    const cut = (title: string, html: string, locale = 'en') =>
      render(
        html,
        buildContext({
          ...PARTS,
          contact: { ...PARTS.contact, locale },
          items: [{ itemId: 'i', title, categories: [], attributes: {} }],
        }),
      );

    expect(cut('One here. Two there.', '{{sentence items.0.title}}')).toBe('One here.');
    expect(cut('三杯分。きれいな弧。', '{{sentence items.0.title}}', 'ja')).toBe('三杯分。');
    expect(cut('a pot with a very long name', '{{truncate items.0.title 16}}')).toBe('a pot with a…');
    expect(cut('👨‍👩‍👧👨‍👩‍👧👨‍👩‍👧', '{{truncate items.0.title 2}}')).toBe('👨‍👩‍👧…');
  });
});

describe('what does not compile', () => {
  it('is shown with file, line, column and fix', () => {
    const error = failHtml('<p>\n  {{contact.frstName}}</p>');

    expect(formatError(error)).toBe(
      [
        'error[E_TEMPLATE_FIELD] templates/picks/body.html.hbs:2:5',
        '  {{contact.frstName}} names "frstName", which is not a field of contact; expected one of userId, email, firstName, lastName, name, locale, country, timeZone, attributes',
        '  fix: write "contact.firstName"',
      ].join('\n'),
    );
  });

  it.each([
    ['{{firstName}}', 'write "contact.firstName"'],
    ['{{items.title}}', 'write "items.0.title", or loop with {{#each items}}'],
    ['{{#each items}}{{titel}}{{/each}}', 'write "item.title"'],
    ['{{#each items}}{{contact.firstName}}{{/each}}', 'write "@root.contact"'],
    ['{{#each items}}{{../../job.name}}{{/each}}', 'write "@root." before a name of the whole mail'],
    ['{{contact}}', undefined],
    ['{{items}}', undefined],
    ['{{#each contact}}x{{/each}}', undefined],
    ['{{slot.year}}', undefined],
    ['{{@indx}}', undefined],
    ['{{{items.0.title}}}', 'write {{items.0.title}}'],
    ['{{&items.0.title}}', 'write {{items.0.title}}'],
    ['<a href={{items.0.url}}>x</a>', 'write ="{{items.0.url}}"'],
    ['{{mony items.0.price "EUR"}}', 'write "money"'],
    ['{{money items.0.price}}', 'write {{money price currency}}'],
    ['{{number items.0.price digits=2}}', 'write {{number value decimals=2}}'],
    ['{{plural items.length one="x"}}', 'write {{plural items.length one="{count} pick" other="{count} picks"}}'],
    ['{{lookup contact "userId"}}', undefined],
    ['{{#log items}}{{/log}}', undefined],
    ['{{#iff slot}}x{{/iff}}', 'write {{#if …}}'],
    ['{{#if slot job}}x{{/if}}', 'write {{#if items}}'],
    ['{{t "nope"}}', 'add "nope" to strings.en.yaml'],
    ['{{t slot}}', 'write {{t "key"}}'],
    ['{{#*inline "x"}}y{{/inline}}', undefined],
    ['{{> @partial-block}}', 'call the file with {{#> name}}…{{/name}}'],
    ['{{> (truncate slot 3)}}', undefined],
  ])('%s is E_TEMPLATE_FIELD', (html, fix) => {
    const error = failHtml(html);

    expect(error.code).toBe('E_TEMPLATE_FIELD');
    expect(error.where).toMatchObject({ file: 'templates/picks/body.html.hbs', line: 1 });
    expect(error.fix).toBe(fix);
  });

  it('is found within partials and layouts, where they stand, once', () => {
    const files = { 'partials/card.hbs': '<p>\n{{titel}}' };

    const error = failHtml('{{#each items}}{{> partials/card}}{{> partials/card}}{{/each}}', files);

    expect(error.where).toEqual({ file: 'templates/partials/card.hbs', line: 2, column: 3 });
    expect(error.others).toEqual([]);
  });

  it('tells a partial that does not exist, and the nearest one', () => {
    const error = failHtml('{{> partials/cart}}', { 'partials/card.hbs': 'x' });

    expect(error).toMatchObject({ code: 'E_TEMPLATE_MISSING', fix: 'write {{> partials/card}}' });
  });

  it('tells a partial that includes itself', () => {
    const files = { 'partials/a.hbs': '{{> partials/b}}', 'partials/b.hbs': '{{> partials/a}}' };

    expect(failHtml('{{> partials/a}}', files)).toMatchObject({
      code: 'E_TEMPLATE_SYNTAX',
      where: { file: 'templates/partials/b.hbs', line: 1, column: 1 },
    });
  });

  it.each([
    ['<p>\n{{#if slot}}x', 2, 'ends within a block or a tag'],
    ['<p>\n <b>{{slot', 2, undefined],
    ['<p>\n  {{#if slot}}{{/each}}', 2, "does not parse: if doesn't match each"],
  ])('%j is E_TEMPLATE_SYNTAX with its line', (html, line, message) => {
    const error = fail({
      name: 'picks',
      files: { 'subject.hbs': 'x', 'body.html.hbs': html, 'body.text.hbs': FOOTER },
    });

    expect(error.code).toBe('E_TEMPLATE_SYNTAX');
    expect(error.where).toMatchObject({ file: 'templates/picks/body.html.hbs', line });
    if (message !== undefined) expect(error.message).toBe(message);
  });

  it('is all told at once, with missing files', () => {
    const error = fail({ name: 'picks', files: { 'body.html.hbs': `{{a}}{{b}}${FOOTER}` } });

    expect([error, ...error.others].map(({ code, where }) => [code, where?.file])).toEqual([
      ['E_TEMPLATE_MISSING', 'templates/picks/subject.hbs'],
      ['E_TEMPLATE_MISSING', 'templates/picks/body.text.hbs'],
      ['E_TEMPLATE_FIELD', 'templates/picks/body.html.hbs'],
      ['E_TEMPLATE_FIELD', 'templates/picks/body.html.hbs'],
    ]);
  });

  it('names the job file for a subject that stands there', () => {
    const error = fail(template(''), { subject: '{{contact.nme}}', jobFile: 'jobs/nightly-picks.yaml' });

    expect(error.where).toEqual({ file: 'jobs/nightly-picks.yaml', step: 'content.subject' });
    expect(error.fix).toBe('write "contact.name"');
  });

  it.each([
    ['body.html.hbs', '{{sender.postalAddress}}', '{{unsubscribeUrl}}'],
    ['body.html.hbs', '{{unsubscribeUrl}}', '{{sender.postalAddress}}'],
    ['body.text.hbs', '{{sender.postalAddress}}', '{{unsubscribeUrl}}'],
    ['body.text.hbs', '{{unsubscribeUrl}}', '{{sender.postalAddress}}'],
  ])('is a %s that holds only %s', (file, text, missing) => {
    const error = fail(template('', { [file]: text }));

    expect(error).toMatchObject({ code: 'E_TEMPLATE_FIELD', where: { file: `templates/picks/${file}` } });
    expect(error.message).toContain(missing);
  });

  it('finds both required fields through a layout', () => {
    const files = {
      'layouts/main.hbs': `{{> @partial-block}}{{#with sender}}{{postalAddress}}{{/with}}{{@root.unsubscribeUrl}}`,
    };
    const html = '{{#> layouts/main}}x{{/layouts/main}}';

    expect(() =>
      compileTemplate({ ...template(''), files: { ...template('', files).files, 'body.html.hbs': html } }),
    ).not.toThrow();
  });

  it('is a text whose placeholder is not given in some language', () => {
    const files = { 'strings.en.yaml': 'hi: Hello', 'strings.de.yaml': 'hi: "Hallo {name}"' };

    expect(failHtml('{{t "hi"}}', files)).toMatchObject({ fix: 'write {{t "hi" name=…}}' });
  });

  it('is a strings file that is not YAML, or holds no texts', () => {
    const files = {
      'strings.en.yaml': 'a: [\n',
      'strings.de.yaml': 'a: hi\nb: 3\n',
      'strings.ja.yaml': 'a: { one: x }\n',
    };

    const error = failHtml('', files);

    expect([error, ...error.others].map(({ code, where }) => [code, where?.file, where?.line])).toEqual([
      ['E_TEMPLATE_FIELD', 'templates/picks/strings.de.yaml', 2],
      ['E_TEMPLATE_SYNTAX', 'templates/picks/strings.en.yaml', 2],
      ['E_TEMPLATE_FIELD', 'templates/picks/strings.ja.yaml', 1],
    ]);
  });
});

describe('attributes', () => {
  const html = '{{contact.attributes.level}}{{items.0.attributes.colour}}';

  it('are free where none are known, and are listed', () => {
    expect(compileTemplate(template(html)).attributes).toEqual({ contact: ['level'], item: ['colour'] });
  });

  it('are checked where the sample or the imported files name them', () => {
    const sample = { contact: { userId: 'u', attributes: { level: 'x' } }, items: [{ itemId: 'i', title: 't' }] };
    const files = template(html, { 'sample.json': JSON.stringify(sample) });

    expect(() => compileTemplate(files)).not.toThrow();
    expect(fail(files, { attributes: { item: ['colours'] } })).toMatchObject({
      code: 'E_TEMPLATE_FIELD',
      fix: 'write "item.attributes.colours"',
    });
  });

  it.each([['{'], ['[]'], ['{"contact": {"userId": 1}, "items": []}']])(
    'need a sample of its shape, unlike %s',
    (json) => {
      expect(failHtml('', { 'sample.json': json }).where).toEqual({ file: 'templates/picks/sample.json' });
    },
  );
});
