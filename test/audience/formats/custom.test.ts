import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { UNRANKED } from '../../../src/audience/algebra/rank';
import { readCustomFormat } from '../../../src/audience/formats/custom/read';
import { customSchema, PERSON_SOURCES, RUN_SOURCES } from '../../../src/audience/formats/custom/schema';
import { WORDS } from '../../../src/audience/formats/custom/transforms';
import { iterable } from '../../../src/audience/formats/iterable';
import { describeSchema, listKeys } from '../../../src/config/field-schema';
import { formatError, NightjarError } from '../../../src/errors';
import { CONTEXT, PEOPLE, person } from './people';
import { openFolder, readByDuckDb, readByPython } from './read-back';
import { writeFormat } from './write-format';

const folder = openFolder();
afterAll(() => folder.remove());

const FILE = 'formats/partner.yaml';
const read = (text: string) => readCustomFormat({ name: 'partner', file: FILE, text });

const PARTNER = `
about: Our loyalty partner
columns:
  - { header: member, from: user_id }
  - { header: email_sha256, from: email, hash: sha256 }
  - { header: mobile, from: phone, transform: [phone, digits] }
  - { header: tier, attribute: plan, transform: [trim, upper, cut(3)] }
  - { header: source, value: nightjar }
  - { header: active, value: 1, removed: 0 }
  - { header: run, from: run_id }
identifiers: [email_sha256, mobile]
file: { separator: semicolon, lineEnd: lf, rows: 500, size: 1.5MB, extension: txt }
changes: [full, add, remove]
minimum: 50
consent: [partner_offers]
`;

const ada = person('u1', {
  email: ' Ada@Shop.example',
  phone: '020 7946 0018',
  country: 'GB',
  attributes: { plan: 'golden' },
});
const adaHash = createHash('sha256').update('ada@shop.example').digest('hex');

function problemsOf(text: string): string {
  try {
    read(text);
  } catch (error) {
    if (error instanceof NightjarError) return formatError(error);
    throw error;
  }
  return '';
}

