/** Jobs that follow one another. */
import { checkChains } from '../../src/job/chains';

const NAMES = ['fans', 'mail', 'reminder'];

it('takes a chain, also after a job whose file is wrong', () => {
  expect(
    checkChains(
      [
        { name: 'mail', after: 'fans' },
        { name: 'reminder', after: 'mail' },
      ],
      NAMES,
    ),
  ).toEqual([]);
});

it('names the job that is meant', () => {
  expect(checkChains([{ name: 'mail', after: 'fanss' }], NAMES)).toEqual([
    {
      job: 'mail',
      message: 'after is "fanss", and there is no such job; expected the name of a job in jobs/',
      fix: 'write "after: fans"',
    },
  ]);
});

it('finds circles, and not the jobs that hang on them', () => {
  const links = [
    { name: 'fans', after: 'mail' },
    { name: 'mail', after: 'fans' },
    { name: 'reminder', after: 'mail' },
  ];
  const problems = checkChains(links, NAMES);
  expect(problems.map(({ job }) => job)).toEqual(['fans', 'mail']);
  expect(problems[0]?.message).toBe(
    'after is "mail", and so fans follows mail follows fans; expected a job that does not wait for this one',
  );
  expect(checkChains([{ name: 'mail', after: 'mail' }], NAMES).map(({ job }) => job)).toEqual(['mail']);
});
