import { flatten } from '../../src/content/markup/flatten';
import { inlineStyles } from '../../src/content/markup/inline-styles';
import { compileTemplate } from '../../src/content/template';
import { contextOf, FOOTER } from './support/mail-context';

const inline = (text: string) => inlineStyles(flatten({ path: 'body.html.hbs', text }, new Map()));

describe('CSS of an HTML body', () => {
  it('moves into the elements that it is for, and what is for later stays', async () => {
    const html = await inline(
      '<style>.card { color: red } .card:hover { color: blue } @media (max-width: 5px) { .card { color: green } } [data-ogsc] .card { color: white }</style><p class="card" style="margin: 0">x</p><br><b>y</b>',
    );

    expect(html.replaceAll(/\s+/g, ' ')).toBe(
      '<style>.card:hover { color: blue; } @media (max-width: 5px) { .card { color: green; } } [data-ogsc] .card { color: white; }</style><p class="card" style="color: red; margin: 0;">x</p><br><b>y</b>',
    );
  });

  it('leaves every other character as it was, tags that open in one branch and close in another too', async () => {
    const body =
      '<!doctype html>\n<!--[if mso]><style>td { color: red }</style><table><![endif]-->\n{{#if (eq slot "a>b")}}<td class=x>{{else}}<td  class="y" >{{/if}}<IMG src="{{t "k" a=slot}}" alt=\'a > b\'/>&nbsp;{{!-- <p> --}}</td>\\{{raw}} <a href="{{#if slot}}x{{/if}}">\n';

    const html = await inline(`<style>.none { color: red }</style>${body}`);

    expect(html).toContain(body.replace('{{!-- <p> --}}', ''));
  });

  it('is written before what the element says with Handlebars, which wins', async () => {
    const html = await inline('<style>p { color: red }</style><p style="color: {{slot}}">x</p>');

    expect(html).toContain('<p style="color: red; color: {{slot}}">x</p>');
  });

  it('keeps quotes in what the element says with Handlebars', async () => {
    const html = await inline(`<style>p { color: red }</style><p style='font-family: "Arial"; width: {{slot}}'>x</p>`);

    expect(html).toContain('<p style="color: red; font-family: &quot;Arial&quot;; width: {{slot}}">x</p>');
  });

  it('stays in <style> too where a class is only known later', async () => {
    const html = await inline('<style>.big { color: red }</style><p class="big">x</p><p class="{{slot}}">y</p>');

    expect(html).toMatch(/<style>\s*\.big \{\s*color: red;?\s*\}\s*<\/style><p style="color: red;" class="big">/);
  });

  it.each([
    ['<style data-embed>p { color: red }</style><p>x</p>', '<style>p { color: red }</style><p>x</p>'],
    ['<style>p { color: {{slot}} }</style><p>x</p>', '<style>p { color: {{slot}} }</style><p>x</p>'],
    ['<style media="print">p { color: red }</style><p>x</p>', '<style media="print">p { color: red }</style><p>x</p>'],
    ['<p>x</p>', '<p>x</p>'],
  ])('stays as it is in %s', async (text, expected) => {
    expect(await inline(text)).toBe(expected);
  });

  it('reaches the elements of partials from the layout', async () => {
    const files = {
      'subject.hbs': 'x',
      'body.text.hbs': FOOTER,
      'body.html.hbs': '{{#> layouts/main}}{{#each items}}{{> partials/card}}{{/each}}{{/layouts/main}}',
      'layouts/main.hbs': `<style>.card b { color: red }</style>{{> @partial-block}}${FOOTER}`,
      'partials/card.hbs': '<p class="card"><b>{{title}}</b></p>',
    };

    const { html } = (await compileTemplate({ name: 'picks', files })).render(contextOf());

    expect(html.match(/<b style="color: red;">[^<]*<\/b>/g)).toEqual([
      '<b style="color: red;">Pot &amp; Pan</b>',
      '<b style="color: red;">Tea</b>',
      '<b style="color: red;">Cup</b>',
    ]);
    expect(html).not.toContain('<style');
  });
});