describe('a format of one’s own', () => {
  it('writes its columns in its dialect, normalised, hashed and cut', async () => {
    const { bytes } = await writeFormat(read(PARTNER), { people: [ada] });
    expect(bytes.toString()).toBe(
      `member;email_sha256;mobile;tier;source;active;run\nu1;${adaHash};442079460018;GOL;nightjar;1;drama-fans.2026-11-28\n`,
    );
  });

  it('marks removals, and repeats in them what the addition said', async () => {
    const { bytes } = await writeFormat(read(PARTNER), { people: [ada], change: 'remove' });
    expect(bytes.toString()).toContain(`u1;${adaHash};442079460018;GOL;nightjar;0;`);
  });

  it('leaves out whom no identifier names, and counts what it can’t use', async () => {
    const { cells, counts } = await writeFormat(read(PARTNER), {
      people: [person('u2', { email: 'none' }), person('u3', { email: adaHash }), person('u4', { phone: '12' }), ada],
    });
    expect(cells).toHaveLength(1);
    expect(counts).toEqual({ bad_email: 1, already_hashed: 1, bad_phone: 1, no_identifier: 3 });
  });

  it('is known by identifiers that stand first and do not vary', () => {
    const keysOf = (columns: string, identifiers: string) =>
      read(`about: x\ncolumns: [${columns}]\nidentifiers: [${identifiers}]`).keyColumns;
    const [mail, phone, rank] = ['email', 'phone', 'rank'].map((from) => `{ header: ${from}, from: ${from} }`);
    expect(keysOf(`${mail}, ${phone}, ${rank}`, 'phone, email')).toBe(2);
    expect(keysOf(`${mail}, ${phone}, ${rank}`, 'email')).toBe(1);
    expect(keysOf(`${mail}, ${phone}, ${rank}`, 'phone')).toBeUndefined();
    expect(keysOf(`${mail}, ${rank}, ${phone}`, 'email, phone')).toBeUndefined();
    expect(keysOf(`${rank}, ${mail}`, 'rank')).toBeUndefined();
    expect(keysOf(`${mail}, ${phone}`, '')).toBeUndefined();
  });

  it.each([
    ['', 0, { formula: 1, no_identifier: 1 }],
    ['file: { formulas: keep }', 1, {}],
    ['file: { formulas: escape }', 1, {}],
    ['file: { type: jsonl }', 1, {}],
  ])('with %j leaves out %# who has a formula for a user id', async (file, rows, expected) => {
    const format = read(`about: x\ncolumns: [{ header: id, from: user_id }]\n${file}`);
    const { cells, counts } = await writeFormat(format, { people: [person('=1+1')] });
    expect([cells.length, counts]).toEqual([rows, expected]);
  });

  it('tells its limits, its minimum and the consent that it asks for', () => {
    expect(read(PARTNER)).toMatchObject({
      name: 'partner',
      title: 'Our loyalty partner',
      file: { extension: 'txt', maxRows: 500, maxBytes: 1_500_000 },
      minimum: { count: 50, of: 'rows' },
      consent: ['partner_offers'],
      changes: ['full', 'add', 'remove'],
    });
    expect(read(PARTNER).columns(CONTEXT)).toContainEqual({
      header: 'email_sha256',
      form: 'hashed',
      rule: 'sha256 of email, email',
      source: { kind: 'column', name: 'email' },
    });
  });

  it('has another version when its cells are made in another way, and only then', () => {
    const { version } = read(PARTNER);
    expect(version).toBeGreaterThan(0);
    expect(version).toBeLessThan(2 ** 31);
    expect(read(PARTNER.replace('about: Our', 'about: The')).version).toBe(version);
    expect(read(PARTNER.replace('rows: 500', 'rows: 501')).version).toBe(version);
    expect(read(PARTNER.replace('hash: sha256', 'hash: md5')).version).not.toBe(version);
    expect(read(PARTNER.replace('cut(3)', 'cut(4)')).version).not.toBe(version);
  });

  it.each([
    ['trim', '  a  b ', 'a b'],
    ['lower', 'ÀB', 'àb'],
    ['upper', 'àb', 'ÀB'],
    ['digits', '+44 (0)20', '44020'],
    ['alphanumeric', "O'Hara-Łuk 2!", 'OHaraŁuk2'],
    ['no-blanks', 'a b\u00a0c', 'abc'],
    ['no-accents', 'Valéry', 'Valery'],
    ['language', 'en-GB', 'en'],
    ['gmail', 'A.B+c@gmail.com', 'ab@gmail.com'],
    ['email', ' A.B+c@gmail.com', 'a.b+c@gmail.com'],
    ['cut(2)', '👩x y', '👩x'],
  ])('changes a value by %s', async (word, value, changed) => {
    const format = read(`about: x\ncolumns: [{ header: c, attribute: a, transform: ["${word}"] }]`);
    const { cells } = await writeFormat(format, { people: [person('u', { attributes: { a: value } })] });
    expect(cells).toEqual([[changed]]);
  });

  it.each([
    ['drop', '', { formula: 1 }],
    ['escape', "'=1", {}],
    ['keep', '=1', {}],
  ])('does with formulas what it is told: %s', async (formulas, cell, counts) => {
    const format = read(
      `about: x\ncolumns: [{ header: c, attribute: a }, { header: b, value: z }]\nfile: { formulas: ${formulas} }`,
    );
    const written = await writeFormat(format, { people: [person('u', { attributes: { a: '=1' } })] });
    expect(written.bytes.toString()).toBe(`c,b\r\n${cell},z\r\n`);
    expect(written.counts).toEqual(counts);
  });

  it('writes JSON Lines with the headers as keys', async () => {
    const format = read(
      'about: x\ncolumns: [{ header: id, from: user_id }, { header: "a b", attribute: plan }]\nfile: { type: jsonl }',
    );
    const { bytes } = await writeFormat(format, { people: [ada, person('=2')] });
    expect(bytes.toString()).toBe('{"id":"u1","a b":"golden"}\n{"id":"=2","a b":null}\n');
  });

  it.each(['comma', 'semicolon', 'tab', 'pipe'] as const)(
    'is read by other programs with %s, whatever stands in it',
    async (separator) => {
      const format = read(`about: x
columns:
  - { header: "id, ;|\\t", from: user_id }
  - { header: first, from: first_name }
  - { header: last, from: last_name }
  - { header: note, attribute: note }
file: { separator: ${separator}, formulas: keep }`);
      const { cells, bytes } = await writeFormat(format, { people: PEOPLE });
      const file = {
        file: folder.write(`${separator}.csv`, bytes),
        separator: { comma: ',', semicolon: ';', tab: '\t', pipe: '|' }[separator],
      };
      const [[, ...byPython] = []] = readByPython([file]);
      const [, ...byDuckDb] = await readByDuckDb(file, 4);
      expect(byPython).toEqual(cells);
      expect(byDuckDb).toEqual(cells);
    },
  );

  it('has no rank for people who have none', async () => {
    const format = read('about: x\ncolumns: [{ header: id, from: user_id }, { header: rank, from: rank }]');
    const { cells } = await writeFormat(format, { people: [person('u', {}, 7), person('v', {}, UNRANKED)] });
    expect(cells).toEqual([
      ['u', '7'],
      ['v', ''],
    ]);
    expect(format.columns(CONTEXT)[1]).toMatchObject({ header: 'rank', varies: true });
  });

  it('keeps a row whose only cell is empty', async () => {
    const format = read('about: x\ncolumns: [{ header: a, attribute: a }]\nfile: { header: false }');
    const { bytes } = await writeFormat(format, { people: [person('u'), person('v', { attributes: { a: 'b' } })] });
    expect(bytes.toString()).toBe('""\r\nb\r\n');
    expect([[''], ['b']].map((cells) => format.rowBytes?.(cells))).toEqual([4, 3]);
  });

  it('never tells fewer bytes than a row has', async () => {
    const format = read(PARTNER.replace('identifiers: [email_sha256, mobile]\n', ''));
    const text = fc.string({ unit: 'grapheme', maxLength: 20 });
    await fc.assert(
      fc.asyncProperty(text, text, fc.constantFrom('full', 'remove'), async (userId, plan, change) => {
        const head = (await writeFormat(format, { people: [], change })).bytes.length;
        const { cells, bytes } = await writeFormat(format, {
          people: [person(userId, { attributes: { plan } })],
          change,
        });
        expect(format.rowBytes?.(cells[0] ?? [])).toBeGreaterThanOrEqual(bytes.length - head);
      }),
      { numRuns: 50 },
    );
  });
});

