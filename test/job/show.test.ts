/** The rules of `content.show` as a job file writes them, and the example of docs/show.md. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { parseJob } from '../../src/job/parse';
import { ROOT } from '../support/nightjar';

const DAY = 86_400_000;
const withShow = (show: string) =>
  `about: Picks\nkind: email\nrecommend: { solution: picks }\ncontent: { template: picks, show: ${show} }\n`;

function showOf(text: string) {
  const job = parseJob({ file: 'jobs/nightly-picks.yaml', text });
  return job.kind === 'email' ? job.content.show : undefined;
}

function problemOf(show: string): string {
  try {
    showOf(withShow(show));
    return 'no problem';
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

it('reads the example of the page', () => {
  const page = readFileSync(path.join(ROOT, 'docs', 'show.md'), 'utf8');
  expect(showOf(/```yaml\n([\s\S]*?)```/.exec(page)?.[1] ?? '')).toEqual({
    items: 6,
    min: 3,
    inStock: true,
    minPrice: 5,
    maxAge: 730 * DAY,
    maxPer: { category: 2 },
    notBoughtWithin: 90 * DAY,
    notShownWithin: 14 * DAY,
    fallback: { popularBy: 'country' },
  });
});

it('reads a list of items as the fallback', () => {
  expect(showOf(withShow('{ fallback: [a, b] }'))).toEqual({
    items: 6,
    min: 1,
    inStock: true,
    fallback: { itemIds: ['a', 'b'] },
  });
});

it.each([
  ['{ items: 3, min: 4 }', 'content.show.min is 4; expected at most content.show.items, which is 3'],
  ['{ minPrice: 9, maxPrice: 5 }', 'content.show.minPrice is 9; expected at most content.show.maxPrice, which is 5'],
  ['{ minPrice: 0 }', 'content.show.minPrice is 0; expected an amount greater than 0'],
  ['{ maxAge: old }', 'content.show.maxAge is "old"; expected a duration such as 30d or 12h'],
  ['{ maxPer: { category: 0 } }', 'content.show.maxPer.category is 0; expected a whole number, 1 to 50'],
  [
    '{ fallback: [] }',
    'content.show.fallback is an empty list; expected popular, none, a map of popularBy, or a list of item ids',
  ],
])('%s is refused', (show, problem) => {
  expect(problemOf(show)).toContain(problem);
});

it('reads the example of docs/links.md', () => {
  const page = readFileSync(path.join(ROOT, 'docs', 'links.md'), 'utf8');
  const job = parseJob({ file: 'jobs/nightly-picks.yaml', text: /```yaml\n([\s\S]*?)```/.exec(page)?.[1] ?? '' });
  expect(job.kind === 'email' && job.content.links).toEqual({
    utm: { source: 'newsletter', medium: 'email', campaign: 'picks' },
    clicks: true,
  });
});
