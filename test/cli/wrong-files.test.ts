/** What the command line prints about wrong files, whole, once for each error code: place, what is wrong, one fix; nothing on stdout. */
import { cpSync, existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { ROOT, runNightjar } from '../support/nightjar';
import { readAnswer, writeProject } from './support/project';

const email = (more: string) => `about: Picks\nkind: email\n${more}\n`;

const fans = (formats: string) => `about: Fans
kind: audience
segment: { solution: attribute-fans, users: 10, queries: { tea: 'ITEMS.CATEGORY = "tea"' } }
audience: { formats: [${formats}], to: audiences/fans/ }
`;

const FILES = {
  'jobs/syntax.yaml': email('recommend: { solution: picks'),
  'jobs/field.yaml': email('recommend: { solution: picks, result: 10 }\ncontent: { template: picks }'),
  'jobs/several.yaml': email(
    [
      'shedule: { cron: 0 2 * * *, timezone: Europe/Berlin }',
      'recommend:',
      '  solution: piks',
      '  results: 900',
      'content:',
      '  template: picks',
      '  show: { items: six }',
      'send: { rate: fast }',
    ].join('\n'),
  ),
  'jobs/missing.yaml': email('recommend: { solution: picks }\ncontent: { template: pics }'),
  'jobs/broken.yaml': email('recommend: { solution: picks }\ncontent: { template: broken }'),
  'jobs/subject.yaml': email(
    'recommend: { solution: picks }\ncontent: { template: picks, subject: "{{contact.firstNam}}, hello" }',
  ),
  'jobs/query.yaml': `about: Fans
kind: audience
segment: { solution: attribute-fans, users: 10, queries: { tea: 'ITEMS.CATEGORY > "tea"' } }
audience: { formats: [csv], to: audiences/query/ }
`,
  'jobs/format-field.yaml': fans('csv, partner'),
  'jobs/format-syntax.yaml': fans('torn'),
  'formats/partner.yaml': 'about: Partner\ncolumns:\n  - { header: mail, from: emial, hash: sha256 }\n',
  'formats/torn.yaml': 'about: Partner\ncolumns: [\n',
  'jobs/right.yaml': email('recommend: { solution: picks }\ncontent: { template: picks }'),
  'syntax-settings.yaml': 'mail: { from: x\n',
  'field-settings.yaml': 'mail: { retries: 3 }\n',
};

let project: string;

beforeAll(() => {
  project = mkdtempSync(path.join(tmpdir(), 'nightjar-wrong-'));
  writeProject(project, FILES);
  cpSync(path.join(ROOT, 'templates', 'picks'), path.join(project, 'templates', 'broken'), { recursive: true });
  writeProject(project, { 'templates/broken/body.html.hbs': '<p>{{#if items}}\n' });
});
afterAll(() => rmSync(project, { recursive: true }));

const check = (args: readonly string[], env: Readonly<Record<string, string>> = {}) =>
  runNightjar(args, { cwd: project, env });

const CASES: readonly (readonly [string, readonly string[], number, string])[] = [
  [
    'a file of a format that is not YAML',
    ['jobs', 'check', 'format-syntax'],
    3,
    `error[E_FORMAT_SYNTAX] formats/torn.yaml:3:1
  flow sequence in block collection must be sufficiently indented and end with a ]
  fix: check indentation and brackets, and put texts with : # * & ! { or [ in quotes
`,
  ],
  [
    'a field of a format that is wrong',
    ['jobs', 'check', 'format-field'],
    3,
    `error[E_FORMAT_FIELD] formats/partner.yaml:3:27
  columns[0].from is "emial"; expected one of user_id, rank, email, phone, first_name, last_name, locale, country, time_zone, run_id, run_at, audience, change
  fix: write "from: email"
`,
  ],
  [
    'a job file that is not YAML',
    ['jobs', 'check', 'syntax'],
    3,
    `error[E_JOB_SYNTAX] jobs/syntax.yaml:4:1
  flow map in block collection must be sufficiently indented and end with a }
  fix: check indentation and brackets, and put texts with : # * & ! { or [ in quotes
`,
  ],
  [
    'an unknown key, with the nearest one',
    ['jobs', 'check', 'field'],
    3,
    `error[E_JOB_FIELD] jobs/field.yaml:3:31
  recommend.result is not a key that nightjar knows; the keys of recommend are solution, results, filter, filterValues, from, themes
  fix: write "results:" instead of "result:"
`,
  ],
  [
    'several problems of a file, all at once and in its order',
    ['run', 'several'],
    3,
    `error[E_JOB_FIELD] jobs/several.yaml:3:1
  shedule is not a key that nightjar knows; the keys of a job file are about, keep, schedule, after, params, kind, recommend, recipients, content, send, guard, notify
  fix: write "schedule:" instead of "shedule:"
error[E_JOB_FIELD] jobs/several.yaml:5:13
  recommend.solution is "piks"; expected a solution of the settings (picks, popular, item-fans, attribute-fans, similar, ranking) or the ARN of one
  fix: write "solution: picks"
error[E_JOB_FIELD] jobs/several.yaml:6:12
  recommend.results is 900; expected a whole number, 1 to 500
  fix: write "results: 25", the default
error[E_JOB_FIELD] jobs/several.yaml:9:18
  content.show.items is "six"; expected a whole number, 1 to 50
  fix: write "items: 6", the default
error[E_JOB_FIELD] jobs/several.yaml:10:15
  send.rate is "fast"; expected a rate such as 50/s, 3000/m or 100000/h
  fix: write "rate: 50/s", or remove the line
`,
  ],
  [
    'a template that is not there',
    ['run', 'missing'],
    3,
    `error[E_TEMPLATE_MISSING] jobs/missing.yaml:4:22
  content.template is "pics", and there is no such template
  fix: write "template: picks"
`,
  ],
  [
    'a template that does not compile',
    ['run', 'broken'],
    3,
    `error[E_TEMPLATE_SYNTAX] templates/broken/body.html.hbs:2:1
  ends within a block or a tag
  fix: close every {{#if}}, {{#each}} and {{ with its own end
`,
  ],
  [
    'a template that names an unknown field',
    ['plan', 'subject'],
    3,
    `error[E_TEMPLATE_FIELD] jobs/subject.yaml:4:38
  {{contact.firstNam}} names "firstNam", which is not a field of contact; expected one of userId, email, firstName, lastName, name, locale, country, timeZone, attributes
  fix: write "contact.firstName"
`,
  ],
  [
    'a query that Personalize does not take',
    ['jobs', 'check', 'query'],
    3,
    `error[E_RECO_QUERY] jobs/query.yaml:3:81
  segment.queries.tea is "ITEMS.CATEGORY > \\"tea\\""; at character 16 ">" is not supported here: Personalize compares attributes with "=" only; write one query for each alternative and combine the audiences
  fix: write tea: ITEMS.CATEGORY = "tea"
`,
  ],
  [
    'settings that are not YAML',
    ['--config', 'syntax-settings.yaml', 'jobs', 'check', 'right'],
    3,
    `error[E_CONFIG_SYNTAX] syntax-settings.yaml:2:1
  flow map in block collection must be sufficiently indented and end with a }
  fix: check indentation and brackets, and put texts with : # * & ! { or [ in quotes
`,
  ],
  [
    'an unknown setting',
    ['--config', 'field-settings.yaml', 'jobs', 'check', 'right'],
    3,
    `error[E_CONFIG_FIELD] field-settings.yaml:1:9
  mail.retries is not a key that nightjar knows; the keys of mail are url, from, postalAddress, replyTo, bounceDomain, dkim, unsubscribeMailto, connections, retryAfterSeconds
  fix: remove "retries:"
`,
  ],
  [
    'a slot that is no day of the calendar',
    ['run', 'right', '--date', '2026-02-30'],
    2,
    `error[E_USAGE]
  the slot is "2026-02-30"; expected a date, or a date and a time
  fix: write it as 2026-03-01 or 2026-03-01T0630
`,
  ],
];

describe('the command line', () => {
  it.each(CASES)('names %s', async (_what, args, code, stderr) => {
    expect(await check(args)).toEqual({ code, signal: null, stdout: '', stderr });
  });

  it('names a job that is not there, with the nearest name', async () => {
    const { code, stdout, stderr } = await check(['run', 'rigt']);

    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr.replaceAll(project, 'PROJECT').replace('/private', '')).toBe(`error[E_JOB_UNKNOWN] PROJECT/jobs
  there is no job "rigt"; did you mean "right"
  fix: name one of these: broken, field, format-field, format-syntax, missing, query, right, several, subject, syntax
`);
  });

  it('names a variable that is no setting, with the nearest one', async () => {
    const { code, stderr } = await check(['jobs', 'check', 'right'], { NIGHTJAR_MAIL__CONECTIONS: '3' });

    expect({ code, stderr }).toEqual({
      code: 3,
      stderr: `error[E_CONFIG_FIELD] (env NIGHTJAR_MAIL__CONECTIONS)
  NIGHTJAR_MAIL__CONECTIONS is set, and nightjar has no setting of that name
  fix: write NIGHTJAR_MAIL__CONNECTIONS instead of NIGHTJAR_MAIL__CONECTIONS
`,
    });
  });

  it('checks all jobs at once, and counts no right one among the wrong', async () => {
    const { code, stdout, stderr } = await check(['jobs', 'check']);

    expect({ code, stdout }).toEqual({ code: 3, stdout: '' });
    expect(stderr.match(/^error\[E_\w+\]/gm)).toHaveLength(13);
    expect(stderr).not.toContain('right.yaml');
  });

  it('gives the problems of a file as one JSON document, each with code, place and fix', async () => {
    const { code, stdout } = await check(['jobs', 'check', 'several', '--json']);

    expect(code).toBe(3);
    expect(readAnswer(stdout)).toMatchObject({
      version: 1,
      error: {
        code: 'E_JOB_FIELD',
        where: { file: 'jobs/several.yaml', line: 3, column: 1 },
        fix: 'write "schedule:" instead of "shedule:"',
        others: [
          { where: { line: 5 } },
          { where: { line: 6 } },
          { where: { line: 9 } },
          { code: 'E_JOB_FIELD', where: { line: 10, column: 15 } },
        ],
      },
    });
  });

  it('lists the jobs, the wrong ones as such, with how to learn why', async () => {
    const { code, stdout } = await check(['jobs', 'list']);

    expect(code).toBe(0);
    expect(stdout).toContain('right                    email     Picks\n');
    expect(stdout).toContain('syntax                   wrong     nightjar jobs check syntax\n');
  });

  it('has begun nothing for any of these: there is no state folder', () => {
    expect(existsSync(path.join(project, '.nightjar'))).toBe(false);
  });
});