describe('the file of a format', () => {
  it.each([
    [
      'a misspelt source',
      'about: x\ncolumns:\n  - { header: a, from: frist_name }',
      'error[E_FORMAT_FIELD] formats/partner.yaml:3:24',
      'columns[0].from is "frist_name"; expected one of user_id, rank, email',
      'fix: write "from: first_name"',
    ],
    [
      'an attribute as a source',
      'about: x\ncolumns:\n  - { header: a, from: loyalty_card_number }',
      'error[E_FORMAT_FIELD] formats/partner.yaml:3:24',
      'columns[0].from is "loyalty_card_number"; expected one of',
      'fix: write "attribute:" for an attribute of contacts',
    ],
    [
      'a misspelt transform',
      'about: x\ncolumns:\n  - header: a\n    from: email\n    transform: [emial]',
      'formats/partner.yaml:5:17',
      'columns[0].transform[0] is "emial"; expected one of email, gmail',
      'fix: write "email" instead of "emial"',
    ],
    [
      'an unknown key',
      'about: x\ncolums: []',
      'formats/partner.yaml:2:1',
      'colums is not a key',
      'write "columns:" instead of "colums:"',
    ],
    [
      'an identifier that is no column',
      `${PARTNER.replace('mobile]', 'mobil]')}`,
      'partner.yaml:11:29',
      'identifiers[1] is "mobil"; expected the header of a column',
      'fix: write "mobile" instead of "mobil"',
    ],
    [
      'two sources',
      'about: x\ncolumns: [{ header: a, from: email, value: b }]',
      'partner.yaml:2:',
      'no value beside from',
      'remove "value:" or "from:"',
    ],
    [
      'no source',
      'about: x\ncolumns: [{ header: a }]',
      'partner.yaml:2:',
      'expected one of from, attribute and value',
      'add "from: email"',
    ],
    [
      'a hash of a constant',
      'about: x\ncolumns: [{ header: a, value: b, hash: sha256 }]',
      'partner.yaml:2:',
      'no hash beside value',
      'remove "hash:"',
    ],
    [
      'an unknown hash',
      'about: x\ncolumns: [{ header: a, from: email, hash: sha265 }]',
      'partner.yaml:2:',
      'hash is "sha265"',
      'write "hash: sha256"',
    ],
    [
      'a removal without a value',
      'about: x\ncolumns: [{ header: a, from: email, removed: x }]',
      'partner.yaml:2:',
      'a value beside it',
      'removed',
    ],
    [
      'a wrong size',
      'about: x\ncolumns: [{ header: a, from: email }]\nfile: { size: 50 megs }',
      'partner.yaml:3:15',
      'file.size is "50 megs"; expected a size such as 50MB',
      'size: 50MB',
    ],
    [
      'a separator of JSON',
      'about: x\ncolumns: [{ header: a, from: email }]\nfile: { type: jsonl, separator: tab }',
      'partner.yaml:3:',
      'no separator beside type: jsonl',
      'remove "separator:"',
    ],
    [
      'a key given twice',
      'about: x\ncolumns: [{ header: a, from: email }, { header: a, from: phone }]\nfile: { type: jsonl }',
      'partner.yaml:2:',
      'each header once',
      'rename',
    ],
    ['no YAML', 'about: [', 'error[E_FORMAT_SYNTAX] formats/partner.yaml:1:', '', 'fix:'],
    ['a list', '- a', 'partner.yaml:1:1', 'no map of keys', 'about:'],
    ['nothing', '', 'partner.yaml:1:1', 'no map of keys', 'about:'],
  ])('with %s is told by place, value, what was expected and a fix', (_what, text, where, message, fix) => {
    const told = problemsOf(text);
    expect(told).toContain(where);
    expect(told).toContain(message);
    expect(told).toContain(fix);
  });

  it('has all its problems told at once, in their order', () => {
    const told = problemsOf('about: x\nfoo: 1\ncolumns: [{ header: a, from: emal }]\nminimum: 0');
    expect(told.split('\n').filter((line) => line.startsWith('error'))).toEqual([
      expect.stringContaining('formats/partner.yaml:2:1'),
      expect.stringContaining('formats/partner.yaml:3:30'),
      expect.stringContaining('formats/partner.yaml:4:10'),
    ]);
  });
});

