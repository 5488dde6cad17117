import { writeFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import { checkCsvFiles } from '../../../src/local/personalize/data/csv-check';
import { readSchema } from '../../../src/local/personalize/data/schema-check';
import { createFolder, type Folder } from '../compute/fixtures';

let folder: Folder;
beforeAll(() => {
  folder = createFolder();
});
afterAll(() => folder.remove());

function schema(name: string, fields: readonly object[]) {
  const members = { type: 'record', name, namespace: 'com.amazonaws.personalize.schema', fields, version: '1.0' };
  return readSchema(JSON.stringify(members), undefined);
}

async function checkBytes(bytes: string | Buffer, columns: readonly object[], name = 'Items'): Promise<string> {
  writeFileSync(folder.path('x.csv'), bytes);
  const check = await checkCsvFiles([{ path: folder.path('x.csv'), name: 's3://shop/x.csv' }], schema(name, columns));
  return check.ok ? `${check.rowCount} rows` : check.failureReason;
}

const ITEM = { name: 'ITEM_ID', type: 'string' };

/** Checks one cell of a type, in the second column and the third line. */
async function checkCell(cell: string, field: Field): Promise<string> {
  const column = { name: 'X', ...field };
  const text = `ITEM_ID,${column.name},Z\ni0,,1\ni1,${cell},1\n`;
  const fields = [ITEM, { ...column, type: ['null', column.type] }, { name: 'Z', type: 'int' }];
  return (await checkBytes(text, fields)).replace(` File s3://shop/x.csv, line 3, column ${column.name}.`, '');
}

type Field = { readonly type: string; readonly name?: string; readonly categorical?: true; readonly textual?: true };

describe('cells', () => {
  it.each<[Field, string]>([
    [{ type: 'int' }, '-2147483648'],
    [{ type: 'int' }, '+5'],
    [{ type: 'long' }, '9223372036854775807'],
    [{ type: 'long' }, '-9223372036854775808'],
    [{ type: 'float' }, '-.5e-3'],
    [{ type: 'float' }, '3'],
    [{ type: 'double' }, '1e308'],
    [{ type: 'boolean' }, 'True'],
    [{ type: 'string' }, 'null'],
    [{ type: 'string', categorical: true }, 'a|b|c'],
    [{ type: 'string', textual: true }, 'x'.repeat(20_000)],
    [{ type: 'long', name: 'CREATION_TIMESTAMP' }, '1596238243'],
  ])('of the form %j may hold %s', async (field, cell) => {
    expect(await checkCell(cell, field)).toBe('2 rows');
  });

  it.each<[Field, string, string]>([
    [{ type: 'int' }, '2147483648', 'Value "2147483648" is not of type int: expected a whole number of 32 bits.'],
    [{ type: 'int' }, '1.0', 'Value "1.0" is not of type int: expected a whole number of 32 bits.'],
    [{ type: 'long' }, '9223372036854775808', 'is not of type long: expected a whole number of 64 bits.'],
    [{ type: 'long' }, ' 5', 'Value " 5" is not of type long'],
    [{ type: 'float' }, '1e39', 'is not of type float: expected a decimal number with a point, at most 3.4e38.'],
    [{ type: 'float' }, 'NaN', 'is not of type float'],
    [{ type: 'double' }, '1e309', 'is not of type double'],
    [{ type: 'double' }, '"1,5"', 'Value "1,5" is not of type double'],
    [{ type: 'boolean' }, '1', 'is not of type boolean: expected true or false.'],
    [
      { type: 'string', categorical: true },
      'x'.repeat(1001),
      'Length cannot be more than 1000 characters for X. If no',
    ],
    [{ type: 'string', textual: true }, 'x'.repeat(20_001), 'Length cannot be more than 20000 characters for X. If no'],
    [
      { type: 'long', name: 'CREATION_TIMESTAMP' },
      '1596238243000',
      'Value "1596238243000" seems to be in milliseconds: expected Unix epoch time in seconds.',
    ],
  ])('of the form %j may not hold %s', async (field, cell, message) => {
    expect(await checkCell(cell, field)).toContain(message);
  });

  it('may be empty only where the schema allows null', async () => {
    expect(await checkBytes('ITEM_ID,X\ni1,\n', [ITEM, { name: 'X', type: 'float' }])).toBe(
      'Value is missing, and the schema does not allow null. File s3://shop/x.csv, line 2, column X.',
    );
  });
});

describe('files', () => {
  const columns = [ITEM, { name: 'X', type: 'int' }];

  it('are counted together, and the file that is wrong is named', async () => {
    const files = [
      { path: folder.write('a.csv', 'ITEM_ID,X\ni1,1\ni2,2\n'), name: 'a' },
      { path: folder.write('b.csv', 'ITEM_ID,X\r\n"i3",3\r\n'), name: 'b' },
    ];
    expect(await checkCsvFiles(files, schema('Items', columns))).toEqual({ ok: true, rowCount: 3 });
    files.push({ path: folder.write('c.csv', 'X,ITEM_ID\n1,i4\n'), name: 'c' });
    expect(await checkCsvFiles(files, schema('Items', columns))).toEqual({
      ok: false,
      failureReason:
        "Input CSV must have the schema's columns in its order: [ITEM_ID, X], not [X, ITEM_ID]. File c, line 1.",
    });
  });

  it.each<[string, string | Buffer, string]>([
    ['without rows', 'ITEM_ID,X\n', 'Create failed. The Items dataset has no rows.'],
    [
      'without a column',
      'ITEM_ID\ni1\n',
      'Input CSV is missing the following columns:[X]. File s3://shop/x.csv, line 1.',
    ],
    ['compressed', gzipSync('ITEM_ID,X\ni1,1\n'), 'The file is compressed (gzip); only plain CSV files'],
    [
      'in Latin-1',
      Buffer.from('ITEM_ID,X\ni1,1\nj\u00fc,2\n', 'latin1'),
      'not encoded in UTF-8. File s3://shop/x.csv, line 3.',
    ],
    [
      'with a record on two lines',
      'ITEM_ID,X\n"i\n1",1\n',
      'each record must be on a single line. File s3://shop/x.csv, line 2.',
    ],
    [
      'with ragged records',
      'ITEM_ID,X\ni1,1\n\ni2,2,3\n',
      'The record has 3 values, the header has 2. File s3://shop/x.csv, line 4.',
    ],
  ])('%s are refused', async (_, bytes, message) => {
    expect(await checkBytes(bytes, columns)).toContain(message);
  });

  it('of many blocks keep their line numbers', async () => {
    const rows = Array.from({ length: 60_000 }, (_, place) => `item-\u00fc-${place},${place}`);
    rows[50_000] = 'bad,x';
    expect(await checkBytes(`\uFEFFITEM_ID,X\n${rows.join('\r\n')}`, columns)).toContain('line 50002, column X.');
  });
});

describe('interactions', () => {
  const columns = [
    { name: 'USER_ID', type: 'string' },
    ITEM,
    { name: 'TIMESTAMP', type: 'long' },
    { name: 'EVENT_TYPE', type: 'string' },
    { name: 'IMPRESSION', type: ['null', 'string'] },
  ];
  const write = (rowOf: (n: number) => string, count = 1000): string =>
    `USER_ID,ITEM_ID,TIMESTAMP,EVENT_TYPE,IMPRESSION\n${Array.from({ length: count }, (_, n) => rowOf(n)).join('\n')}`;

  it('must be 1000, with event types that leave room for the optional columns', async () => {
    const row = (n: number): string => `u1,i1,${n},type ${n % 9},i1|i2`;
    expect(await checkBytes(write(row), columns, 'Interactions')).toBe('1000 rows');
    expect(await checkBytes(write(row, 999), columns, 'Interactions')).toMatch(/fewer than 1000 interactions/);
    expect(
      await checkBytes(
        write((n) => `u1,i1,${n},type ${n % 10},`),
        columns,
        'Interactions',
      ),
    ).toBe('Event types (10) and optional columns (1) together cannot be more than 10. File s3://shop/x.csv, line 11.');
  });

  it.each([
    ['u1,i1,1700000000000,view,', 'milliseconds.*column TIMESTAMP'],
    [`u1,i1,1,${'v'.repeat(257)},`, 'Length cannot be more than 256 characters for EVENT_TYPE'],
    [`u1,${'i'.repeat(257)},1,view,`, 'Length cannot be more than 256 characters for ITEM_ID'],
    ['u1,i1,1,view,i1||i2', 'not a list of item ids.*column IMPRESSION'],
    [`u1,i1,1,view,${'i|'.repeat(500)}i`, 'Length cannot be more than 1000 characters for IMPRESSION'],
  ])('may not be %s', async (row, message) => {
    expect(
      await checkBytes(
        write(() => row),
        columns,
        'Interactions',
      ),
    ).toMatch(new RegExp(message));
  });
});
