import fc from 'fast-check';
import { FORMATS, findFormat } from '../../../src/audience/formats/all';
import type { AudienceFormat } from '../../../src/audience/formats/format';
import { CONTEXT, person } from './people';
import { writeFormat } from './write-format';

function open(name: string): AudienceFormat {
  const format = findFormat(name);
  if (format === undefined) throw new Error(`no ${name}`);
  return format;
}

const ADA = person('u1', {
  email: 'Ada+news@Shop.example',
  phone: '020 7946 0018',
  firstName: 'Ada',
  locale: 'en-GB',
  country: 'gb',
  timeZone: 'Europe/London',
  attributes: { plan: 'gold' },
});
const CONTEXT_OF_PLAN = { ...CONTEXT, attributes: ['plan'] };

async function textOf(name: string, change: 'full' | 'add' | 'remove', people = [ADA]): Promise<string> {
  return (await writeFormat(open(name), { people, change, context: CONTEXT_OF_PLAN })).bytes.toString();
}

describe('formats of platforms that import contacts', () => {
  it.each([
    ['klaviyo', 'Email,First Name,Last Name,Country,Locale,plan', 'ada+news@shop.example,Ada,,GB,en-GB,gold'],
    [
      'braze',
      'external_id,email,first_name,last_name,country,language,phone,time_zone,audience_nightly__drama_fans,plan',
      'u1,ada+news@shop.example,Ada,,GB,en,+442079460018,Europe/London,true,gold',
    ],
    [
      'mailchimp',
      'Email Address,First Name,Last Name,Phone Number,Country,Language,plan',
      'ada+news@shop.example,Ada,,+442079460018,GB,en-GB,gold',
    ],
    [
      'hubspot',
      'Email,First Name,Last Name,Phone Number,Country/Region,plan',
      'ada+news@shop.example,Ada,,+442079460018,GB,gold',
    ],
    [
      'iterable',
      'email,userId,firstName,lastName,phoneNumber,locale,country,plan',
      'ada+news@shop.example,u1,Ada,,+442079460018,en-GB,GB,gold',
    ],
  ])('%s has the header that the platform wants, and plain values', async (name, header, row) => {
    expect(await textOf(name, 'full')).toBe(`${header}\r\n${row}\r\n`);
    expect(await textOf(name, 'add')).toBe(`${header}\r\n${row}\r\n`);
  });

  it.each([
    ['klaviyo', 'Email\r\nada+news@shop.example\r\n'],
    ['braze', 'external_id,audience_nightly__drama_fans\r\nu1,false\r\n'],
    ['mailchimp', 'Email Address\r\nada+news@shop.example\r\n'],
    ['hubspot', 'Email\r\nada+news@shop.example\r\n'],
    ['iterable', 'email,userId\r\nada+news@shop.example,u1\r\n'],
    ['ses', '{"emailAddress":"ada+news@shop.example"}\n'],
  ])('%s has the keys alone in files of removals', async (name, text) => {
    expect(await textOf(name, 'remove')).toBe(text);
  });

  it.each(['klaviyo', 'mailchimp', 'hubspot', 'iterable', 'ses'])(
    '%s leaves out and counts people without an address',
    async (name) => {
      const { cells, counts } = await writeFormat(open(name), {
        people: [person('u1', { phone: '+442079460018' }), ADA],
      });
      expect(cells).toHaveLength(1);
      expect(counts).toEqual({ no_identifier: 1 });
    },
  );

  it('braze has a flag of each job, audience and part', () => {
    const paths = [
      ['a', 'a-b'],
      ['a', 'a', 'b'],
      ['a', 'a'],
      ['b', 'a'],
      ['a-a', 'b'],
    ];
    const flags = paths.map((path) => open('braze').columns({ ...CONTEXT, path })[8]?.header);
    expect(flags).toEqual([
      ...['audience_a__a_b', 'audience_a__a__b', 'audience_a__a', 'audience_b__a', 'audience_a_a__b'],
    ]);
  });

  it('braze has no two flags alike, whatever the names', () => {
    const name = fc.stringMatching(/^[a-d0-2][a-d0-2-]{0,7}$/);
    const path = fc
      .tuple(name, name, fc.option(name, { nil: undefined }))
      .map((names) => names.flatMap((one) => one ?? []));
    const flagOf = (names: readonly string[]) => open('braze').columns({ ...CONTEXT, path: names })[8]?.header;
    fc.assert(
      fc.property(path, path, (one, other) => {
        expect(flagOf(one) === flagOf(other)).toBe(one.join('/') === other.join('/'));
      }),
      {
        numRuns: 2000,
        examples: [
          [
            ['a--b', 'c'],
            ['a', 'b', 'c'],
          ],
          [
            ['a-', 'b'],
            ['a', 'b'],
          ],
          [
            ['a-', 'b'],
            ['a--b', 'b'],
          ],
        ],
      },
    );
    expect(flagOf(['a--b', 'c-'])).toBe('audience_a_2Db__c_1D');
  });

  it.each(['braze', 'iterable'])('%s leaves out and counts user ids that a spreadsheet would run', async (name) => {
    const people = [person('=1+1', { email: 'a@mail.example' }), ADA];
    const { cells, counts } = await writeFormat(open(name), { people });
    expect(cells).toHaveLength(1);
    expect(counts).toEqual({ formula: 1, no_identifier: 1 });
  });

  it('have keys that stand first, and what removals hold stays the same where only other columns change', async () => {
    const keyed = FORMATS.filter(({ keyColumns }) => keyColumns !== undefined);
    expect(keyed.map(({ name }) => name)).toEqual(['klaviyo', 'braze', 'mailchimp', 'hubspot', 'iterable', 'ses']);
    for (const format of keyed) {
      const { cells } = await writeFormat(format, { people: [ADA] });
      const { bytes } = await writeFormat(format, { people: [ADA], change: 'remove' });
      expect(bytes.toString()).toContain(cells[0]?.[0]);
      expect(bytes.toString()).not.toContain('Ada,');
    }
  });

  it('ses has the attributes as a text of JSON, and leaves consent alone', async () => {
    const line: unknown = JSON.parse(await textOf('ses', 'full'));
    expect(line).toEqual({
      emailAddress: 'ada+news@shop.example',
      attributesData: '{"userId":"u1","firstName":"Ada","locale":"en-GB","country":"GB","plan":"gold"}',
    });
  });

  it('mailchimp takes no text of more than 255 bytes, and ASCII alone before the @', async () => {
    const people = [
      person('u1', { email: 'a@mail.example', firstName: 'é'.repeat(127), lastName: 'é'.repeat(128) }),
      person('u2', { email: 'é@mail.example' }),
    ];
    const { cells, counts } = await writeFormat(open('mailchimp'), { people });
    expect(cells.map((row) => row.slice(0, 3))).toEqual([['a@mail.example', 'é'.repeat(127), '']]);
    expect(counts).toEqual({ too_long: 1, bad_email: 1, no_identifier: 1 });
  });

  it('never begins a plain text with a formula, and keeps addresses as they are', async () => {
    const people = [
      person('u1', { email: '=1+1@mail.example', firstName: '=1', lastName: ' \u0000@x', attributes: { plan: '-1' } }),
    ];
    const { cells, counts } = await writeFormat(open('klaviyo'), { people, context: CONTEXT_OF_PLAN });
    expect(cells).toEqual([['=1+1@mail.example', '', '', '', '', '']]);
    expect(counts).toEqual({ formula: 3 });
  });
});

