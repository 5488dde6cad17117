import { traceBranches } from '../../src/content/branches';
import { contextOf, FOOTER } from './support/mail-context';

const TEMPLATE = {
  name: 'picks',
  files: {
    'subject.hbs': '{{#if contact.firstName}}a{{else if contact.lastName}}b{{/if}}',
    'body.html.hbs': `{{#if (eq contact.attributes.level "gold")}}x{{/if}}\n{{#each items as |item|}}{{> partials/card}}{{else}}none{{/each}}{{#if preheader}}p{{/if}}`,
    'preheader.hbs': 'p',
    'body.text.hbs': `${FOOTER}{{#each items}}{{title}}{{/each}}`,
    'partials/card.hbs': '{{#unless url}}no link{{/unless}}',
  },
};

it('tells which branches a context takes, in partials too, and which were never seen', () => {
  const branches = traceBranches(TEMPLATE, {});

  const seen = branches.trace(contextOf());

  expect(branches.all.filter(({ id }) => !seen.has(id)).map(({ unseen }) => unseen)).toEqual([
    'templates/picks/subject.hbs:1:1 {{#if contact.firstName}} is never false',
    'templates/picks/subject.hbs:1:27 {{else if contact.lastName}} is never false',
    'templates/picks/subject.hbs:1:27 {{else if contact.lastName}} is never true',
    'templates/picks/body.html.hbs:1:1 {{#if (eq contact.attributes.level "gold")}} is never false',
    'templates/picks/body.html.hbs:2:1 {{#each items as |item|}} is never empty',
    'templates/partials/card.hbs:1:1 {{#unless url}} is never true',
    'templates/picks/body.html.hbs:2:66 {{#if preheader}} is never false',
  ]);
});

it('finds the texts that a condition compares with', () => {
  expect([...traceBranches(TEMPLATE, {}).compared]).toEqual([['level', ['gold']]]);
});

it('knows an empty list and a missing name', () => {
  const branches = traceBranches(TEMPLATE, {});

  const seen = branches.trace(contextOf({ firstName: '', lastName: 'Ito' }, { items: [] }));

  expect(seen).toContain('templates/picks/subject.hbs:1:1 false');
  expect(seen).toContain('templates/picks/subject.hbs:1:27 true');
  expect(seen).toContain('templates/picks/body.html.hbs:2:1 false');
});

it('takes a condition that is turned round for what it is', () => {
  const text = '{{^if contact.firstName}}{{#if contact.lastName}}x{{/if}}{{/if}}';
  const branches = traceBranches({ ...TEMPLATE, files: { ...TEMPLATE.files, 'subject.hbs': text } }, {});
  const inner = 'templates/picks/subject.hbs:1:26 true';

  expect(branches.trace(contextOf({ firstName: 'Ken', lastName: 'Ito' }))).not.toContain(inner);
  expect(branches.trace(contextOf({ firstName: '', lastName: 'Ito' }))).toContain(inner);
});