describe('docs/audience-formats.md', () => {
  const docs = readFileSync(join(__dirname, '../../../docs/audience-formats.md'), 'utf8');
  const section = docs.slice(docs.indexOf('## Your own format'));

  it('has an example that can be used', async () => {
    const example = /```yaml\n([\s\S]*?)```/.exec(section)?.[1] ?? '';
    const { bytes } = await writeFormat(read(example), { people: [ada] });
    expect(bytes.toString()).toBe(
      `member;email_sha256;mobile;tier;source;active\r\nu1;${adaHash};442079460018;GOLDEN;nightjar;1\r\n`,
    );
  });

  it('has a format for Iterable that knows users by id: the same rows, also of people without an address', async () => {
    const example = /```yaml\n(# formats\/iterable-ids[\s\S]*?)```/.exec(section)?.[1] ?? '';
    const format = readCustomFormat({ name: 'iterable-ids', file: 'formats/iterable-ids.yaml', text: example });
    const bob = person('u2', { firstName: ' Bob ', phone: '+1 650 555 1212', locale: 'en-US', country: 'us' });
    const own = await writeFormat(format, { people: [ada, bob] });
    expect(own.bytes.toString()).toBe(
      'userId,email,firstName,lastName,phoneNumber,locale,country\r\n' +
        'u1,ada@shop.example,,,+442079460018,,GB\r\nu2,,Bob,,+16505551212,en-US,US\r\n',
    );
    expect(format).toMatchObject({
      keyColumns: 1,
      changes: iterable.changes,
      file: { maxRows: iterable.file.maxRows },
    });
    expect(
      format
        .columns(CONTEXT)
        .map(({ header }) => header)
        .sort(),
    ).toEqual(
      iterable
        .columns({ ...CONTEXT, attributes: [] })
        .map(({ header }) => header)
        .sort(),
    );
  });

  it('has every transform with what it does, and every key and source', () => {
    const missing = [...WORDS].filter(([word, { about }]) => !section.includes(`| \`${word}\` | ${about} |`));
    expect(missing).toEqual([]);
    const schema = describeSchema(customSchema);
    const keys = [...listKeys(schema, []), ...listKeys(schema, ['file']).map((key) => `file.${key}`)];
    const names = [...keys.filter((key) => key !== 'file'), ...PERSON_SOURCES, ...RUN_SOURCES];
    expect(names.filter((name) => !section.includes(`\`${name}\``))).toEqual([]);
  });
});
