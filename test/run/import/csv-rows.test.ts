import fc from 'fast-check';
import { readTextRows } from '../../../src/run/import/rows';
import { readText } from './reading';

const read = (content: string | Uint8Array, chunkBytes?: number) => readText(readTextRows, content, chunkBytes);

describe('reading CSV', () => {
  it('pairs cells with the header and leaves empty ones out', async () => {
    const { columns, rows, problems } = await read('a,b,c\n1,,3\n,"",\n');
    expect(columns).toEqual(['a', 'b', 'c']);
    expect(rows).toEqual([
      [2, { a: '1', c: '3' }],
      [3, {}],
    ]);
    expect(problems).toEqual([]);
  });

  it('takes a byte order mark, any line ending, blanks around column names, and a last line without an ending', async () => {
    for (const ending of ['\n', '\r\n', '\r']) {
      const { columns, rows } = await read(`\ufeffa, b \n1,"x\ny"\n\n3,4`.replaceAll('\n', ending));
      expect(columns).toEqual(['a', 'b']);
      expect(rows).toEqual([
        [2, { a: '1', b: `x${ending}y` }],
        [5, { a: '3', b: '4' }],
      ]);
    }
  });

  it('reads what a spreadsheet saves as Unicode text with commas', async () => {
    const { rows } = await read(Buffer.from('\ufeffa,b\r\nKrüger,東京\r\n', 'utf16le'));
    expect(rows).toEqual([[2, { a: 'Krüger', b: '東京' }]]);
  });

  it('reports rows of another width and keeps their neighbours', async () => {
    const { rows, problems } = await read('a,b\n1\n2,2\n3,3,3\n4,4\n');
    expect(rows.map(([line]) => line)).toEqual([3, 5]);
    expect(problems).toEqual([
      [2, 'the row has 1 cells; expected 2, as many as the header'],
      [4, 'the row has 3 cells; expected 2, as many as the header'],
    ]);
  });

  it('names the line in which a row with a wrong quote begins, and keeps the rows before it', async () => {
    for (const [text, message] of [
      ['a,b\r\n"x\r\ny",1\r\n1,5" screen\r\n2,2', 'a cell has a quote in its middle; the rows after it were not read'],
      [
        'a,b\r\n"x\r\ny",1\r\n1,"5" screen"\r\n2,2',
        'a cell has a quote in its middle; the rows after it were not read',
      ],
      ['a,b\r\n"x\r\ny",1\r\n1,"5\r\n2,2', 'the row opens a quote that is never closed'],
    ] as const) {
      const { rows, problems } = await read(text, 7);
      expect(rows).toEqual([[2, { a: 'x\r\ny', b: '1' }]]);
      expect(problems).toEqual([[4, message]]);
    }
  });

  it('does not hold the rest of a file behind an open quote', async () => {
    const { problems } = await read(`a,b\n1,"${'x'.repeat(1_100_000)}\n`);
    expect(problems).toEqual([
      [
        2,
        'the row is longer than 1000000 bytes, perhaps by a quote that is not closed; the rows after it were not read',
      ],
    ]);
  });

  it('reports a file without a header', async () => {
    const message = 'it is empty; expected a header with the names of the columns';
    for (const text of ['', '\n\n', '\ufeff']) expect((await read(text)).problems).toEqual([[undefined, message]]);
  });

  it('gives back any table, with the right lines, however it is cut into chunks', async () => {
    const cell = fc.string({
      unit: fc.constantFrom('a', 'é', '東', '😀', ',', '"', '\n', '\r\n', ' ', '|'),
      maxLength: 6,
    });
    const table = fc.array(fc.tuple(cell, cell), { maxLength: 8 });
    await fc.assert(
      fc.asyncProperty(
        table,
        fc.constantFrom('\n', '\r\n'),
        fc.integer({ min: 1, max: 9 }),
        async (cells, ending, size) => {
          const quoted = cells.map((row) => row.map((text) => `"${text.replaceAll('"', '""')}"`).join(','));
          const text = ['a,b', ...quoted].join(ending);
          let line = 2;
          const expected = cells.map(([a, b]) => {
            const row = [line, { ...(a === '' ? {} : { a }), ...(b === '' ? {} : { b }) }];
            line += 1 + `${a}${b}`.split('\n').length - 1;
            return row;
          });
          const result = await read(text, size);
          expect(result.rows).toEqual(expected);
          expect(result.problems).toEqual([]);
        },
      ),
      { numRuns: 300 },
    );
  });

  it('never throws on random bytes', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 80 }), async (bytes) => {
        await read(bytes, 16);
      }),
      { numRuns: 300 },
    );
  });
});
