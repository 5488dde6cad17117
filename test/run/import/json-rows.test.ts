import fc from 'fast-check';
import { readJsonRows } from '../../../src/run/import/json-rows';
import { readText } from './reading';

const read = (content: string | Uint8Array, chunkBytes?: number) => readText(readJsonRows, content, chunkBytes);

describe('reading JSON Lines', () => {
  it('takes texts, numbers, booleans and lists, and leaves null and empty texts out', async () => {
    const { columns, rows, problems } = await read(
      '\ufeff{"id":"u1","n":12.5,"b":false,"list":["x|y",7],"none":null,"empty":""}\r\n\n{"id":5}',
    );
    expect(columns).toEqual(['id', 'n', 'b', 'list', 'none', 'empty']);
    expect(rows).toEqual([
      [1, { id: 'u1', n: '12.5', b: 'false', list: ['x|y', '7'] }],
      [3, { id: '5' }],
    ]);
    expect(problems).toEqual([]);
  });

  it('reports lines that are no objects, maps, mixed lists and numbers that lose digits', async () => {
    const { problems } = await read(
      ['{"a":1}', '{"a":', '"text"', '[1]', '{"a":{"b":1}}', '{"a":[{}]}', '{"a":12345678901234567890}'].join('\n'),
    );
    const expected = 'expected a text, a number, true, false, null, or a list of texts';
    expect(problems).toEqual([
      [2, 'the line is "{"a":"; expected a JSON object'],
      [3, 'the line is ""text""; expected a JSON object'],
      [4, 'the line is "[1]"; expected a JSON object'],
      [5, `a is a map; ${expected}`],
      [6, `a is a list that holds more than texts; ${expected}`],
      [7, 'a is a number too large to be read exactly; expected a text'],
    ]);
  });

  it('says how to turn one JSON list into lines', async () => {
    const { problems, rows } = await read('\n [\n{"a":1},\n{"a":2}\n]\n');
    expect(rows).toEqual([]);
    expect(problems).toEqual([[undefined, 'it is one JSON list; expected one object a line']]);
  });

  it('does not hold a line without end', async () => {
    const { problems } = await read(`{"a":1}\n{"a":"${'x'.repeat(1_200_000)}`);
    expect(problems).toEqual([[2, 'the line is longer than 1000000 characters; the lines after it were not read']]);
  });

  it('reports a column name that later rows bring and that cannot be one', async () => {
    const { problems } = await read('{"a":1}\n{"a":1,"__proto__":"x"}\n{"a":1,"":"x"}');
    expect(problems).toEqual([
      [2, 'a column is named "__proto__"; expected at most 128 printable characters in UTF-8'],
      [3, 'a column has no name; expected one'],
    ]);
  });

  it('gives back any texts, however they are cut into chunks, also with line separators of other kinds', async () => {
    const value = fc.string({
      unit: fc.constantFrom('a', '"', '\\', '\n', '\u2028', '\r', '東', '😀'),
      minLength: 1,
      maxLength: 6,
    });
    await fc.assert(
      fc.asyncProperty(
        fc.array(value, { minLength: 1, maxLength: 8 }),
        fc.integer({ min: 1, max: 9 }),
        async (values, size) => {
          const { rows } = await read(values.map((v) => JSON.stringify({ v })).join('\n'), size);
          expect(rows).toEqual(values.map((v, index) => [index + 1, { v }]));
        },
      ),
      { numRuns: 300 },
    );
  });
});
