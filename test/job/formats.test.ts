import { formatError, NightjarError } from '../../src/errors';
import { jobSchema } from '../../src/job/editor-schema';
import { parseJob } from '../../src/job/parse';

const HEAD = ['about: Fans', 'kind: audience', 'segment: { solution: fans, users: 100, items: [a] }', 'audience:'];
const FORMATS = ['csv', 'meta', 'google-ads', 'partner'];

function parse(lines: readonly string[], formats?: readonly string[]) {
  const text = [...HEAD, ...lines.map((line) => `  ${line}`)].join('\n');
  return parseJob({ file: 'jobs/fans.yaml', text, ...(formats === undefined ? {} : { formats }) });
}

function problemsOf(lines: readonly string[], formats?: readonly string[]): string {
  try {
    parse(lines, formats);
  } catch (error) {
    if (error instanceof NightjarError) return formatError(error);
    throw error;
  }
  return '';
}

describe('audience.formats', () => {
  it('takes every format that there is, the team’s own among them, and keeps their order', () => {
    const job = parse(['formats: [partner, google-ads, csv]', 'attributes: [plan]'], FORMATS);
    expect(job).toMatchObject({ audience: { formats: ['partner', 'google-ads', 'csv'], attributes: ['plan'] } });
  });

  it('is csv without attributes where the file says nothing', () => {
    expect(parse(['to: x/'])).toMatchObject({ audience: { formats: ['csv'], attributes: [] } });
  });

  it('tells the nearest name of one that is not known', () => {
    expect(problemsOf(['formats: [csv, gogle-ads]'], FORMATS)).toBe(
      [
        'error[E_JOB_FIELD] jobs/fans.yaml:5:18',
        '  audience.formats[1] is "gogle-ads"; expected a format: csv, meta, google-ads, partner',
        '  fix: write "google-ads" instead of "gogle-ads"',
      ].join('\n'),
    );
  });

  it('takes any name of the right form where the formats are not known', () => {
    expect(parse(['formats: [partner-2]'])).toMatchObject({ audience: { formats: ['partner-2'] } });
    expect(problemsOf(['formats: [Partner]'])).toContain('expected a format of nightjar or a file in formats/');
  });

  it.each([
    ['formats: []', 'audience.formats'],
    [
      'formats: [csv, jsonl, csv]',
      'audience.formats[2] is "csv"; expected each format once\n  fix: remove it from the list',
    ],
    ['formats: csv', 'a list of formats, each once\n  fix: put the value in brackets: "formats: [csv]"'],
    ['attributes: [plan, plan]', 'audience.attributes[1] is "plan"; expected each attribute once'],
    ['attributes: [5]', 'the name of an attribute of contacts'],
  ])('refuses %s', (line, told) => {
    expect(problemsOf([line], FORMATS)).toContain(told);
  });

  it('is completed by editors as texts', () => {
    expect(JSON.stringify(jobSchema())).toContain('"formats":{"default":["csv"]');
  });
});
