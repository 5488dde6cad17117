/** The files of ad platforms: what a person's row holds, who has none, and what stands around the rows. */
import { findFormat } from '../../../src/audience/formats/all';
import type { AudienceFormat, Cells, Change, FileContext } from '../../../src/audience/formats/format';
import type { Contact } from '../../../src/job/people';
import { sha256Hex } from '../../../src/sha256';
import { batches, collect } from '../streams';

const CONTEXT: FileContext = {
  runId: 'fans.2026-03-01',
  at: '2026-03-01T02:00:00Z',
  audience: 'fans',
  path: ['nightly', 'fans'],
  attributes: [],
};

const ANN: Contact = {
  userId: 'u-1',
  email: 'Ann.Lee+news@Gmail.com',
  phone: '(650) 555-1212',
  firstName: 'Mr. Ann',
  lastName: "O'Neil Jr.",
  country: 'US',
  attributes: {
    postal_code: '94035-1234',
    city: 'New York',
    state: 'California',
    birth_date: '1997-02-16',
    gender: 'female',
    mobile_ad_id: '6D92078A-8246-4BA4-AE5B-76104861E7DC',
    job_title: 'Head of, things',
    company: 'ACME',
  },
};
const AAID = '6d92078a-8246-4ba4-ae5b-76104861e7dc';

function format(name: string): AudienceFormat {
  const found = findFormat(name);
  if (found === undefined) throw new Error(`no format ${name}`);
  return found;
}

function make(name: string, contact: Partial<Contact>): { cells: Cells | undefined; counted: readonly string[] } {
  const counted: string[] = [];
  const person = { userId: 'u-1', rank: 1, contact: { userId: 'u-1', attributes: {}, ...contact } };
  return { cells: format(name).makeCells(person, CONTEXT, (what) => counted.push(what)), counted };
}

async function write(name: string, rows: readonly Cells[], change: Change, context = CONTEXT): Promise<string> {
  return Buffer.concat(await collect(format(name).write(batches(rows, 2), context, change))).toString('utf8');
}

const ROWS: Readonly<Record<string, readonly string[]>> = {
  meta: [
    sha256Hex('ann.lee+news@gmail.com'),
    sha256Hex('16505551212'),
    AAID,
    ...['mr ann', 'oneil jr', '94035', 'newyork', 'ca', 'us', '1997', 'f'].map(sha256Hex),
  ],
  'google-ads': [...['annlee@gmail.com', '+16505551212', 'ann', "o'neil"].map(sha256Hex), ...['us', '94035-1234']],
  tiktok: ['ann.lee+news@gmail.com', '+16505551212', '16505551212', AAID].map(sha256Hex),
  linkedin: [sha256Hex('ann.lee+news@gmail.com'), 'Mr. Ann', "O'Neil Jr.", 'Head of, things', 'ACME', 'US', ''],
  microsoft: [
    'Customer List Item',
    '',
    '',
    'LIST-ID',
    ...Array(7).fill(''),
    'Email',
    sha256Hex('ann.lee+news@gmail.com'),
  ],
};
const NAMES = Object.keys(ROWS);

describe.each(NAMES)('%s', (name) => {
  it('makes the row of a person, a cell for each column', () => {
    expect(make(name, ANN)).toEqual({ cells: ROWS[name], counted: [] });
    expect(format(name).columns(CONTEXT)).toHaveLength(ROWS[name]?.length ?? 0);
  });

  it('answers the same for the same person again, remembered or not', () => {
    expect([make(name, ANN), make(name, ANN)]).toEqual([make(name, ANN), make(name, { ...ANN })]);
  });

  it('leaves what is empty empty, and never hashes nothing', () => {
    const { cells } = make(name, { email: 'a@b.example', phone: '', firstName: ' ', attributes: { city: '' } });

    expect(cells?.filter((cell) => cell === sha256Hex(''))).toEqual([]);
    expect(cells).toContain(sha256Hex('a@b.example'));
  });

  it('has no row for who has nothing to be found by', () => {
    expect(make(name, { firstName: 'Ann', country: 'US' })).toEqual({ cells: undefined, counted: ['no_identifier'] });
  });

  it('drops an unusable address or number, keeps the others and counts', () => {
    const { cells, counted } = make(name, { ...ANN, email: 'ann', phone: '12' });

    expect(counted).toContain('bad_email');
    expect(cells?.[0] ?? '').toBe('');
  });

  it('takes no hash for a value', () => {
    const { cells, counted } = make(name, { email: sha256Hex('ann@mail.example') });

    expect({ cells, counted }).toEqual({ cells: undefined, counted: ['already_hashed', 'no_identifier'] });
  });

  it('writes a header and the rows', async () => {
    const row = ROWS[name] ?? [];
    const text = await write(name, [row], 'full');
    const header = format(name)
      .columns(CONTEXT)
      .map((column) => column.header)
      .join(',');

    expect(text.startsWith(`${header}\r\n`)).toBe(true);
    expect(text.trimEnd().split('\r\n').at(-1)).toContain(
      sha256Hex(name === 'google-ads' ? 'annlee@gmail.com' : 'ann.lee+news@gmail.com'),
    );
  });
});

