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
    const text = '\uFEFFA,B,C\r\n1,,x|y\r\n"a,b","say ""hi""","two\nlines"\r\n\r\nä,😀,';
    expect(await readAll(text)).toEqual([
      ['A', 'B', 'C'],
      ['1', '', 'x|y'],
      ['a,b', 'say "hi"', 'two\nlines'],
      ['ä', '😀', ''],
    ]);
  });

  it('gives back any cells that were written as CSV', async () => {
    const cell = fc.string({ unit: fc.constantFrom('a', '"', ',', '\n', ' ', 'é'), maxLength: 5 });
    const table = fc.array(fc.tuple(cell, cell), { minLength: 1, maxLength: 5 });
    await fc.assert(
      fc.asyncProperty(table, async (rows) => {
        const quote = (text: string): string => `"${text.replaceAll('"', '""')}"`;
        const text = rows.map((row) => row.map(quote).join(',')).join('\n');
        expect(await readAll(text)).toEqual(rows);
      }),
      { numRuns: 50 },
    );
  });

  it.each([
    ['', 'The input CSV is empty'],
    ['A,B\n1,2\n3\n', 'Row 2 of the input CSV has 1 cells, the header has 2'],
    ['A,B\n1,"2\n', 'A quote in the input CSV is never closed'],
    ['A,B\n1,"2"x"3"\n', 'The input CSV is broken'],
  ])('says what is wrong with %j', async (text, message) => {
    await expect(readAll(text)).rejects.toThrow(message);
  });
});
