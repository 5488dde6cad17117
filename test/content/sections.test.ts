/** What templates can say of reasons, themes and sections. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { buildContext } from '../../src/content/context';
import { readSample } from '../../src/content/sample';
import { compileTemplate, type TemplateFiles } from '../../src/content/template';
import type { Item } from '../../src/job/people';
import { FOOTER, mjmlTemplate, PARTS, refusalOf } from './support/mail-context';

const item = (title: string): Item => ({ itemId: title, title, categories: [], attributes: {} });
const [pot, tea, cup] = [item('Pot & Pan'), item('Tea'), item('Cup')];

const template = (body: string) => ({
  name: 'letter',
  files: { 'subject.hbs': 'x', 'body.html.hbs': `${body}¦${FOOTER}`, 'body.text.hbs': FOOTER },
});

const renderMjml = (body: string, files: Readonly<Record<string, string>> = {}) =>
  renderHtml(mjmlTemplate(body, files));

async function render(body: string, parts: Partial<typeof PARTS> = {}): Promise<string> {
  return (await renderHtml(template(body), parts)).split('¦')[0] ?? '';
}

async function renderHtml(files: TemplateFiles, parts: Partial<typeof PARTS> = {}): Promise<string> {
  const compiled = await compileTemplate(files, { sections: ['fresh', 'goes'] });
  const context = buildContext({
    ...PARTS,
    sections: { fresh: { title: 'New', items: [tea] }, goes: { items: [cup], because: pot, theme: 'Quiet evenings' } },
    ...parts,
  });
  return compiled.render(context).html;
}

it('loops over sections in their order, and names one of them', async () => {
  const loop = '{{#each sections}}{{name}} {{title}} {{because.title}} {{#each items}}{{title}}{{/each}};{{/each}}';
  expect(await render(loop)).toBe('fresh New  Tea;goes Quiet evenings Pot &amp; Pan Cup;');
  expect(await render('{{#each sections.goes.items}}{{title}}{{/each}}')).toBe('Cup');
  expect(await render('{{#with sections.goes}}{{theme}}{{/with}}')).toBe('Quiet evenings');
});

it('prints nothing for what is not there', async () => {
  const body =
    '{{#if because}}a{{/if}}{{theme}}{{#if sections.fresh}}b{{/if}}{{#each (chunk sections.goes.items 2)}}c{{/each}}';
  expect(await render(body, { sections: {} })).toBe('');
  expect(await render(body)).toBe('bc');
  expect(await render('{{because.title}}{{#if sections.fresh.theme}}{{/if}}', { because: pot, theme: 'x' })).toBe(
    'Pot &amp; Pan',
  );
});

it('refuses a body that shows none of the sections that the job buys', async () => {
  const wrong = await refusalOf(template('{{because.title}}'), { sections: ['fresh', 'goes'] });
  expect(wrong.message).toContain('the html body shows no sections, and the job buys fresh, goes for it');
  const loop = /^add (.*), or remove content\.sections$/.exec(wrong.fix ?? '')?.[1] ?? '';
  expect(await render(loop)).toBe('<h2>New</h2><p>Tea</p><h2>Quiet evenings</h2><p>Cup</p>');
});

const inBody = (text: string) => `<mjml><mj-body>${text}<mj-raw>${FOOTER}</mj-raw></mj-body></mjml>`;

it('names a loop that an MJML body can hold', async () => {
  const wrong = await refusalOf(mjmlTemplate(inBody('')), { sections: ['fresh', 'goes'] });
  const loop = /^add (.*), or remove content\.sections$/.exec(wrong.fix ?? '')?.[1] ?? '';
  const html = await renderMjml(inBody(loop));
  expect(html).toMatch(/New<.*Tea<.*Quiet evenings<.*Cup</s);
  const layout = { 'layouts/shop.hbs': inBody('{{> @partial-block}}') };
  expect(await renderMjml(`{{#> layouts/shop title="x"}}${loop}{{/layouts/shop}}`, layout)).toBe(html);
});

it('shows sections by the loops of the manual', async () => {
  const page = readFileSync(join(__dirname, '../../docs/sources.md'), 'utf8');
  const [mjml = '', html = ''] = [...page.matchAll(/^```hbs\n([\s\S]*?)^```$/gm)].map(([, text = '']) => text);
  expect(await renderMjml(inBody(mjml))).toMatch(/New<.*Tea<.*Quiet evenings<.*Cup</s);
  expect(await render(html)).toMatch(/<h2>New<\/h2>\n<p>.*Tea.*<h2>Quiet evenings<\/h2>\n<p>.*Cup/s);
});

it('refuses sections that the job does not have', async () => {
  const wrong = await refusalOf(template('{{#each sections.frsh.items}}{{/each}}'), { sections: ['fresh'] });
  expect(wrong.message).toContain('names "frsh", which is not a field of sections; expected one of fresh');
  expect(wrong.fix).toBe('write "sections.fresh"');
  const none = await refusalOf(template('{{sections.fresh.title}}'));
  expect(none.message).toContain('names a section, and the job has none');
  expect((await refusalOf(template('{{#each sections}}{{titel}}{{/each}}'))).message).toContain('"titel"');
});

it('reads them from a sample', () => {
  const one = { itemId: 'a', title: 'A', attributes: { theme: 'x' } };
  const { contact } = PARTS;
  const json = { contact, items: [one], because: one, theme: 'T', sections: { fresh: { title: 'New', items: [one] } } };
  const { sample, problems, attributes } = readSample(JSON.stringify(json), 'sample.json');
  expect(problems).toEqual([]);
  expect(sample).toMatchObject({ because: { itemId: 'a' }, theme: 'T', sections: { fresh: { title: 'New' } } });
  expect(attributes.item).toEqual(['theme']);
  const empty = { ...json, sections: { fresh: { items: [] } } };
  expect(readSample(JSON.stringify(empty), 'sample.json').problems[0]?.message).toContain('sections.fresh.items');
});