describe('headers', () => {
  it.each([
    ['meta', 'email,phone,madid,fn,ln,zip,ct,st,country,doby,gen'],
    ['google-ads', 'Email,Phone,First Name,Last Name,Country,Zip'],
    ['tiktok', 'Email_SHA256,Phone_SHA256,Phone_SHA256,MAID_SHA256'],
    ['linkedin', 'email,firstname,lastname,jobtitle,employeecompany,country,googleaid'],
    [
      'microsoft',
      'Type,Status,Id,Parent Id,Client Id,Modified Time,Name,Description,Scope,Audience,Action Type,Sub Type,Text',
    ],
  ])('of %s', (name, header) => {
    expect(
      format(name)
        .columns(CONTEXT)
        .map((column) => column.header)
        .join(','),
    ).toBe(header);
  });
});

describe('google-ads', () => {
  it('writes an address only where it is whole', () => {
    const { cells } = make('google-ads', { ...ANN, attributes: {} });

    expect(cells?.slice(2)).toEqual(['', '', '', '']);
    expect(make('google-ads', { ...ANN, email: '', phone: '' }).cells?.slice(0, 2)).toEqual(['', '']);
  });

  it('wants consent to both of its uses', () => {
    expect(format('google-ads').consent).toEqual(['ad_user_data', 'ad_personalization']);
  });

  it('leaves out a plain text that may run as a formula, and never changes it', () => {
    const { cells, counted } = make('google-ads', { ...ANN, attributes: { postal_code: '=1+1' } });

    expect({ cells: cells?.slice(2), counted }).toEqual({ cells: ['', '', '', ''], counted: ['formula'] });
  });
});

describe('linkedin', () => {
  it('takes a name in full for want of an address', () => {
    expect(make('linkedin', { firstName: 'Ann', lastName: 'Lee' }).cells?.slice(0, 3)).toEqual(['', 'Ann', 'Lee']);
  });

  it.each([...'=+-@＝＋－＠'])('empties and counts a text that begins with %s', (first) => {
    const { cells, counted } = make('linkedin', { ...ANN, firstName: ` ${first}cmd|' /C calc'!A0` });

    expect({ cell: cells?.[1], counted }).toEqual({ cell: '', counted: ['formula'] });
  });

  it('cuts texts to what LinkedIn takes, between characters', () => {
    const { cells } = make('linkedin', { ...ANN, firstName: '👩'.repeat(40), attributes: { company: 'x'.repeat(60) } });

    expect([[...(cells?.[1] ?? '')].length, cells?.[4]?.length]).toEqual([35, 50]);
  });

  it('keeps a text on one line', () => {
    expect(make('linkedin', { ...ANN, firstName: 'Ann\r\n=1\u0000x' }).cells?.[1]).toBe('Ann =1 x');
  });
});

describe('microsoft', () => {
  it.each([
    ['full', 'Replace'],
    ['add', 'Add'],
    ['remove', 'Remove'],
  ] as const)('writes the records of a list before its people, for the change %s', async (change, action) => {
    const text = await write('microsoft', [ROWS.microsoft ?? []], change);

    expect(text.split('\r\n').slice(1)).toEqual([
      'Format Version,,,,,,6.0,,,,,,',
      `Customer List,Active,LIST-ID,,,,,,Customer,fans,${action},,`,
      `Customer List Item,,,LIST-ID,,,,,,,,Email,${sha256Hex('ann.lee+news@gmail.com')}`,
      '',
    ]);
  });
});

describe('microsoft of a list with an id', () => {
  it('names it in the list and in each row, though the rows are kept without', async () => {
    const text = await write('microsoft', [ROWS.microsoft ?? []], 'add', { ...CONTEXT, listId: '806200123' });

    expect(text.split('\r\n').slice(2)).toEqual([
      'Customer List,Active,806200123,,,,,,Customer,fans,Add,,',
      `Customer List Item,,,806200123,,,,,,,,Email,${sha256Hex('ann.lee+news@gmail.com')}`,
      '',
    ]);
  });
});

describe('limits', () => {
  it('are those of the platforms', () => {
    const limits = NAMES.map((name) => [
      name,
      format(name).file.maxRows,
      format(name).file.maxBytes,
      format(name).minimum,
    ]);

    expect(limits).toEqual([
      ['meta', undefined, undefined, { count: 100, of: 'rows' }],
      ['google-ads', undefined, undefined, { count: 100, of: 'rows' }],
      ['tiktok', undefined, 999_999_999, { count: 1000, of: 'matched' }],
      ['linkedin', 300_000, 20_000_000, { count: 300, of: 'rows' }],
      ['microsoft', undefined, undefined, { count: 300, of: 'matched' }],
    ]);
  });
});
