import { type CompileOptions, compileTemplate, type TemplateFiles } from '../../src/content/template';
import { formatError, isNightjarError, type NightjarError } from '../../src/errors';

const FOOTER = '{{unsubscribeUrl}} {{sender.postalAddress}}';

function template(html: string, files: Readonly<Record<string, string>> = {}): TemplateFiles {
  return {
    name: 'picks',
    files: { 'subject.hbs': 'Picks', 'body.html.hbs': `${html}${FOOTER}`, 'body.text.hbs': FOOTER, ...files },
  };
}

async function fail(files: TemplateFiles, options: CompileOptions = {}): Promise<NightjarError> {
  try {
    await compileTemplate(files, options);
  } catch (error) {
    if (isNightjarError(error)) return error;
    throw error;
  }
  throw new Error('the template compiles');
}

const failHtml = (html: string, files: Readonly<Record<string, string>> = {}) => fail(template(html, files));

describe('what does not compile', () => {
  it('is shown with file, line, column and fix', async () => {
    const error = await failHtml('<p>\n  {{contact.frstName}}</p>');

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
    ['{{date slot style="huge"}}', 'write {{date slot style="long"}}'],
    ['{{#each items as |x|}}{{> partials/x}}{{/each}}', 'give the block parameter another name than "x"'],
    ['{{#*inline "x"}}y{{/inline}}', undefined],
    ['{{> @partial-block}}', 'call the file with {{#> name}}…{{/name}}'],
    ['{{> (truncate slot 3)}}', undefined],
  ])('%s is E_TEMPLATE_FIELD', async (html, fix) => {
    const error = await failHtml(html, { 'partials/x.hbs': '{{x.title}}' });

    expect(error.code).toBe('E_TEMPLATE_FIELD');
    expect(error.where).toMatchObject({
      file: /> partials\/x/.test(html) ? 'templates/partials/x.hbs' : 'templates/picks/body.html.hbs',
      line: 1,
    });
    expect(error.fix).toBe(fix);
  });

  it('is an attribute that items are not grouped by', async () => {
    const sample = { contact: { userId: 'u' }, items: [{ itemId: 'i', title: 't', attributes: { theme: 'x' } }] };
    const error = await failHtml('{{#each (groupBy items "themes")}}{{name}}{{/each}}', {
      'sample.json': JSON.stringify(sample),
    });

    expect(error).toMatchObject({ code: 'E_TEMPLATE_FIELD', fix: 'write (groupBy items "theme")' });
  });

  it('is found within partials and layouts, where they stand, once', async () => {
    const files = { 'partials/card.hbs': '<p>\n{{titel}}' };

    const error = await failHtml('{{#each items}}{{> partials/card}}{{> partials/card}}{{/each}}', files);

    expect(error.where).toEqual({ file: 'templates/partials/card.hbs', line: 2, column: 3 });
    expect(error.others).toEqual([]);
  });

  it('tells a partial that does not exist, and the nearest one', async () => {
    const error = await failHtml('{{> partials/cart}}', { 'partials/card.hbs': 'x' });

    expect(error).toMatchObject({ code: 'E_TEMPLATE_MISSING', fix: 'write {{> partials/card}}' });
  });

  it('tells a partial that includes itself', async () => {
    const files = { 'partials/a.hbs': '{{> partials/b}}', 'partials/b.hbs': '{{> partials/a}}' };

    expect(await failHtml('{{> partials/a}}', files)).toMatchObject({
      code: 'E_TEMPLATE_SYNTAX',
      where: { file: 'templates/partials/b.hbs', line: 1, column: 1 },
    });
  });

  it.each([
    ['<p>\n{{#if slot}}x', 2, 'ends within a block or a tag'],
    ['<p>\n <b>{{slot', 2, undefined],
    ['<p>\n  {{#if slot}}{{/each}}', 2, "does not parse: if doesn't match each"],
  ])('%j is E_TEMPLATE_SYNTAX with its line', async (html, line, message) => {
    const error = await fail({
      name: 'picks',
      files: { 'subject.hbs': 'x', 'body.html.hbs': html, 'body.text.hbs': FOOTER },
    });

    expect(error.code).toBe('E_TEMPLATE_SYNTAX');
    expect(error.where).toMatchObject({ file: 'templates/picks/body.html.hbs', line });
    if (message !== undefined) expect(error.message).toBe(message);
  });

  it('is all told at once, with missing files', async () => {
    const error = await fail({ name: 'picks', files: { 'body.html.hbs': `{{a}}{{b}}${FOOTER}` } });

    expect([error, ...error.others].map(({ code, where }) => [code, where?.file])).toEqual([
      ['E_TEMPLATE_MISSING', 'templates/picks/subject.hbs'],
      ['E_TEMPLATE_MISSING', 'templates/picks/body.text.hbs'],
      ['E_TEMPLATE_FIELD', 'templates/picks/body.html.hbs'],
      ['E_TEMPLATE_FIELD', 'templates/picks/body.html.hbs'],
    ]);
  });

  it('names the job file for a subject that stands there', async () => {
    const error = await fail(template(''), { subject: '{{contact.nme}}', jobFile: 'jobs/nightly-picks.yaml' });

    expect(error.where).toEqual({ file: 'jobs/nightly-picks.yaml', step: 'content.subject' });
    expect(error.fix).toBe('write "contact.name"');
  });

  it.each([
    ['body.html.hbs', '{{sender.postalAddress}}', '{{unsubscribeUrl}}'],
    ['body.html.hbs', '{{unsubscribeUrl}}', '{{sender.postalAddress}}'],
    ['body.text.hbs', '{{sender.postalAddress}}', '{{unsubscribeUrl}}'],
    ['body.text.hbs', '{{unsubscribeUrl}}', '{{sender.postalAddress}}'],
  ])('is a %s that holds only %s', async (file, text, missing) => {
    const error = await fail(template('', { [file]: text }));

    expect(error).toMatchObject({ code: 'E_TEMPLATE_FIELD', where: { file: `templates/picks/${file}` } });
    expect(error.message).toContain(missing);
  });

  it('finds both required fields through a layout', async () => {
    const files = {
      'layouts/main.hbs': `{{> @partial-block}}{{#with sender}}{{postalAddress}}{{/with}}{{@root.unsubscribeUrl}}`,
    };
    const html = '{{#> layouts/main}}x{{/layouts/main}}';

    await expect(
      compileTemplate({ ...template(''), files: { ...template('', files).files, 'body.html.hbs': html } }),
    ).resolves.toBeDefined();
  });

  it('is a text whose placeholder is not given in some language', async () => {
    const files = { 'strings.en.yaml': 'hi: Hello', 'strings.de.yaml': 'hi: "Hallo {name}"' };

    expect(await failHtml('{{t "hi"}}', files)).toMatchObject({ fix: 'write {{t "hi" name=…}}' });
  });

  it('is a strings file that is not YAML, or holds no texts', async () => {
    const files = {
      'strings.en.yaml': 'a: [\n',
      'strings.de.yaml': 'a: hi\nb: 3\n',
      'strings.ja.yaml': 'a: { one: x }\n',
    };

    const error = await failHtml('', files);

    expect([error, ...error.others].map(({ code, where }) => [code, where?.file, where?.line])).toEqual([
      ['E_TEMPLATE_FIELD', 'templates/picks/strings.de.yaml', 2],
      ['E_TEMPLATE_SYNTAX', 'templates/picks/strings.en.yaml', 2],
      ['E_TEMPLATE_FIELD', 'templates/picks/strings.ja.yaml', 1],
    ]);
  });
});

describe('attributes', () => {
  const html = '{{contact.attributes.level}}{{items.0.attributes.colour}}';

  it('are free where none are known, and are listed', async () => {
    expect((await compileTemplate(template(html))).attributes).toEqual({ contact: ['level'], item: ['colour'] });
  });

  it('are checked where the sample or the imported files name them', async () => {
    const sample = { contact: { userId: 'u', attributes: { level: 'x' } }, items: [{ itemId: 'i', title: 't' }] };
    const files = template(html, { 'sample.json': JSON.stringify(sample) });

    await expect(compileTemplate(files)).resolves.toBeDefined();
    expect(await fail(files, { attributes: { item: ['colours'] } })).toMatchObject({
      code: 'E_TEMPLATE_FIELD',
      fix: 'write "item.attributes.colours"',
    });
  });

  it.each([['{'], ['[]'], ['{"contact": {"userId": 1}, "items": []}']])(
    'need a sample of its shape, unlike %s',
    async (json) => {
      expect((await failHtml('', { 'sample.json': json })).where).toEqual({ file: 'templates/picks/sample.json' });
    },
  );
});