describe('all formats', () => {
  it('have names that job files can use, each once', () => {
    const names = FORMATS.map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
    for (const name of names) expect(name).toMatch(/^[a-z][a-z0-9-]{0,39}$/);
    expect(names).toEqual(
      expect.arrayContaining(['csv', 'jsonl', 'parquet', 'meta', 'google-ads', 'tiktok', 'linkedin', 'microsoft']),
    );
  });

  it('give an attribute another header where they have one of that name', () => {
    const context = { ...CONTEXT, attributes: ['rank', 'email', 'plan'] };
    for (const format of FORMATS) {
      const headers = format.columns(context).map(({ header }) => header);
      const repeated = headers.filter((header, index) => headers.indexOf(header) !== index);
      if (!/^(tiktok|meta|google-ads)$/.test(format.name)) expect([format.name, repeated]).toEqual([format.name, []]);
    }
  });

  it('make cells and columns of the same number', async () => {
    for (const format of FORMATS) {
      const { cells } = await writeFormat(format);
      const width = format.columns(CONTEXT).length;
      expect([format.name, ...new Set(cells.map((row) => row.length))]).toEqual([format.name, width]);
    }
  });

  it('make the same file of the same people', async () => {
    for (const format of FORMATS) {
      const [one, two] = [await writeFormat(format), await writeFormat(format)];
      expect(one.bytes.equals(two.bytes)).toBe(true);
    }
  });
});
