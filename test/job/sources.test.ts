/** `recommend.from`, `recommend.themes` and `content.sections` as a job file writes them, and the example of docs/sources.md. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import type { EmailJob } from '../../src/job/email-job';
import { parseJob } from '../../src/job/parse';
import { ROOT } from '../support/nightjar';

const withParts = (recommend: string, content = 'template: picks') =>
  `about: Picks\nkind: email\nrecommend: ${recommend}\ncontent: { ${content} }\n`;
const withSection = (section: string, name = 'more') =>
  withParts('{ solution: picks }', `template: picks, sections: { ${name}: ${section} }`);

function read(text: string): EmailJob {
  const job = parseJob({ file: 'jobs/letter.yaml', text });
  if (job.kind !== 'email') throw new Error('not an e-mail job');
  return job;
}

function problemOf(text: string): string {
  try {
    read(text);
    return 'no problem';
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

it('reads the example of the page', () => {
  const page = readFileSync(path.join(ROOT, 'docs', 'sources.md'), 'utf8');
  const { recommend, content } = read(/```yaml\n([\s\S]*?)```/.exec(page)?.[1] ?? '');
  expect(recommend).toEqual({ solution: 'picks', results: 40 });
  expect(content.sections).toEqual([
    {
      name: 'goes',
      required: false,
      recommend: { solution: 'similar', results: 25, from: { by: 'related' }, themes: { itemName: 'ITEM_NAME' } },
      show: { items: 3, min: 1, inStock: true, fallback: 'none' },
    },
    {
      name: 'fresh',
      title: 'New this week',
      required: true,
      recommend: { solution: 'ranking', results: 25, from: { by: 'newest', count: 50, category: 'tea' } },
      show: { items: 3, min: 2, inStock: true, fallback: 'none' },
    },
  ]);
});

const sharing = (recommend: string, items = 4) =>
  `template: picks, show: { items: 5 }, sections: { more: { recommend: ${recommend}, show: { items: ${items} } } }`;

it.each([
  ['enough for both', '{ solution: s, results: 9 }', '{ solution: s, results: 9 }'],
  ['another number', '{ solution: s, results: 5 }', '{ solution: s, results: 4 }'],
  ['another solution', '{ solution: s, results: 5 }', '{ solution: t, results: 5 }'],
  ['another filter', '{ solution: s, results: 5, filter: a }', '{ solution: s, results: 5, filter: b }'],
  ['lists', '{ solution: s, from: { list: [a, b] } }', '{ solution: s, from: { list: [a, b] } }'],
])('parts that share nothing, or of which there is enough, are right: %s', (_, recommend, further) => {
  expect(problemOf(withParts(recommend, sharing(further)))).toBe('no problem');
});

it('reads values of a section that are attributes of the contact', () => {
  const section = '{ recommend: { solution: s, filter: f, filterValues: { AGE: { attribute: age, default: 18 } } } }';
  expect(read(withSection(section)).content.sections?.[0]?.recommend.filter).toEqual({
    named: 'f',
    values: { AGE: { by: 'attribute', attribute: 'age', otherwise: [18] } },
  });
});

it('a list is its own fallback, unless there is a filter or the file says otherwise', () => {
  const fallbackOf = (recommend: string, more = '') =>
    read(withParts(recommend, `template: picks${more}`)).content.show;
  const list = '{ solution: s, from: { list: [a, b] } }';
  expect(fallbackOf(list)).toMatchObject({ fallback: { itemIds: ['a', 'b'] } });
  expect(fallbackOf(list, ', show: { fallback: popular }')).toMatchObject({ fallback: 'popular' });
  expect(fallbackOf('{ solution: s, filter: f, from: { list: [a] } }')).toMatchObject({ fallback: 'none' });
  expect(fallbackOf('{ solution: s, from: { newest: 5 } }')).toMatchObject({ fallback: 'none' });
  expect(fallbackOf('{ solution: s, from: related }')).toMatchObject({ fallback: 'popular' });
});

it('a job without any of it is read as ever', () => {
  const { recommend, content } = read(withParts('{ solution: picks }'));
  expect(recommend).toEqual({ solution: 'picks', results: 25 });
  expect(Object.keys(content)).toEqual(['template', 'show']);
});

it.each([
  [withParts('{ solution: s, from: newest }'), 'recommend.from is "newest"; expected related, a map of list'],
  [withParts('{ solution: s, from: { list: [a, a] } }'), 'recommend.from'],
  [withParts('{ solution: s, from: { newest: 501 } }'), 'recommend.from'],
  [withParts('{ solution: s, results: 9, from: { list: [a] } }'), 'recommend.results is there beside a list'],
  [withParts('{ solution: s, themes: true }'), 'recommend.themes is there without "from: related"'],
  [
    withParts('{ solution: s, from: related, filter: f, filterValues: { AGE: { attribute: age } } }'),
    'recommend.filterValues.AGE is an attribute of the contact',
  ],
  [withSection('{ title: More }'), 'content.sections.more.recommend is missing'],
  [
    withSection('{ recommend: { solution: s }, show: { items: 30 } }'),
    'content.sections.more.show.items is 30; expected at most content.sections.more.recommend.results, which is 25',
  ],
  [
    withSection('{ recommend: { solution: s }, show: { items: 3, min: 4 } }'),
    'content.sections.more.show.min is 4; expected at most content.sections.more.show.items, which is 3',
  ],
  [
    withSection('{ recommend: { solution: s, filterValues: { A: b } } }'),
    'content.sections.more.recommend.filterValues is there without content.sections.more.recommend.filter',
  ],
  [withSection('{ recommend: { solution: s }, show: { notShownWithin: 7d } }'), 'notShownWithin'],
  [
    withParts('{ solution: s, results: 8 }', sharing('{ solution: s, results: 8 }')),
    'content.show.items and content.sections.more.show.items are 9 together; expected at most 8',
  ],
  [withParts('{ solution: s }', sharing('{ solution: s, results: 25, themes: false }', 21)), 'are 26 together'],
  [withSection('{ recommend: { solution: s } }', '"1st"'), 'content.sections'],
  [
    withParts('{ solution: picks }', 'template: picks, sections: {}'),
    'content.sections is a map; expected a map of 1 to 10 names to sections',
  ],
])('%s is refused', (text, problem) => {
  expect(problemOf(text)).toContain(problem);
});
