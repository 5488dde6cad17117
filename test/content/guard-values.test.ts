/** Values where escaping HTML is not enough: addresses and styles. */
import { compileTemplate } from '../../src/content/template';
import { contextOf, FOOTER } from './support/mail-context';

const MJML_FOOTER = `<mj-section><mj-column><mj-text>${FOOTER}</mj-text></mj-column></mj-section>`;
const mjml = (body: string) => `<mjml><mj-body>${body}${MJML_FOOTER}</mj-body></mjml>`;

async function render(body: Readonly<Record<string, string>>, attributes: Readonly<Record<string, string>>) {
  const files = { 'subject.hbs': 'x', 'body.text.hbs': FOOTER, ...body };
  return (await compileTemplate({ name: 'guard', files })).render(contextOf({ attributes }, {})).html;
}
const html = (body: string, x: string) =>
  render({ 'body.html.hbs': `${body}|${FOOTER}` }, { x }).then((all) => all.split('|')[0]);

const LINK = '<a href="{{contact.attributes.x}}">a</a>';

it.each([
  ['javascript:alert(1)', ''],
  [' java\tscript:alert(1)', ''],
  ['\u0001vbscript:x', ''],
  ['data:text/html,x', ''],
  ['https://shop.example/a?b&c', 'https://shop.example/a?b&amp;c'],
  ['mailto:me@shop.example', 'mailto:me@shop.example'],
  ['/path:1', '/path:1'],
])('an address of a contact that is %j becomes %j', async (x, shown) => {
  expect(await html(LINK, x)).toBe(`<a href="${shown}">a</a>`);
});

it('guards addresses behind blocks, in single quotes, in helpers, partials and comments for Outlook', async () => {
  const bad = 'javascript:1';

  expect(await html("<a href='{{#if contact}}{{contact.attributes.x}}{{/if}}'>a</a>", bad)).toBe("<a href=''>a</a>");
  expect(await html('<a title="it\'s" href="{{absolute contact.attributes.x}}">a</a>', bad)).toBe(
    '<a title="it\'s" href="">a</a>',
  );
  expect(await html('<!--[if mso]><v:rect href="{{~contact.attributes.x~}}"><![endif]-->', bad)).toBe(
    '<!--[if mso]><v:rect href=""><![endif]-->',
  );
  const card = '<a href="{{to}}">a</a>';
  const all = await render(
    { 'body.html.hbs': `{{> partials/card to=contact.attributes.x}}|${FOOTER}`, 'partials/card.hbs': card },
    { x: bad },
  );
  expect(all.split('|')[0]).toBe('<a href="">a</a>');
});

it('leaves values elsewhere as they are', async () => {
  const same =
    '<p>href="{{contact.attributes.x}}"</p><img alt="{{contact.attributes.x}}"><a href="https://x.example/{{contact.attributes.x}}">a</a>';

  expect(await html(same, 'a:b')).toBe(same.replaceAll('{{contact.attributes.x}}', 'a:b'));
});

it.each([
  ['red', 'red'],
  ['#a4462a', '#a4462a'],
  ['12.5', '12.5'],
  ['red;background:url(https://evil.example)', ''],
  ['url(https://evil.example)', ''],
])('a style %j becomes %j', async (x, shown) => {
  expect(await html('<p style="color:{{contact.attributes.x}}">a</p>', x)).toBe(`<p style="color:${shown}">a</p>`);
  expect(await html('<style>p:hover{color:{{contact.attributes.x}} }</style>', x)).toBe(
    `<style>p:hover{color:${shown} }</style>`,
  );
});

it('keeps an address within url()', async () => {
  const x = "https://img.example/a.png');position:fixed";

  expect(await html('<p style="background:url(\'{{contact.attributes.x}}\')">a</p>', x)).toBe(
    '<p style="background:url(\'https://img.example/a.png%27%29;position:fixed\')">a</p>',
  );
});

it('trusts the strings files', async () => {
  const files = {
    'body.html.hbs': `<p style="font-family:{{t "font"}}">a</p>|${FOOTER}`,
    'strings.en.yaml': `font: "Georgia, 'Noto Serif'"`,
  };

  expect((await render(files, {})).split('|')[0]).toBe('<p style="font-family:Georgia, &#x27;Noto Serif&#x27;">a</p>');
});

it('guards what MJML compiles', async () => {
  const body =
    '<mj-section><mj-column><mj-button href="{{contact.attributes.x}}">go</mj-button></mj-column></mj-section>';
  const all = await render({ 'body.mjml.hbs': mjml(body) }, { x: 'javascript:alert(1)' });

  expect(all).toContain('href=""');
  expect(all).not.toContain('javascript');
});

it('guards the background of a section, wherever MJML writes it', async () => {
  const body = `<mj-section background-url="{{contact.attributes.x}}"><mj-column><mj-text>a</mj-text></mj-column></mj-section>`;
  const shown = await render({ 'body.mjml.hbs': mjml(body) }, { x: "https://img.example/it's (1).png" });
  const hidden = await render({ 'body.mjml.hbs': mjml(body) }, { x: 'javascript:alert(1)' });

  expect(shown).toContain("url('https://img.example/it%27s%20%281%29.png')");
  expect(shown).toContain('background="https://img.example/it&#x27;s (1).png"');
  expect(hidden).not.toContain('javascript');
});

it.each(['<a href=/x/{{contact.userId}}>a</a>', '<a href={{#if contact}}{{contact.userId}}{{/if}}>a</a>'])(
  'refuses an attribute without quotes: %s',
  async (body) => {
    await expect(html(`\n${body}`, '')).rejects.toMatchObject({
      code: 'E_TEMPLATE_FIELD',
      where: { file: 'templates/guard/body.html.hbs', line: 2 },
    });
  },
);
