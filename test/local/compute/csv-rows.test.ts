import fc from 'fast-check';
import { readCsv } from '../../../src/local/compute/csv-rows';
import { createFolder, type Folder } from './fixtures';

let folder: Folder;
beforeAll(() => {
  folder = createFolder();
});
afterAll(() => folder.remove());

async function readAll(text: string): Promise<readonly (readonly string[])[]> {
  const rows: (readonly string[])[] = [];
  await readCsv(folder.write('x.csv', text), (header) => {
    rows.push(header);
    return (cells) => rows.push(cells);
  });
  return rows;
}

describe('readCsv', () => {
  it('reads plain and quoted cells, empty cells, CRLF, a byte order mark and a last line without end', async () => {
    const text = '\uFEFFA,B,C\r\n1,,x|y\r\n"a,b","say ""hi""","a \\"b\\" \\\\ \\c"\r\n\r\nä,😀,';
    expect(await readAll(text)).toEqual([
      ['A', 'B', 'C'],
      ['1', '', 'x|y'],
      ['a,b', 'say "hi"', 'a "b" \\ \\c'],
      ['ä', '😀', ''],
    ]);
  });

  it('gives back any cells that were written as CSV', async () => {
    const cell = fc.string({ unit: fc.constantFrom('a', '"', ',', '\\', '\r', ' ', 'é', '😀'), maxLength: 5 });
    const table = fc.array(fc.tuple(cell, cell), { minLength: 1, maxLength: 5 });
    const escapes = fc.constantFrom('""', '\\"');
    await fc.assert(
      fc.asyncProperty(table, escapes, async (rows, quoteMark) => {
        const quote = (text: string): string => `"${text.replaceAll('\\', '\\\\').replaceAll('"', quoteMark)}"`;
        const text = rows.map((row) => row.map(quote).join(',')).join('\n');
        expect(await readAll(text)).toEqual(rows);
      }),
      { numRuns: 50 },
    );
  });

  it.each([
    ['', 'in line 1. The file is empty'],
    ['A,B\n1,2\n\n3\n', 'in line 4. The record has 1 value, the header has 2.'],
    ['A,B\n1,2\n1,"2\n3"\n', 'in line 3. A quote is not closed; each record must be on a single line.'],
    ['A,B\n1,"2\\"\n', 'in line 2. A quote is not closed'],
    ['A,B\n1,"2"x"3"\n', 'in line 2. A value goes on behind its closing quote'],
    ['A,B\n1,5" pipe\n', 'in line 2. A value has a quote in its middle'],
  ])('says what is wrong with %j', async (text, message) => {
    await expect(readAll(text)).rejects.toThrow(message);
  });
});
