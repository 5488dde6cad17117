import { findUnreadable } from '../../src/content/dark-mode';
import { decodeEntities, visibleText } from '../../src/content/html-text';
import { inspectMail } from '../../src/content/inspect-mail';

const LINK = 'https://shop.example/u/x?a=1&b=2';
const ADDRESS = '1 Market Street & Co, Springfield';
const FOOT =
  '<p><a href="https://shop.example/u/x?a&#x3D;1&amp;b&#x3D;2">Unsubscribe</a> 1 Market Street &amp; Co,\nSpringfield</p>';
const TEXT = `Unsubscribe: ${LINK}\n${ADDRESS}\n`;
const WORDS = `<p>${'A sentence of five words. '.repeat(5)}</p>`;

const inspect = (html: string, more: { subject?: string; text?: string; foot?: string } = {}) =>
  inspectMail({
    rendered: {
      subject: more.subject ?? 'Picks',
      html: `${WORDS}${html}${more.foot ?? FOOT}`,
      text: more.text ?? TEXT,
    },
    unsubscribeUrl: LINK,
    postalAddress: ADDRESS,
  });

const image = (attributes: string) => `<img src="https://shop.example/a.png" ${attributes}>`;

describe('a mail', () => {
  it('that is good has no warning', () => {
    expect(inspect(`${image('width="10" alt=""')}<a href="mailto:a@shop.example">x</a><a href="#top">y</a>`)).toEqual(
      [],
    );
  });

  it.each([
    [image('width="10"'), '1 picture without alt: https://shop.example/a.png'],
    [image('alt="x"'), '1 picture without width: https://shop.example/a.png'],
    [image('alt width=10').repeat(21), '21 pictures are many; expected at most 20'],
    ['<a href="/sale">x</a><a href="">y</a>', '2 links that lead nowhere from a mail: /sale, (empty)'],
    ['<b>{{name}}</b>', 'the HTML shows "{{", which a template left over'],
    ['<b>{name}</b>', 'the HTML shows "{name}", which a template left over'],
    ['<b>[object Object]</b>', 'the HTML shows "[object Object]", which a template left over'],
    [
      '<a href="https://shop.example/{width}">x</a>',
      'a link or picture of the HTML shows "{width}", which a template left over',
    ],
    [`<!-- ${'x'.repeat(90_000)} -->`, 'the HTML has 91 kB; Gmail cuts what is beyond about 102 kB, so stay below 90'],
  ])('is warned of %.40s', (html, warning) => {
    expect(inspect(html)).toEqual([warning]);
  });

  it('is warned of pictures without words', () => {
    const warnings = inspectMail({
      rendered: { subject: 'x', html: `${image('alt="" width="1"')}${FOOT}`, text: TEXT },
      unsubscribeUrl: LINK,
      postalAddress: ADDRESS,
    });

    expect(warnings).toEqual(['1 picture and only 6 words: who sees no pictures sees nothing']);
  });

  it.each([
    [{ subject: ' ' }, ['the subject is empty']],
    [{ subject: 'x'.repeat(71) }, ['the subject has 71 letters; most readers show 70 at most']],
    [{ subject: '👨‍👩‍👧'.repeat(70) }, []],
    [
      { text: '' },
      ['the text body is empty', 'the text holds no unsubscribe link', 'the text holds no postal address'],
    ],
    [{ text: LINK + ADDRESS.slice(1) }, ['the text holds no postal address']],
    [{ foot: ADDRESS }, ['the HTML holds no unsubscribe link']],
    [{ foot: LINK }, ['the HTML holds no postal address']],
  ])('with %j', (more, warnings) => {
    expect(inspect('', more)).toEqual(warnings);
  });

  it('is read as a person reads it', () => {
    expect(decodeEntities('&lt;&#x41;&#66;&nbsp;&amp;amp;&nope;')).toBe('<AB\u00a0&amp;&nope;');
    expect(visibleText('<title>no</title><style>no</style><p>one&#8199;&#847;</p><!-- no --><b>two</b>')).toBe(
      'one two',
    );
  });
});

describe('dark mode', () => {
  it.each([
    ['<p style="color:#333">x</p>', ['"x" is #333 without a background: a reader in dark mode may put it on black']],
    [
      '<td bgcolor="#fff">x</td>',
      ['"x" stands on #fff without a colour of its own: a reader in dark mode may write it in white'],
    ],
    ['<td style="background:#fff;color:#eee"><b>x</b></td>', ['"x" is #eee on #fff, which is hard to read']],
    ['<td style="background-color:#fff;color:#333"><img src="x"><p>x</p></td><p>y</p>', []],
    ['<p>x</p>', []],
    ['<td style="background:url(x.png) #123456 no-repeat; COLOR: white !important">x</td>', []],
    ['<div style="display:none;color:#fff">x</div>', []],
  ])('judges %s', (html, problems) => {
    expect(findUnreadable(html)).toEqual(problems);
  });
});
