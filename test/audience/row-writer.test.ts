/** Rows that are written from columns are those that are made of cells. */
import fc from 'fast-check';
import { FORMATS } from '../../src/audience/formats/all';
import type { AudienceFormat, FileContext } from '../../src/audience/formats/format';
import { RowWriter } from '../../src/audience/row-writer';
import { createRowLayout } from '../../src/audience/rows';
import { TextArena } from '../../src/audience/text-arena';
import type { Contact } from '../../src/job/people';
import { pageOf } from './page-of';

const CONTEXT: FileContext = {
  runId: 'r',
  at: '2026-11-28T06:00:00.000Z',
  audience: 'a',
  path: ['j', 'a'],
  attributes: [],
};

const some = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: undefined, freq: 4 });
const odd = fc.string({ unit: fc.constantFrom(...'aZ1@+.\\ \t\n=é東-', '😀', '\u00a0'), maxLength: 12 });
const HASH = 'a'.repeat(64);
const email = fc.oneof(
  fc.emailAddress(),
  fc.constantFrom(
    'Robin.Doe+x@Gmail.com',
    'robin.doe@gmail.com',
    'a@b@c',
    '@b',
    'a@',
    'x@é.example',
    HASH,
    ' a@b.example ',
  ),
  odd,
);
const phone = fc.oneof(
  fc.constantFrom(
    '+447700900123',
    '+14155550132',
    '+4915112345678',
    '+541112345678',
    '(650) 555-1212',
    '0151 12345678',
    HASH,
  ),
  fc.integer({ min: 1, max: 999_999_999 }).map((digits) => `+44${digits}`),
  odd,
);
const name = fc.oneof(
  fc.constantFrom(
    'Robin',
    'José',
    'Łukasz',
    'Mr. Smith',
    'Smith, Jr., MD',
    'x'.repeat(40),
    'é'.repeat(16),
    HASH,
    '...',
  ),
  odd,
);
const attributes = fc.dictionary(
  fc.constantFrom(
    'city',
    'state',
    'postal_code',
    'birth_date',
    'gender',
    'mobile_ad_id',
    'plan',
    'job_title',
    'company',
  ),
  fc.oneof(
    fc.constantFrom('New York', 'CA', '94103', '1990-02-28', 'f', '6D92078A-8246-4BA4-AE5B-76104861E7DC', ''),
    odd,
  ),
  { noNullPrototype: true },
);
const contact = fc
  .record({
    email: some(email),
    phone: some(phone),
    firstName: some(name),
    lastName: some(name),
    country: some(fc.constantFrom('US', 'GB', 'DE', 'AR', 'zz')),
    attributes,
  })
  .map((fields): Omit<Contact, 'userId'> => {
    const { attributes: own, ...texts } = fields;
    const kept = Object.entries(texts).filter(([, text]) => text !== undefined && text !== '');
    return { ...Object.fromEntries(kept), attributes: own };
  });
const pages = fc.array(fc.array(contact, { minLength: 1, maxLength: 12 }), { minLength: 1, maxLength: 3 });

function written(format: AudienceFormat, contacts: readonly (readonly Contact[])[]) {
  const [counts, arena] = [new Map<string, number>(), new TextArena()];
  const { table } = format;
  if (table === undefined) throw new Error('the format has no table');
  const writer = new RowWriter(table, arena, (what) => counts.set(what, (counts.get(what) ?? 0) + 1));
  const lines: (string | undefined)[] = [];
  for (const some of contacts) {
    const page = pageOf(some);
    const from = arena.count;
    const found = some.map((_, row) => writer.write(page, row));
    writer.flush();
    let place = from;
    for (const isThere of found) {
      const { bytes, start, end } = arena.textAt(place);
      lines.push(isThere ? Buffer.from(bytes.subarray(start, end)).toString('utf8') : undefined);
      if (isThere) place += 1;
    }
    expect(arena.count).toBe(place);
  }
  return { lines, counts: Object.fromEntries(counts) };
}

function made(format: AudienceFormat, contacts: readonly Contact[]) {
  const counts = new Map<string, number>();
  const layout = createRowLayout(format.columns(CONTEXT), format.keyColumns);
  const lines = contacts.map((one, index) => {
    const person = { userId: one.userId, rank: index + 1, contact: one };
    const cells = format.makeCells(person, CONTEXT, (what) => {
      if (what !== 'no_identifier') counts.set(what, (counts.get(what) ?? 0) + 1);
    });
    return cells === undefined ? undefined : layout.write(cells);
  });
  return { lines, counts: Object.fromEntries(counts) };
}

const TABLED = FORMATS.filter(({ table }) => table !== undefined);

it.each(TABLED)('$name writes from columns what it makes of cells', (format) => {
  fc.assert(
    fc.property(pages, (all) => {
      let n = 0;
      const contacts = all.map((some) => some.map((one): Contact => ({ ...one, userId: String(1000 + n++) })));
      expect(written(format, contacts)).toEqual(made(format, contacts.flat()));
    }),
    { numRuns: 300 },
  );
});

it('a table names no column that varies, and at least one that identifies', () => {
  expect(TABLED.map(({ name: format }) => format)).toContain('meta');
  for (const { table, columns } of TABLED) {
    expect(columns(CONTEXT).some(({ varies }) => varies === true)).toBe(false);
    expect(table?.identifiers).toBeGreaterThan(0);
  }
});
