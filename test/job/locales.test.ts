/** The languages that a job names, and the example of docs/templates.md. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { parseJob } from '../../src/job/parse';

const HEAD = 'about: Picks\nkind: email\nrecommend: { solution: picks }\n';
const parse = (content: string) => parseJob({ file: 'jobs/picks.yaml', text: `${HEAD}${content}\n` });
const localesOf = (content: string) => {
  const job = parse(content);
  return job.kind === 'email' ? job.content.locales : undefined;
};

it('reads the languages of the example, and none where there are none', () => {
  const page = readFileSync(path.join(__dirname, '../../docs/templates.md'), 'utf8');
  const [, example = ''] = /```yaml\n(content:\n[\s\S]*?)```/.exec(page) ?? [];

  expect(localesOf(example)).toEqual(['de', 'en']);
  expect(localesOf('content: { template: picks }')).toBeUndefined();
});

it.each([['[de_AT]'], ['[DE]'], ['[german!]'], ['[]'], ['[de, de]'], ['de']])('refuses %s', (locales) => {
  expect(() => parse(`content: { template: picks, locales: ${locales} }`)).toThrow(/^content\.locales/);
});
