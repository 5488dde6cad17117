/** The CSV dialect that the formats share. */
import { csvRowBytes, isFormula, writeCsvFile } from '../../../src/audience/formats/csv-file';
import type { Cells, Column } from '../../../src/audience/formats/format';
import { batches, collect } from '../streams';

const column = (header: string, form: Column['form'] = 'plain'): Column => ({ header, form, rule: '' });
const COLUMNS = [column('a'), column('b,c'), column('d', 'hashed')];

async function write(
  rows: readonly Cells[],
  ...rest: Parameters<typeof writeCsvFile> extends [unknown, unknown, ...infer R] ? R : never
) {
  return Buffer.concat(await collect(writeCsvFile(COLUMNS, batches(rows, 2), ...rest))).toString('utf8');
}

describe('writeCsvFile', () => {
  const ROWS = [
    ['x', 'say "hi"', 'ab'],
    ['1,5', '', ''],
    ['=1+1', 'two\r\nlines', '00'],
  ];

  it('quotes what needs it and ends lines by CRLF', async () => {
    expect(await write(ROWS)).toBe('a,"b,c",d\r\nx,"say ""hi""",ab\r\n"1,5",,\r\n=1+1,"two\r\nlines",00\r\n');
  });

  it('writes what a dialect says', async () => {
    const dialect = { lineEnd: '\n', encoding: 'utf-8-bom', formulas: 'escape', header: 'left out' } as const;

    expect(await write([['=1+1', '', 'ab']], dialect)).toBe("\uFEFF'=1+1,,ab\n");
  });

  it('writes records between header and rows', async () => {
    expect(await write([['1', '2', '3']], {}, [['Format', '6.0', '']])).toBe('a,"b,c",d\r\nFormat,6.0,\r\n1,2,3\r\n');
  });

  it('writes a header where there are no rows', async () => expect(await write([])).toBe('a,"b,c",d\r\n'));

  it('writes as many bytes as csvRowBytes tells', async () => {
    const rows = [...ROWS, ['Jörg; 東京', ' a', 'ff']];
    const header = Buffer.byteLength('a,"b,c",d\r\n');
    const text = await write(rows);

    expect(rows.reduce((bytes, cells) => bytes + csvRowBytes(cells), header)).toBe(Buffer.byteLength(text));
  });
});

describe('isFormula', () => {
  it.each([...'=+-@\t\r\n\0＝＋－＠'])('knows what a spreadsheet may run: %j', (first) => {
    expect(isFormula(`${first}1`)).toBe(true);
  });

  it.each(['', '1', 'a=1', "'=1", 'é', ' =1', '山'])('and what it does not: %j', (cell) => {
    expect(isFormula(cell)).toBe(false);
  });
});
