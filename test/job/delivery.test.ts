/** What a job says of changes and destinations, and what the settings say of these. */
import { destinationSettings } from '../../src/config/destination-settings';
import { isNightjarError } from '../../src/errors';
import { parseJob } from '../../src/job/parse';

function parse(audience: string) {
  const text = [
    ...['about: Fans', 'kind: audience', 'segment:', '  solution: fans', '  users: 20'],
    ...[`  queries: { tea: 'ITEMS.CATEGORY = "tea"' }`, `audience: { ${audience} }`, ''],
  ].join('\n');
  return parseJob({ file: 'jobs/fans.yaml', text, solutions: ['fans'], destinations: ['partner', 'lake'] });
}

function refusal(audience: string) {
  try {
    parse(audience);
    return undefined;
  } catch (error) {
    return isNightjarError(error) ? `${error.message}; ${error.fix}` : error;
  }
}

it('a job that says nothing writes whole files, which stay on S3', () => {
  expect(parse('formats: [csv]')).toMatchObject({ audience: { change: { files: 'full', fullEvery: 7 }, deliver: [] } });
});

it('a job names what changes hold, and destinations', () => {
  const job = parse('change: { files: changes, fullEvery: 3 }, deliver: [lake, partner]');
  expect(job).toMatchObject({ audience: { change: { files: 'changes', fullEvery: 3 }, deliver: ['lake', 'partner'] } });
});

it('a job names audiences and parts that it does not make any more', () => {
  expect(parse('withdraw: [coffee, tea.b]')).toMatchObject({ audience: { withdraw: ['coffee', 'tea.b'] } });
  expect(parse('split: { a: 50%, b: 50% }, withdraw: [tea, tea.c]').kind).toBe('audience');
  expect(parse('combine: { all: tea }, withdraw: [tea]').kind).toBe('audience');
});

it.each([
  ['withdraw: [coffee, tea]', /audience.withdraw has "tea", which the job makes.*take "tea" out of the list/],
  ['split: { a: 50%, b: 50% }, withdraw: [tea.b]', /"tea.b", which the job makes/],
  ['combine: tea, withdraw: [fans]', /"fans", which the job makes/],
  ['combine: { all: tea }, withdraw: [all]', /"all", which the job makes/],
  ['withdraw: [coffee, coffee]', /each name once/],
  ['withdraw: [fans/coffee]', /the name of an audience, or of a part as drama.b/],
  ['deliver: [partnr]', /partner/],
  ['deliver: [lake, lake]', /each once/],
  ['deliver: ["sftp://nightjar@files.example/in/"]', /put the URL into destinations of the settings/],
  ['change: { files: diff }', /full, changes or both/],
  ['change: { files: both, fullEvery: 3 }', /"files: changes" only/],
])('%s is refused', (audience, message) => {
  expect(refusal(audience)).toMatch(message);
});

describe('a destination of the settings', () => {
  const hostKey = `SHA256:${'A'.repeat(43)}`;
  const problemOf = (fields: object) => {
    const { error } = destinationSettings.safeParse({ partner: fields });
    return error?.issues[0]?.path.join('.');
  };

  it.each([
    [{ url: 's3://partner-bucket/in/' }, undefined],
    [{ url: 'https://crm.example/in/', authorization: 'Bearer x', caFile: 'ca.pem' }, undefined],
    [{ url: 'http://127.0.0.1:8080/in/' }, undefined],
    [{ url: 'sftp://nightjar:secret@files.example:2222/in/', hostKey, retryAfterSeconds: [1] }, undefined],
    [{ url: 'sftp://nightjar@files.example/in/' }, 'partner.hostKey'],
    [{ url: 'http://crm.example/in/' }, 'partner.url'],
    [{ url: 'https://crm.example/in' }, 'partner.url'],
    [{ url: 'ftp://files.example/in/' }, 'partner.url'],
    [{ url: 's3://partner-bucket/in/', authorization: 'Bearer x' }, 'partner.authorization'],
    [{ url: 'https://crm.example/in/', keyFile: 'id' }, 'partner.keyFile'],
  ])('%j', (fields, problem) => {
    expect(problemOf(fields)).toBe(problem);
  });
});
