/** Formats of audiences on the command line: what there is, and how a value is written. */
import path from 'node:path';
import { FORMATS, findFormat } from '../../src/audience/formats/all';
import { readCustomFormat } from '../../src/audience/formats/custom/read';
import { normaliseValue } from '../../src/cli/verbs/audience/normalise-value';
import { makeTestFolder, runNightjar } from '../support/nightjar';
import { readAnswer, writeProject } from './support/project';

const folder = makeTestFolder('nightjar-cli-audience-formats');
const OWN = `about: Our loyalty partner
columns:
  - { header: card, attribute: card }
  - { header: email_sha256, from: email, transform: [email], hash: sha256 }
`;
const project = writeProject(path.join(folder, 'project'), {
  'formats/partner.yaml': OWN,
  'formats/broken.yaml': 'about: x\n',
});
const call = (...args: string[]) => runNightjar(['audience', ...args], { cwd: folder });

describe('nightjar audience formats', () => {
  it('lists them all', async () => {
    const { code, stdout, stderr } = await call('formats');

    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout.split('\n').map((line) => line.split(' ')[0])).toEqual([...FORMATS.map(({ name }) => name), '']);
  });

  it('explains one within 80 columns', async () => {
    const { stdout } = await call('formats', 'google-ads');

    expect(stdout).toContain('  First Name  hashed  lower case, without mr. mrs. ms. dr. before it\n');
    expect(stdout).toContain('consent  to ad_user_data and ad_personalization by name\n');
    expect(stdout.split('\n').filter((line) => line.length > 80)).toEqual([]);
  });

  it('tells the same as JSON', async () => {
    const { stdout } = await call('formats', 'linkedin', '--json');

    expect(readAnswer(stdout)).toMatchObject({
      version: 1,
      format: { name: 'linkedin', version: 1, changes: ['full'], file: { maxRows: 300_000, maxBytes: 20_000_000 } },
    });
  });

  it('knows the project’s own', async () => {
    const { code, stdout } = await call('formats', 'partner', '--project', project);

    expect({ code, stdout }).toEqual({ code: 0, stdout: expect.stringContaining('partner: Our loyalty partner') });
  });

  it('tells where a file of the project is wrong', async () => {
    const { code, stderr } = await call('formats', 'broken', '--project', project);

    expect({ code, stderr }).toEqual({ code: 3, stderr: expect.stringContaining('formats/broken.yaml:1:1') });
  });
});

describe('nightjar audience normalise', () => {
  it('prints the value and its hash', async () => {
    const { code, stdout } = await call('normalise', 'google-ads', 'phone', '(800)555-0100', '--country', 'US');

    expect({ code, stdout }).toEqual({
      code: 0,
      stdout: [
        'rule        E.164 with the plus',
        'normalised  +18005550100',
        'sha256      fb4f73a6ec5fdb7077d564cdd22c3554b43ce49168550c3b12c547b78c517b30',
        'written     as its hash',
        '',
      ].join('\n'),
    });
  });

  it('refuses what no file would hold, and does not repeat it: it may be somebody’s address', async () => {
    const { code, stdout, stderr } = await call('normalise', 'meta', 'email', 'ann @mail.example');

    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain('meta takes no such email (bad_email: ');
    expect(stderr).not.toContain('mail.example');
  });

  it('knows which format and which field were meant', async () => {
    const { stderr: format } = await call('normalise', 'goggle-ads', 'email', 'x');
    const { code, stderr: field } = await call('normalise', 'meta', 'emal', 'x');

    expect(code).toBe(2);
    expect(format).toContain('there is no audience format "goggle-ads"\n  fix: nightjar audience formats google-ads');
    expect(field).toContain('meta has no field "emal"');
  });
});

describe('normaliseValue', () => {
  const normalise = (name: string, field: string, value: string, country?: string) => {
    const format = findFormat(name) ?? readCustomFormat({ name, file: `formats/${name}.yaml`, text: OWN });
    return normaliseValue(format, { field, value, country });
  };

  it('makes every form of a value that is written twice', () => {
    expect(normalise('tiktok', 'phone', '374-93-828222', 'AM').forms).toMatchObject([
      { normalised: '+37493828222' },
      { normalised: '37493828222', sha256: '65b7e6dcf6f4310f8d7cbfbd78289a753062fb054d6664fb9aaac5df66a422d4' },
    ]);
  });

  it.each([
    ['klaviyo', 'email', 'Ann@Mail.example', 'ann@mail.example'],
    ['braze', 'first_name', ' Ann ', 'Ann'],
    ['hubspot', 'phone', '(650)555-1212', '+16505551212'],
    ['partner', 'card', '00123', '00123'],
  ])('asks the rows of a format that tells no fields: %s %s', (name, field, value, normalised) => {
    expect(normalise(name, field, value, 'US').forms).toMatchObject([{ normalised }]);
  });

  it('knows the columns of an own format by their headers, by what they are made of, and lists them', async () => {
    const hash = { form: 'hashed', sha256: expect.stringMatching(/^[0-9a-f]{64}$/) };
    const [byHeader, byField] = [
      normalise('partner', 'email_sha256', 'Ann@Mail.example'),
      normalise('partner', 'email', 'ann@mail.example'),
    ];
    expect(byHeader).toEqual({ forms: [{ ...hash, rule: 'sha256 of email, email' }], refused: [] });
    expect(byField).toEqual(byHeader);

    const { code, stderr } = await call('normalise', 'partner', 'mail_sha256', 'x', '--project', project);
    expect({ code, stderr }).toEqual({
      code: 2,
      stderr:
        'error[E_USAGE]\n  partner has no field "mail_sha256"; it has card, email_sha256 (email)\n' +
        '  fix: did you mean email_sha256?\n',
    });
  });

  it('takes a header for its own column alone, where several are made of one value', () => {
    const text =
      'about: x\ncolumns: [{ header: id, from: user_id }, { header: a, from: email }, { header: b, from: email, hash: md5 }]\n';
    const format = readCustomFormat({ name: 'two', file: 'formats/two.yaml', text });
    const made = (field: string, value: string) => normaliseValue(format, { field, value, country: undefined }).forms;
    expect(made('email', 'Ann@mail.example')).toHaveLength(2);
    expect(made('a', 'Ann@mail.example')).toMatchObject([{ form: 'plain', normalised: 'ann@mail.example' }]);
    expect(made('b', 'Ann@mail.example')).toMatchObject([{ form: 'hashed' }]);
    expect(made('id', 'U-7')).toMatchObject([{ normalised: 'U-7' }]);
  });

  it('tells the hash alone where the rows hold no more', () => {
    expect(normalise('parquet', 'email', 'Mary@example.com').forms).toEqual([
      {
        rule: expect.any(String),
        form: 'hashed',
        sha256: 'f1904cf1a9d73a55fa5de0ac823c4403ded71afd4c3248d00bdcd0866552bb79',
      },
    ]);
  });

  it.each([
    ['meta', 'phone', '12', 'bad_phone'],
    ['meta', 'email', 'f'.repeat(64), 'already_hashed'],
    ['linkedin', 'firstname', '=1+1', 'formula'],
    ['klaviyo', 'email', 'ann', 'bad_email'],
  ])('tells why %s takes no %s %s', (name, field, value, refused) => {
    expect(normalise(name, field, value)).toEqual({ forms: [], refused: expect.arrayContaining([refused]) });
  });
});
