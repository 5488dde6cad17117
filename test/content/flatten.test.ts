import fc from 'fast-check';
import { createFormats } from '../../src/content/formats';
import { flatten } from '../../src/content/markup/flatten';
import { cutTags } from '../../src/content/markup/tags';
import { compileText } from '../../src/content/render';
import { readStrings } from '../../src/content/strings';
import { contextOf } from './support/mail-context';

const source = (text: string) => ({ path: 'a.hbs', text });
const { strings } = readStrings({ files: {}, locate: (file) => file });
const none = new Map();

/** Rendered by Handlebars' own partials, and with the partials in place; lines differ where a tag stood alone. */
function renderBoth(text: string, shared: Readonly<Record<string, string>>) {
  const partials = new Map(Object.entries(shared).map(([name, one]) => [name, source(one)]));
  const options = { escape: true, strings, formats: createFormats() };
  const flat = flatten(source(text), partials)
    .map((piece) => piece.text)
    .join('');
  const strip = (html: string) => html.replaceAll(/\s+/g, '');
  const [own, ours] = [compileText(text, { ...options, partials }), compileText(flat, { ...options, partials: none })];
  return { flat, own: strip(own(contextOf())), ours: strip(ours(contextOf())) };
}

const value = fc.constantFrom(
  '{{title}}',
  '{{@root.job.name}}',
  '{{label}}',
  '{{contact.firstName}}',
  '{{this.itemId}}',
  '{{@index}}',
  'x ',
  '{{! c }}',
  '{{!-- }} --}}',
  '"{{truncate title 3}}"',
);
const named = fc.constantFrom(
  '',
  ' label="a>b"',
  ' label=title',
  ' @root.contact',
  ' @root.contact label=(eq title "x")',
  " label='}}'",
);
const { body } = fc.letrec<{ body: string }>((tie) => ({
  body: fc.oneof(
    { maxDepth: 3 },
    value,
    fc.tuple(tie('body'), tie('body')).map((parts) => parts.join('')),
    fc
      .tuple(fc.constantFrom('{{#if title}}', '{{#unless label}}'), tie('body'), tie('body'))
      .map(([open, yes, no]) => `${open}${yes}{{else}}${no}{{/${open.slice(3).split(' ')[0]}}}`),
    tie('body').map((one) => `{{#each @root.items}}${one}{{/each}}`),
    fc.tuple(named, fc.constantFrom('', '~')).map(([values, trim]) => `{{${trim}> partials/card${values}${trim}}}`),
    fc.tuple(named, tie('body')).map(([values, one]) => `{{#> layouts/main${values}}}${one}{{/layouts/main}}`),
  ),
}));
const leafBody = fc
  .array(fc.oneof(value, fc.constant('{{#each @root.items}}{{title}}{{label}}{{/each}}')), { maxLength: 4 })
  .map((all) => all.join(''));

describe('a template with its partials in place', () => {
  it('means what Handlebars makes of its partials', () => {
    fc.assert(
      fc.property(body, leafBody, leafBody, fc.boolean(), (text, card, around, twice) => {
        const shared = {
          'partials/card': card,
          'layouts/main': `${around}{{> partials/card}}{{> @partial-block${twice ? ' label="again"' : ''}}}{{#if title}}{{> @partial-block}}{{/if}}`,
        };
        const { flat, own, ours } = renderBoth(text, shared);
        expect(flat).not.toMatch(/\{\{~?#?>/);
        expect(ours).toBe(own);
      }),
      { numRuns: 300 },
    );
  });

  it('keeps every character of a text, cut into tags and what stands between', () => {
    const text = fc.array(
      fc.constantFrom(
        '{{a}}',
        '\\{{b}}',
        '<p a="{{c "}}" d=\'}}\'}}">',
        '{{#each [x}}y]}}',
        '{{/each}}',
        'z\n',
        '{',
        '}}',
        '{{else}}',
        '{{~> q ~}}',
      ),
      { maxLength: 8 },
    );
    fc.assert(
      fc.property(text, (parts) => {
        const whole = parts.join('');
        expect(
          cutTags(source(whole))
            .map((piece) => piece.text)
            .join(''),
        ).toBe(whole);
      }),
    );
  });
});
