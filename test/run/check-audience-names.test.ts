/** Audiences that e-mail jobs name, checked by the job files alone. */
import { parseJob } from '../../src/job/parse';
import { findWrongListIds } from '../../src/run/audiences/check-list-ids';
import { checkAudienceNames } from '../../src/run/recipients/check-audience-names';

const FANS = parseJob({
  file: 'jobs/fans.yaml',
  text: 'about: Fans\nkind: audience\nsegment: { solution: s, users: 5, queries: { tea: ITEMS.A = "b", coffee: ITEMS.A = "c" } }\n',
});
const mailTo = (audience: string) =>
  parseJob({
    file: 'jobs/mail.yaml',
    text: `about: Mail\nkind: email\nrecommend: { solution: p }\ncontent: { template: t }\nrecipients: { from: { audience: ${audience} } }\n`,
  });
const check = (audience: string, names = ['fans', 'mail']) => checkAudienceNames([FANS, mailTo(audience)], names);

it('takes an audience that a job makes, and one of a job whose file is wrong', () => {
  expect(check('fans/tea')).toEqual([]);
  expect(check('broken/tea', ['broken', 'fans', 'mail'])).toEqual([]);
});

it.each([
  ['fan/tea', 'write "audience: fans/tea"'],
  ['fans/tee', 'write "audience: fans/tea"'],
  ['fans/plants', 'name one of these: fans/tea, fans/coffee'],
  ['mail/tea', 'name one of these: fans/tea, fans/coffee'],
])('names what is meant by %s', (audience, fix) => {
  const message = `recipients.from.audience is "${audience}", and no job makes it; audiences are fans/tea, fans/coffee`;
  const where = { file: 'jobs/mail.yaml', line: 5, column: 33 };
  expect(check(audience)).toEqual([{ job: 'mail', message, fix, where }]);
});

describe('an expression', () => {
  const SPLIT = parseJob({
    file: 'jobs/parts.yaml',
    text: 'about: Fans\nkind: audience\nsegment: { solution: s, users: 5, queries: { tea: ITEMS.A = "b" } }\naudience: { split: { test: 90%, holdout: 10% } }\n',
  });
  const combining = (expression: string) =>
    parseJob({
      file: 'jobs/mix.yaml',
      text: `about: Mix\nkind: audience\nsegment: { solution: s, users: 5, queries: { own: ITEMS.A = "b" } }\naudience:\n  combine:\n    mix: ${expression}\n`,
    });
  const found = (expression: string, names = ['fans', 'mix', 'parts']) =>
    checkAudienceNames([FANS, SPLIT, combining(expression), mailTo('fans/tea')], names);

  it.each([
    'own | fans/tea',
    'own & !mix/mix',
    'own | parts/tea.test',
    'own | parts/tea',
    'own & !fans/gone@2026-01-31',
  ])('may name %s', (expression) => {
    expect(found(expression)).toEqual([]);
  });

  it('may name an audience of a job whose file is wrong', () => {
    expect(found('own | broken/tea', ['broken', 'fans'])).toEqual([]);
  });

  it.each([
    ['own & !fans/tee', 'fans/tee, and no job makes it', 'write fans/tea', 17],
    ['own | fnas/tea', 'fnas/tea, and no job makes it', 'write fans/tea', 16],
    ['own | mail/tea', 'mail/tea, and no job makes it', 'name one of these: fans/tea, fans/coffee', 16],
    ['own | mail/tea@2026-01-31', 'mail/tea, and no job makes it', 'name one of these: fans/tea, fans/coffee', 16],
    ['own | parts/tea.tset', 'parts/tea.tset; its parts are test, holdout', 'write parts/tea.test', 16],
    ['own | fans/tea.a', 'fans/tea.a; the audience is not split', 'write fans/tea', 16],
  ])('may not name %s', (expression, message, fix, column) => {
    const [problem, ...others] = found(expression);
    expect(others).toEqual([]);
    expect(problem?.message).toContain(`audience.combine names ${message}`);
    expect(problem?.fix).toContain(fix);
    expect(problem).toMatchObject({ job: 'mix', where: { file: 'jobs/mix.yaml', line: 6, column } });
  });
});

it('knows the parts of audiences that are split', () => {
  const split = parseJob({
    file: 'jobs/parts.yaml',
    text: 'about: Fans\nkind: audience\nsegment: { solution: s, users: 5, queries: { tea: ITEMS.A = "b" } }\naudience: { split: { test: 90%, holdout: 10% } }\n',
  });
  const found = (audience: string) => checkAudienceNames([FANS, split, mailTo(audience)], []);
  expect(found('parts/tea.holdout')).toEqual([]);
  expect(found('parts/tea.tset')).toEqual([
    {
      job: 'mail',
      message: 'recipients.from.audience is "parts/tea.tset"; its parts are test, holdout',
      fix: 'write "audience: parts/tea.test"',
      where: { file: 'jobs/mail.yaml', line: 5, column: 33 },
    },
  ]);
  expect(found('fans/tea.a')).toMatchObject([{ fix: 'write "audience: fans/tea"' }]);
});

const withListIds = (audience: string) => {
  const job = parseJob({
    file: 'jobs/fans.yaml',
    text: `about: Fans\nkind: audience\nsegment: { solution: s, users: 5, queries: { tea: ITEMS.A = "b" } }\naudience: { ${audience} }\n`,
  });
  return job.kind === 'audience' ? findWrongListIds(job) : [];
};

it.each(['listIds: { tea: 806200123 }', 'listIds: { tea.a: "806200123" }, split: { a: 50%, b: 50% }'])(
  'takes %s',
  (audience) => {
    expect(withListIds(audience)).toEqual([]);
  },
);

it.each([
  ['listIds: { tee: 1 }', 'write "tea:" instead of "tee:"'],
  ['listIds: { tea: 1 }, split: { a: 50%, b: 50% }', 'write "tea.a:" instead of "tea:"'],
])('refuses an id of no audience, %s', (audience, fix) => {
  const where = { file: 'jobs/fans.yaml', line: 4, column: 24 };
  expect(withListIds(audience)).toMatchObject([{ code: 'E_JOB_FIELD', where, fix }]);
});
