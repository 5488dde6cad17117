import { parse } from 'csv-parse/sync';
import fc from 'fast-check';
import { type CsvOptions, escapeFormula, writeCsv } from '../../src/audience/csv';
import type { Contact } from '../../src/job/people';
import { collect, stream } from './streams';

const row = (contact: Partial<Contact>, rank = 1) => ({
  member: { userId: contact.userId ?? 'u1', rank },
  contact: { userId: 'u1', attributes: {}, ...contact },
});

async function write(rows: readonly ReturnType<typeof row>[], options?: CsvOptions): Promise<string> {
  return Buffer.concat(await collect(writeCsv(stream(rows), options))).toString('utf8');
}

describe('writeCsv', () => {
  it('writes a header and rows with CRLF, and quotes only where it must', async () => {
    const contact = {
      userId: 'u"1',
      email: 'ada@shop.example',
      firstName: 'Ada, Countess',
      lastName: 'Łovelace',
      locale: 'en-GB',
      country: 'gb',
      attributes: { plan: 'gold' },
    };
    expect(await write([row(contact, 3)])).toBe(
      'user_id,rank,email,phone,first_name,last_name,locale,country\r\n' +
        '"u""1",3,ada@shop.example,,"Ada, Countess",Łovelace,en-GB,GB\r\n',
    );
  });

  it('writes the attributes that are asked for, after the other columns', async () => {
    const text = await write([row({ attributes: { plan: 'gold', other: 'x' } })], { attributes: ['plan', 'none'] });
    expect(text).toBe('user_id,rank,email,phone,first_name,last_name,locale,country,plan,none\r\nu1,1,,,,,,,gold,\r\n');
  });

  it('writes the header alone for nobody', async () => {
    expect(await write([])).toBe('user_id,rank,email,phone,first_name,last_name,locale,country\r\n');
  });

  it('begins with a byte order mark for Excel only', async () => {
    expect((await write([], { reader: 'excel' })).startsWith('\uFEFFuser_id')).toBe(true);
  });

  it.each(['=1+1', '+49', '-1', '@x', '\tx', '\rx', '\nx', '＝1', '＋1', '－1', '＠x'])(
    'lets no spreadsheet run %j',
    (cell) => {
      expect(escapeFormula(cell)).toBe(`'${cell}`);
    },
  );

  it.each(['a=1', 'x@y', '1-2', '', ' ='])('leaves %j as it is', (cell) => {
    expect(escapeFormula(cell)).toBe(cell);
  });

  it('escapes by default and not when told to keep', async () => {
    const rows = [row({ phone: '+4930', firstName: '=cmd' })];
    expect(await write(rows)).toContain(`u1,1,,'+4930,'=cmd,`);
    expect(await write(rows, { formulas: 'keep' })).toContain('u1,1,,+4930,=cmd,');
  });

  it('is read by a CSV library as what was written', async () => {
    const text = fc.string({ unit: 'grapheme', maxLength: 12 });
    await fc.assert(
      fc.asyncProperty(fc.array(fc.tuple(text, text), { maxLength: 8 }), async (names) => {
        const rows = names.map(([firstName, lastName], index) => row({ firstName, lastName }, index + 1));
        const written = await write(rows, { formulas: 'keep' });
        const read: unknown = parse(written, { columns: true, record_delimiter: '\r\n' });
        expect(read).toEqual(
          names.map(([first_name, last_name], index) =>
            expect.objectContaining({ first_name, last_name, rank: String(index + 1) }),
          ),
        );
      }),
    );
  });

  it('splits a long file into chunks that add up', async () => {
    const rows = Array.from({ length: 20_000 }, (_, index) => row({ userId: `u${index}` }));
    const chunks = await collect(writeCsv(stream(rows)));
    expect(chunks.length).toBeGreaterThan(2);
    expect(Buffer.concat(chunks).toString().split('\r\n').length).toBe(20_002);
  });
});
