import fc from 'fast-check';
import { flatten } from '../../src/content/markup/flatten';
import { compileMjml } from '../../src/content/markup/mjml';
import { HOLDS_BLOCKS, MJML_ELEMENTS } from '../../src/content/markup/mjml-elements';
import { compileTemplate } from '../../src/content/template';
import { formatError } from '../../src/errors';
import { contextOf, FOOTER, mjmlTemplate, refusalOf } from './support/mail-context';

const TAG = /\{\{[^}]*\}\}/g;
const count = (text: string) => {
  const counts = new Map<string, number>();
  for (const [tag] of text.matchAll(TAG)) counts.set(tag, (counts.get(tag) ?? 0) + 1);
  return counts;
};

const source = (text: string) => ({ path: 'templates/picks/body.mjml.hbs', text });
const compile = (text: string) => compileMjml(flatten(source(text), new Map()));
const inBody = (text: string) => `<mjml><mj-body>\n${text}\n</mj-body></mjml>`;
const inColumn = (text: string) => inBody(`<mj-section><mj-column>\n${text}\n</mj-column></mj-section>`);

const WHOLE = `{{#if contact.firstName}}<mjml lang="{{locale}}" dir="{{dir}}">
<mj-head>
  <mj-title>{{sender.name}}</mj-title>
  <mj-preview>{{preheader}}</mj-preview>
  {{#if slot}}<mj-style>.a { color: red; }</mj-style>{{/if}}
</mj-head>
<mj-body>
  {{#each items}}
  <mj-section css-class="{{itemId}}">
    {{#if price}}<mj-column width="50%"><mj-text>{{title}} {{#if price}}{{money price currency}}{{else}}–{{/if}}</mj-text></mj-column>{{/if}}
    <mj-column width="50%">
      {{#if image}}<mj-image src="{{image}}" alt="{{title}}" href="{{#if url}}{{url}}{{else}}{{@root.publicUrl}}{{/if}}" />{{else}}<mj-spacer height="20px" />{{/if}}
      <mj-button href="{{url}}">{{t "see"}}</mj-button>
      <mj-table>{{#each categories}}<tr><td>{{this}}</td></tr>{{/each}}</mj-table>
      <mj-raw>{{stock}}</mj-raw>
    </mj-column>
  </mj-section>
  {{else}}
  <mj-wrapper>{{#unless slot}}<mj-section><mj-group>{{#with contact}}<mj-column><mj-text>{{name}}</mj-text></mj-column>{{/with}}</mj-group></mj-section>{{/unless}}</mj-wrapper>
  {{/each}}
  <!--[if mso]>{{userId}}<![endif]-->
</mj-body>
</mjml>{{/if}}`;

