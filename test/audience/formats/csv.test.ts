import { parse } from 'csv-parse/sync';
import fc from 'fast-check';
import { csv } from '../../../src/audience/formats/csv';
import type { Person } from '../../../src/audience/formats/format';
import { batches, collect } from '../streams';
import { CONTEXT, person } from './people';
import { writeFormat } from './write-format';

const HEADER = 'user_id,rank,email,phone,first_name,last_name,locale,country';
const write = async (people: readonly Person[], attributes: readonly string[] = []) =>
  (await writeFormat(csv, { people, context: { ...CONTEXT, attributes } })).bytes.toString();

describe('the format csv', () => {
  it('writes a header and rows with CRLF, and quotes only where it must', async () => {
    const values = {
      email: 'ada@shop.example',
      firstName: 'Ada, Countess',
      lastName: 'Łovelace',
      locale: 'en-GB',
      country: 'gb',
    };
    expect(await write([person('u"1', values, 3)])).toBe(
      `${HEADER}\r\n"u""1",3,ada@shop.example,,"Ada, Countess",Łovelace,en-GB,GB\r\n`,
    );
  });

  it('writes the attributes that are asked for, after the other columns', async () => {
    const people = [person('u1', { attributes: { plan: 'gold', other: 'x', rank: '7' } })];
    expect(await write(people, ['plan', 'none', 'rank'])).toBe(
      `${HEADER},plan,none,attribute_rank\r\nu1,1,,,,,,,gold,,7\r\n`,
    );
  });

  it('writes the header alone for nobody', async () => {
    expect(await write([])).toBe(`${HEADER}\r\n`);
  });

  it('writes a number as E.164 where it can be read, and else as it is', async () => {
    const people = [person('a', { phone: '020 7946 0018', country: 'GB' }), person('b', { phone: '020 7946 0018' })];
    expect(await write(people)).toContain("a,1,,'+442079460018,");
    expect(await write(people)).toContain('b,1,,020 7946 0018,');
  });

  it('is read by a CSV library as what was written, but for the apostrophes before formulas', async () => {
    const text = fc.string({ unit: 'grapheme', maxLength: 12 });
    await fc.assert(
      fc.asyncProperty(fc.array(fc.tuple(text, text), { maxLength: 8 }), async (names) => {
        const people = names.map(([firstName, lastName], index) => person('u1', { firstName, lastName }, index + 1));
        const read: unknown = parse(await write(people), { columns: true, record_delimiter: '\r\n' });
        const escaped = (cell: string) => cell.replace(/^(?=[=+\-@\t\r\n\0＝＋－＠])/, "'");
        expect(read).toEqual(
          names.map(([first, last], index) =>
            expect.objectContaining({ first_name: escaped(first), last_name: escaped(last), rank: String(index + 1) }),
          ),
        );
      }),
    );
  });

  it('splits a long file into chunks that add up', async () => {
    const rows = Array.from({ length: 20_000 }, (_, index) => [`u${index}`, '1', '', '', '', '', '', '']);
    const chunks = await collect(csv.write(batches(rows, 500), { ...CONTEXT, attributes: [] }, 'full'));
    expect(chunks.length).toBeGreaterThan(2);
    expect(Buffer.concat(chunks).toString().split('\r\n').length).toBe(20_002);
  });
});
