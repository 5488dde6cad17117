/** Categories, values and ids that no item of the catalogue has: what was most likely meant is told. */
import { parseJob } from '../../src/job/parse';
import type { Item } from '../../src/job/people';
import { explainListed } from '../../src/run/buying/explain-listed';
import { findQueryFindings } from '../../src/run/buying/query-findings';

const item = (itemId: string, category: string, attributes = {}): [string, Item] => [
  itemId,
  { itemId, title: itemId, categories: [category], attributes },
];
const CATALOGUE = new Map([
  item('coffee-017', 'coffee', { roast: 'dark' }),
  item('tea-004', 'green tea', { roast: 'extra-light' }),
]);

function job(from: string) {
  return parseJob({
    file: 'jobs/mail.yaml',
    text: `about: Mail\nkind: email\nrecommend:\n  solution: p\n  from: ${from}\ncontent: { template: t }\n`,
  });
}

const explain = (written: string) => {
  const mail = job(written);
  const from = mail.kind === 'email' ? mail.recommend.from : undefined;
  if (from === undefined || from.by === 'related') throw new Error('no list');
  const { message, fix, where } = explainListed({ job: mail, at: 'recommend.from', from, catalogue: CATALOGUE });
  return { message, fix, where };
};

it.each([
  ['cofee', 'write "category: coffee"'],
  ['tea', 'write "category: green tea"'],
  ['mugs', 'name one of these: coffee, green tea; or import items: nightjar import --items items.csv'],
])('newest of the category %s', (category, fix) => {
  expect(explain(`{ newest: 5, category: ${category} }`)).toEqual({
    message: `recommend.from finds nothing: the catalogue does not have the category "${category}"; its categories are coffee, green tea`,
    fix,
    where: { file: 'jobs/mail.yaml', line: 5, column: 32 },
  });
});

it('a list of which nothing is there', () => {
  expect(explain('{ list: [coffe-017, x] }')).toEqual({
    message: 'recommend.from finds nothing: the catalogue does not have an item of the list',
    fix: 'write coffee-017 instead of coffe-017',
    where: { file: 'jobs/mail.yaml', line: 5, column: 17 },
  });
});

it.each([
  ['ITEMS.CATEGORY = "cofee"', 'wrong', 'write ITEMS.CATEGORY = "coffee"'],
  ['ITEMS.CATEGORY = "tea"', 'note', '"tea"; is "green tea" meant? values are coffee, green tea'],
  ['ITEMS.CATEGORY = "mugs"', 'note', '"mugs"; values are coffee, green tea'],
])('a query for %s', (query, kind, told) => {
  const [finding] = findQueryFindings({ name: 'q', by: 'attributes', query }, { columns: undefined, items: CATALOGUE });
  expect(finding?.kind).toBe(kind);
  expect(`${finding?.message} ${finding?.kind === 'wrong' ? finding.fix : ''}`).toContain(told);
});

it('a choice of items by a value of the same words', () => {
  const choice = { newest: 5, where: { roast: ['light'] }, inStock: false };
  const found = findQueryFindings({ name: 'q', by: 'catalogue', choice }, { columns: undefined, items: CATALOGUE });
  expect(found).toEqual([
    {
      kind: 'note',
      message: 'no imported item has the roast "light"; is "extra-light" meant? values are dark, extra-light',
    },
  ]);
});
