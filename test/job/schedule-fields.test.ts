/** What a job file may say about when it starts; also the examples of docs/schedules.md. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { formatError, isNightjarError } from '../../src/errors';
import { parseJob } from '../../src/job/parse';

const REST = 'about: Picks\nkind: email\nrecommend: { solution: picks }\ncontent: { template: picks }\n';

function parse(lines: string) {
  return parseJob({ file: 'jobs/picks.yaml', text: `${REST}${lines}\n` });
}

function problemOf(lines: string): string {
  try {
    parse(lines);
  } catch (error) {
    if (isNightjarError(error)) return [error, ...error.others].map((one) => formatError(one)).join('\n');
    throw error;
  }
  return 'no problem';
}

it('gives what is left out its default', () => {
  const { schedule } = parse('schedule: { cron: 0 2 * * *, timezone: Asia/Tokyo }');
  expect(schedule).toEqual({ cron: '0 2 * * *', timezone: 'Asia/Tokyo', missed: 'run-latest', grace: 6 * 3_600_000 });
  const all = parse('schedule: { cron: 0 2 * * *, timezone: Asia/Tokyo, missed: run-all, grace: 2d }').schedule;
  expect(all).toMatchObject({ missed: 'run-all', grace: 48 * 3_600_000 });
  expect(parse('after: category-fans')).toMatchObject({ after: 'category-fans' });
});

it.each([
  [
    'schedule: { cron: 0 0 30 2 *, timezone: UTC }',
    'schedule.cron is "0 0 30 2 *"; expected a day that the calendar has',
  ],
  ['schedule: { cron: 0 2 * * *, timezone: UTC, missed: run-last }', 'expected run-latest, run-all or skip'],
  [
    'schedule: { cron: 0 2 * * *, timezone: UTC, grace: 32d }',
    'schedule.grace is "32d"; expected a duration of 1m to 31d such as 6h',
  ],
  [
    'schedule: { cron: 0 2 * * *, timezone: UTC, missed: skip, grace: 1h }',
    'schedule.grace is there beside "missed: skip"',
  ],
  [
    'schedule: { cron: 0 2 * * *, timezone: UTC }\nafter: fans',
    'after is there beside schedule; expected one of the two',
  ],
  ['after: Category Fans', 'after is "Category Fans"; expected the name of a job'],
])('refuses %s', (lines, expected) => {
  expect(problemOf(lines)).toContain(expected);
});

it('the examples of the documentation are right', () => {
  const text = readFileSync(path.join(__dirname, '../../docs/schedules.md'), 'utf8');
  const examples = [...text.matchAll(/```yaml\n# (\S+)\n([\s\S]*?)```/g)];
  const jobs = examples.map(([, file = '', yaml = '']) => parseJob({ file, text: yaml }));
  expect(jobs.map(({ name, after }) => ({ name, after }))).toEqual([
    { name: 'category-fans', after: undefined },
    { name: 'nightly-picks', after: 'category-fans' },
  ]);
});
