/** What templates can say of reasons, themes and sections. */
import { buildContext } from '../../src/content/context';
import { readSample } from '../../src/content/sample';
import { compileTemplate } from '../../src/content/template';
import type { Item } from '../../src/job/people';
import { FOOTER, PARTS, refusalOf } from './support/mail-context';

const item = (title: string): Item => ({ itemId: title, title, categories: [], attributes: {} });
const [pot, tea, cup] = [item('Pot & Pan'), item('Tea'), item('Cup')];

const template = (body: string) => ({
  name: 'letter',
  files: { 'subject.hbs': 'x', 'body.html.hbs': `${body}¦${FOOTER}`, 'body.text.hbs': FOOTER },
});

async function render(body: string, parts: Partial<typeof PARTS> = {}): Promise<string> {
  const compiled = await compileTemplate(template(body), { sections: ['fresh', 'goes'] });
  const context = buildContext({
    ...PARTS,
    sections: { fresh: { title: 'New', items: [tea] }, goes: { items: [cup], because: pot, theme: 'Quiet evenings' } },
    ...parts,
  });
  return compiled.render(context).html.split('¦')[0] ?? '';
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
  expect(wrong.fix).toContain('{{#each sections}}');
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
