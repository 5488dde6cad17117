/** Files as spreadsheets save them: separators, encodings and decimal signs. */
import fc from 'fast-check';
import { readDecimals } from '../../../src/run/import/decimals';
import { createFindings } from '../../../src/run/import/findings';
import { readMappings, writeMappings } from '../../../src/run/import/mapping-file';
import type { RowSource } from '../../../src/run/import/row';
import { readTextRows } from '../../../src/run/import/rows';
import { describeFormat } from '../../../src/run/import/text-format';

async function* cut(bytes: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

interface Options {
  readonly chunkBytes?: number;
  readonly encoding?: string;
  readonly decimal?: ',' | '.';
}

/** Reads a file of items, and tells its cells, its problems and its format. */
async function read(content: string | Uint8Array, { chunkBytes = 65_536, encoding, decimal }: Options = {}) {
  const found = createFindings();
  const findings = found.forFile('items.csv');
  const bytes = typeof content === 'string' ? Buffer.from(content) : content;
  const plain: RowSource = {
    name: 'items.csv',
    findUnreadable: async () => undefined,
    readRows: (listener) => readTextRows(cut(bytes, chunkBytes), listener),
  };
  const source = readDecimals(plain, { kind: 'items', decimal });
  const rows: Record<string, unknown>[] = [];
  for await (const batch of source.readRows({ findings, encoding, onColumns: () => true })) {
    for (const { cells } of batch) rows.push(Object.fromEntries(cells));
  }
  const error = found.error();
  const problems = (error === undefined ? [] : [error, ...error.others]).map(
    ({ where, message }) => `${where?.line ?? ''}: ${message}`,
  );
  return { rows, problems, format: describeFormat(findings.format), fix: error?.fix };
}

describe('the separator of a CSV', () => {
  it('is what the header has most of, outside quotes', async () => {
    expect(await read('a;"b,c,d";e\n1;2,5;"x;y"\n')).toMatchObject({
      rows: [{ a: '1', 'b,c,d': '2,5', e: 'x;y' }],
      problems: [],
      format: 'separated by semicolons',
    });
    expect(await read('\n\na\tb\n"x\ty"\t"5"" screen"\n')).toMatchObject({
      rows: [{ a: 'x\ty', b: '5" screen' }],
      format: 'separated by tabs',
    });
    expect(await read('a,b;c,d\n1,2,3\n')).toMatchObject({ rows: [{ a: '1', 'b;c': '2', d: '3' }], format: '' });
    expect(await read('a\n1;2\n')).toMatchObject({ rows: [{ a: '1;2' }], format: '' });
  });

  it('is named by the line that Excel writes for it, which counts as a line', async () => {
    for (const ending of ['\n', '\r\n', '\r']) {
      for (const chunkBytes of [1, 6, 100]) {
        const text = ['sep=;', 'a,b;c', '1;2', '1;2;3'].join(ending);
        expect(await read(text, { chunkBytes })).toMatchObject({
          rows: [{ 'a,b': '1', c: '2' }],
          problems: ['4: the row has 3 cells; expected 2, as many as the header'],
        });
      }
    }
  });

  it('is told where a row has too many cells', async () => {
    const { fix } = await read('a;b\n1;2;3\n');
    expect(fix).toBe('put cells that hold a semicolon into double quotes');
  });
});

describe('the encoding of a text', () => {
  const text = 'name;town\r\nJürgen Groß;Besançon – “Œuvre”\r\n';
  const row = { name: 'Jürgen Groß', town: 'Besançon – “Œuvre”' };

  it('is recognised: UTF-8 and UTF-16 with and without a mark, Windows-1252', async () => {
    const utf16 = Buffer.from(`\ufeff${text}`, 'utf16le');
    const western = Buffer.from(
      text.replace('–', '\x96').replace('“', '\x93').replace('”', '\x94').replace('Œ', '\x8c'),
      'latin1',
    );
    const samples: readonly (readonly [Uint8Array, string])[] = [
      [Buffer.from(text), 'separated by semicolons'],
      [Buffer.from(`\ufeff${text}`), 'separated by semicolons'],
      [utf16, 'separated by semicolons, encoded in UTF-16le'],
      [utf16.subarray(2), 'separated by semicolons, encoded in UTF-16le'],
      [Buffer.from(utf16).swap16(), 'separated by semicolons, encoded in UTF-16be'],
      [Buffer.from(utf16).swap16().subarray(2), 'separated by semicolons, encoded in UTF-16be'],
      [western, 'separated by semicolons, encoded in Windows-1252'],
    ];
    for (const [bytes, format] of samples) {
      for (const chunkBytes of [1, 7, 1000]) {
        expect(await read(bytes, { chunkBytes })).toEqual({ rows: [row], problems: [], format, fix: undefined });
      }
    }
  });

  it('is recognised where the first such letter comes late', async () => {
    const late = `name\n${'Anna\n'.repeat(15_000)}Jörg\n`;
    for (const [bytes, format] of [
      [Buffer.from(late, 'latin1'), 'encoded in Windows-1252'],
      [Buffer.from(late), ''],
    ] as const) {
      const found = await read(bytes, { chunkBytes: 4096 });
      expect(found.rows.at(-1)).toEqual({ name: 'Jörg' });
      expect(found.format).toBe(format);
    }
  });

  it('stays UTF-8 where one place is broken, so that the import refuses that place alone', async () => {
    const bytes = Buffer.concat([
      Buffer.from('name\nJörg\n'),
      Buffer.from('J\xf6rg\n', 'latin1'),
      Buffer.from('Ärger\n'),
    ]);
    expect(await read(bytes)).toMatchObject({
      rows: [{ name: 'Jörg' }, { name: 'J\ufffdrg' }, { name: 'Ärger' }],
      format: '',
    });
  });

  it('is not guessed for other encodings, which can be named', async () => {
    const bytesOf = {
      macintosh: [0x4d, 0x9f, 0x6c],
      'windows-1250': [0x4d, 0xb3, 0x61],
      shift_jis: [0x93, 0x8c, 0x8b, 0x9e],
      'windows-1251': [0xcc, 0xee, 0xf1, 0xea, 0xe2, 0xe0],
    };
    const texts = { macintosh: 'Mül', 'windows-1250': 'Mła', shift_jis: '東京', 'windows-1251': 'Москва' };
    for (const [encoding, bytes] of Object.entries(bytesOf)) {
      const file = Buffer.concat([Buffer.from('name\n'), Buffer.from(bytes), Buffer.from('\n')]);
      const named = await read(file, { encoding });
      expect(named.rows).toEqual([{ name: texts[encoding as keyof typeof texts] }]);
      expect(named.format).toContain('encoded in');
      if (encoding !== 'macintosh') expect((await read(file)).rows[0]?.name).toContain('\ufffd');
    }
  });

  it('gives back any Western text, however it is cut', async () => {
    const western = fc.string({ unit: fc.constantFrom(...'abcXYZ ;äöüßéèçñÅØ'), maxLength: 12 });
    await fc.assert(
      fc.asyncProperty(
        fc.array(western, { minLength: 1 }),
        fc.integer({ min: 1, max: 9 }),
        async (names, chunkBytes) => {
          const lines = names.map((name) => `x "${name}"`.replace('x ', 'x;'));
          const { rows } = await read(Buffer.from(['a;b', ...lines].join('\n'), 'latin1'), { chunkBytes });
          // Runs of such letters, as no Western word has them, may be taken for something else.
          if (names.some((name) => /[^\x00-\x7f]{2}/.test(name))) return;
          expect(rows.map((cells) => cells.b ?? '')).toEqual(names);
        },
      ),
      { numRuns: 200 },
    );
  });
});

describe('decimal signs', () => {
  const prices = async (values: readonly string[], options: Options & { separator?: string } = {}) => {
    const separator = options.separator ?? ';';
    const lines = values.map((value) => `i${separator}"${value}"`);
    const found = await read(['item_id;price'.replace(';', separator), ...lines].join('\n'), options);
    return { ...found, prices: found.rows.map((cells) => cells.price) };
  };

  it('are read where each number can be read in one way only', async () => {
    const found = await prices([
      '12,50',
      '-,5',
      '1.234,50',
      '1\u202f234,5',
      '0,125',
      '1234,567',
      '7',
      '1.234.567',
      '1 200',
    ]);
    expect(found.prices).toEqual(['12.50', '-.5', '1234.50', '1234.5', '0.125', '1234.567', '7', '1234567', '1200']);
    expect(found).toMatchObject({ problems: [], format: 'separated by semicolons, with decimal commas' });
    expect((await prices(['12.50', '1.234', '3'])).prices).toEqual(['12.50', '1.234', '3']);
  });

  it('are learnt from the whole of the first 500 rows', async () => {
    expect((await prices(['1,234', ...Array.from({ length: 498 }, () => '5'), '12,50'])).prices[0]).toBe('1.234');
    const late = await prices(['1,234', ...Array.from({ length: 499 }, () => '5'), '12,50']);
    expect(late.problems).toEqual(['2: price is "1,234"; expected numbers that can be read in one way only']);
    expect(late.fix).toBe('say which is the decimal sign in config/import.yaml: items: { decimal: "," }');
  });

  it('are refused where they contradict each other, once', async () => {
    expect((await prices(['12,50', '3,20', '4.20', '5.20'])).problems).toEqual([
      '4: price is "4.20" and in line 2 "12,50"; expected numbers that can be read in one way only',
    ]);
    expect((await prices(['12,50', '1.234'])).problems).toHaveLength(1);
    expect((await prices(['1.234'])).problems).toHaveLength(1);
  });

  it('can be said', async () => {
    const values = ['1.234', '1,234', '12.50'];
    expect((await prices(values, { decimal: ',' })).prices).toEqual(['1234', '1.234', '12.50']);
    expect((await prices(values, { decimal: '.' })).prices).toEqual(values);
    expect((await prices(['12,50'], { decimal: ',', separator: ',' })).prices).toEqual(['12.50']);
  });

  it('are points in files with commas, whatever stands there', async () => {
    expect(await prices(['12,50', '1,234'], { separator: ',' })).toMatchObject({
      prices: ['12,50', '1,234'],
      problems: [],
    });
  });
});

it('what is said of a file is kept in its mapping, and an encoding that nobody knows is refused', () => {
  const text = 'items:\n  columns: {}\n  encoding: macintosh\n  decimal: ","\n';
  const mappings = readMappings({ file: 'config/import.yaml', text });
  expect(mappings.items).toEqual({ columns: {}, skip: [], encoding: 'macintosh', decimal: ',' });
  expect(readMappings({ file: 'again', text: writeMappings(mappings) })).toEqual(mappings);
  for (const wrong of ['encoding: klingon', 'decimal: ";"']) {
    expect(() => readMappings({ file: 'wrong', text: `items: { ${wrong} }\n` })).toThrow(/^items\.\w+: expected/);
  }
});
