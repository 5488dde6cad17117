/** Params of a job in templates: what may be named, and what is printed. */
import { buildContext } from '../../src/content/context';
import { compileTemplate } from '../../src/content/template';
import { isNightjarError } from '../../src/errors';
import type { ParamType, ParamValues } from '../../src/job/params';

const FOOTER = '{{unsubscribeUrl}} {{sender.postalAddress}}';
const RULES: readonly { readonly name: string; readonly type: ParamType }[] = [
  { name: 'theme', type: 'string' },
  { name: 'least', type: 'number' },
  { name: 'isNew', type: 'boolean' },
  { name: 'launch', type: 'date' },
  { name: 'tags', type: 'list' },
];

function compile(html: string, params: typeof RULES | undefined = RULES) {
  const files = { 'subject.hbs': 'x', 'body.html.hbs': `${html}|${FOOTER}`, 'body.text.hbs': FOOTER };
  return compileTemplate({ name: 'picks', files }, { subject: 'On {{params.theme}}', jobFile: 'jobs/a.yaml', params });
}

async function render(html: string, params: ParamValues) {
  const item = (itemId: string) => ({ itemId, title: itemId, categories: [], attributes: {} });
  return (await compile(html)).render(
    buildContext({
      contact: { userId: 'u1', attributes: {} },
      items: [item('a'), item('b')],
      job: { name: 'theme-mail', params },
      unsubscribeUrl: 'https://shop.example/u',
      sender: { name: 'Shop', postalAddress: '1 Market Street' },
      publicUrl: 'https://shop.example',
      slot: '2026-03-02',
    }),
  );
}

async function problemOf(html: string, params?: typeof RULES): Promise<string> {
  try {
    await compile(html, params);
  } catch (error) {
    if (isNightjarError(error)) return `${error.message} => ${error.fix}`;
    throw error;
  }
  return 'no problem';
}

const VALUES = {
  theme: '<b>tea</b> {{contact.email}}',
  least: 2.5,
  isNew: false,
  launch: '2026-03-09',
  tags: ['x', 'y'],
};

it('prints values escaped, and none as a template', async () => {
  const mail = await render('{{params.theme}} {{params.least}} {{date params.launch}}', VALUES);

  expect(mail.html.split('|')[0]).toBe('&lt;b&gt;tea&lt;/b&gt; {{contact.email}} 2.5 March 9, 2026');
  expect(mail.subject).toBe('On <b>tea</b> {{contact.email}}');
});

it('tests, loops and joins them', async () => {
  const html =
    '{{#if params.isNew}}new{{else}}old{{/if}} {{#each params.tags}}[{{this}}]{{/each}} {{join params.tags "+"}} {{#each items}}{{@root.params.least}}{{title}} {{/each}}';

  expect((await render(html, VALUES)).html.split('|')[0]).toBe('old [x][y] x+y 2.5a 2.5b ');
});

it('refuses names that the job does not declare', async () => {
  expect(await problemOf('{{params.them}}')).toBe(
    '{{params.them}} names "them", which is not a field of params; expected one of theme, least, isNew, launch, tags => write "params.theme"',
  );
  expect(await problemOf('{{params.tags}}')).toContain("{{params.tags}} is a list and can't be printed as it is");
  expect(await problemOf('{{#each items}}{{params.theme}}{{/each}}')).toContain('write "@root.params"');
  expect(await problemOf('', [])).toBe(
    '{{params.theme}} names a param, and the job declares none => add "params: { theme: { type: string } }" to the job file',
  );
});