describe('Handlebars in MJML', () => {
  it('is all there afterwards: no tag is lost, and those between elements keep their number and order', async () => {
    const { text, problems } = await compile(WHOLE);

    expect(problems).toEqual([]);
    const [before, after] = [count(WHOLE), count(text ?? '')];
    for (const [tag, times] of before) expect([tag, (after.get(tag) ?? 0) >= times]).toEqual([tag, true]);
    expect([...after.keys()].sort()).toEqual([...before.keys()].sort());
    const blocks = (all: string) => [...all.matchAll(/\{\{[#/][a-z]+/g)].map(([block]) => block);
    expect(blocks(text ?? '')).toEqual(blocks(WHOLE));
  });

  it('is all there whatever the blocks and where they stand', async () => {
    const value = fc.constantFrom(
      '{{title}}',
      '{{t "a" b="<c>"}}',
      '{{truncate title 3}}',
      '{{@root.slot}}',
      'x &amp; y',
    );
    const wrap = (inner: fc.Arbitrary<string>) =>
      fc
        .tuple(fc.constantFrom('', 'if slot', 'each items', 'unless price', 'with contact'), inner, fc.boolean(), inner)
        .map(([block, one, isTwofold, other]) =>
          block === '' ? one : `{{#${block}}}${one}${isTwofold ? `{{else}}${other}` : ''}{{/${block.split(' ')[0]}}}`,
        );
    const many = (inner: fc.Arbitrary<string>) => fc.array(wrap(inner), { maxLength: 3 }).map((all) => all.join('\n'));
    const text = fc.array(wrap(value), { maxLength: 3 }).map((all) => all.join(' '));
    const element = fc.oneof(
      text.map((inner) => `<mj-text css-class="a">${inner}</mj-text>`),
      fc
        .tuple(value, text)
        .map(([href, inner]) => `<mj-button href="${href.replaceAll('"', "'")}">${inner}</mj-button>`),
      wrap(value).map((alt) => `<mj-image src="https://x.example/a.png" alt="${alt.replaceAll('"', "'")}" />`),
      text.map((inner) => `<mj-table><tr><td>${inner}</td></tr></mj-table>`),
      fc.constant('<mj-divider />'),
    );
    const column = many(element).map((inner) => `<mj-column width="50%">${inner}</mj-column>`);
    const section = many(column).map((inner) => `<mj-section>${inner}</mj-section>`);
    const body = many(
      fc.oneof(
        section,
        many(section).map((inner) => `<mj-wrapper>${inner}</mj-wrapper>`),
      ),
    );
    await fc.assert(
      fc.asyncProperty(body, async (inner) => {
        const { text: html, problems } = await compile(inBody(inner));

        expect(problems).toEqual([]);
        const tags = (all: string) => [...all.matchAll(/\{\{[\s\S]*?\}\}/g)].map(([tag]) => tag);
        expect(tags(html ?? '')).toEqual(tags(inner));
      }),
      { numRuns: 60 },
    );
  });

  it('stands between the elements of everything that can hold it', async () => {
    const around: Readonly<Record<string, string>> = {
      'mj-head': '<mjml><mj-head>X<mj-title>t</mj-title>X</mj-head><mj-body></mj-body></mjml>',
      'mj-body': inBody('X<mj-section></mj-section>X'),
      'mj-wrapper': inBody('<mj-wrapper>X<mj-section></mj-section>X</mj-wrapper>'),
      'mj-section': inBody('<mj-section>X<mj-column></mj-column>X</mj-section>'),
      'mj-group': inBody('<mj-section><mj-group>X<mj-column></mj-column>X</mj-group></mj-section>'),
      'mj-column': inColumn('X<mj-text>t</mj-text>X'),
      'mj-hero': inBody('<mj-hero>X<mj-text>t</mj-text>X</mj-hero>'),
      'mj-social': inColumn('<mj-social>X<mj-social-element>t</mj-social-element>X</mj-social>'),
      'mj-navbar': inColumn('<mj-navbar>X<mj-navbar-link>t</mj-navbar-link>X</mj-navbar>'),
      'mj-accordion': inColumn(
        '<mj-accordion>X<mj-accordion-element><mj-accordion-title>t</mj-accordion-title></mj-accordion-element>X</mj-accordion>',
      ),
      'mj-accordion-element': inColumn(
        '<mj-accordion><mj-accordion-element>X<mj-accordion-title>t</mj-accordion-title>X</mj-accordion-element></mj-accordion>',
      ),
    };
    expect(Object.keys(around).sort()).toEqual([...HOLDS_BLOCKS].sort());

    for (const [name, text] of Object.entries(around)) {
      const filled = text.replace('X', '{{#if slot}}').replace('X', '{{/if}}');
      const { text: html, problems } = await compile(filled);
      expect([name, problems.map(({ message }) => message)]).toEqual([name, []]);
      expect(html?.match(/\{\{#if slot\}\}[\s\S]*\{\{\/if\}\}/)).not.toBeNull();
    }
  });

  it('knows every element of MJML, and which of them hold text', () => {
    const { components }: { components: Record<string, { endingTag?: boolean }> } = jest.requireActual('mjml-core');
    jest.requireActual('mjml');

    for (const [name, component] of Object.entries(components)) {
      expect([name, MJML_ELEMENTS[name]]).toEqual([name, component.endingTag === true]);
    }
  });

  it.each([
    ['text between elements', inBody('Hello'), 2, 1, 'put it into <mj-text>, or into <mj-raw> if it is HTML'],
    ['a value between elements', inColumn('  {{slot}}'), 3, 3, 'write <mj-text>{{slot}}</mj-text>'],
    [
      'a block among attributes',
      inColumn('<mj-text\n {{#if slot}}align="left"{{/if}}>x</mj-text>'),
      4,
      2,
      'put the block around the value, attribute="{{#if …}}…{{/if}}", or around the element',
    ],
    [
      'a block in a carousel',
      inColumn('<mj-carousel>\n{{#each items}}<mj-carousel-image src="{{image}}" />{{/each}}</mj-carousel>'),
      4,
      1,
      'put the block around the whole <mj-carousel>',
    ],
    ['an element that is none', inColumn('<mj-txt>x</mj-txt>'), 3, 1, 'write <mj-text>'],
    ['an attribute that is none', inColumn('<mj-text colour="red">x</mj-text>'), 3, 1, undefined],
    ['a width that is only known later', inColumn('<mj-image width="{{slot}}" src="x" />'), 3, 1, undefined],
    ['an include', inBody('<mj-include path="x.mjml" />'), 2, 1, 'write {{> partials/name}}'],
    [
      'a class that no element has',
      `<mjml><mj-head><mj-attributes>\n<mj-class name="x" css-class="{{slot}}" /></mj-attributes></mj-head><mj-body></mj-body></mjml>`,
      2,
      31,
      'move it into <mj-text>, or the block around a whole element',
    ],
  ])('refuses %s, with its place', async (_, text, line, column, fix) => {
    const { text: html, problems } = await compile(text);

    expect(html).toBeUndefined();
    expect(problems[0]?.where).toEqual({ file: 'templates/picks/body.mjml.hbs', line, column });
    expect(problems[0]?.fix).toBe(fix);
  });
});

const SHOP = `{{#> layouts/mail title="Picks"}}
{{#each items as |thing|}}<mj-section>{{> partials/card item=thing label="No."}}</mj-section>{{/each}}
{{/layouts/mail}}`;
const SECTION = `<mj-section><mj-column><mj-text>${FOOTER}</mj-text></mj-column></mj-section>`;
const SHARED = {
  'layouts/mail.hbs': `<mjml><mj-head><mj-title>{{title}}</mj-title></mj-head><mj-body>{{> @partial-block}}
<mj-section><mj-column><mj-text>${FOOTER}</mj-text></mj-column></mj-section></mj-body></mjml>`,
  'partials/card.hbs': '<mj-column><mj-text>{{label}} {{item.title}}</mj-text></mj-column>',
};

describe('a template in MJML', () => {
  it('renders partials and layouts that hold MJML, once per item', async () => {
    const template = await compileTemplate(mjmlTemplate(SHOP, SHARED));

    const { html } = template.render(contextOf());

    expect(html).toMatch(/^<!doctype html>/i);
    expect(html).toContain('<title>Picks</title>');
    expect(html.match(/No\. [A-Z][^<]*/g)).toEqual(['No. Pot &amp; Pan', 'No. Tea', 'No. Cup']);
    expect(html).not.toMatch(/\{\{|<.?mj-|njtag|fonts\.googleapis/);
    const open = html.match(/<!--\[if [^\]]*\]>/g) ?? [];
    expect(html.match(/<!\[endif\]-->/g)).toHaveLength(open.length);
  });

  it('hides the preview without giving it a colour that it could not be read in', async () => {
    const head = '<mj-head><mj-preview>{{preheader}}</mj-preview></mj-head>';
    const template = await compileTemplate(
      mjmlTemplate(`<mjml>${head}<mj-body>${SECTION}</mj-body></mjml>`, { 'preheader.hbs': 'Pots' }),
    );

    expect(template.render(contextOf()).html).toMatch(/<div style="display:none;(?!color)[^"]*">Pots/);
    expect(template.render(contextOf()).html).not.toContain('color:#ffffff');
  });

  it('runs from right to left where the language does', async () => {
    const template = await compileTemplate(mjmlTemplate(`<mjml dir="{{dir}}"><mj-body>${SECTION}</mj-body></mjml>`));
    const directions = (locale: string) =>
      template.render(contextOf({ locale })).html.match(/(?<=direction:)\w+|(?<=dir=")\w+/g);

    expect(new Set(directions('ar'))).toEqual(new Set(['rtl']));
    expect(new Set(directions('en'))).toEqual(new Set(['ltr']));
  });

  it('names the partial that is wrong, with its line', async () => {
    const files = { ...SHARED, 'partials/card.hbs': '<mj-column>\n  <mj-txet>{{item.title}}</mj-txet></mj-column>' };

    const error = await refusalOf(mjmlTemplate(SHOP, files));

    expect(formatError(error)).toBe(
      [
        'error[E_TEMPLATE_SYNTAX] templates/partials/card.hbs:2:3',
        '  <mj-txet> is not an element of MJML',
        '  fix: write <mj-text>',
      ].join('\n'),
    );
  });

  it('is one of two bodies', async () => {
    const both = mjmlTemplate(SHOP, { ...SHARED, 'body.html.hbs': FOOTER });

    expect(await refusalOf(both)).toMatchObject({ code: 'E_TEMPLATE_SYNTAX', fix: 'remove one of them' });
  });
});
