import { parse } from 'csv-parse/sync';
import { FORMATS } from '../../../src/audience/formats/all';
import type { AudienceFormat, Cells, Change } from '../../../src/audience/formats/format';
import { CONTEXT } from './people';
import { askDuckDb, openFolder, quote, readByDuckDb, readByPython } from './read-back';
import { type Written, writeFormat } from './write-format';

const folder = openFolder();
afterAll(() => folder.remove());

const CSV_FORMATS = FORMATS.filter(({ file }) => file.extension === 'csv');
const CASES = CSV_FORMATS.flatMap((format) => format.changes.map((change) => [format.name, change, format] as const));

/** The columns of removals, where they are not all. */
const KEYS: Readonly<Record<string, readonly number[]>> = {
  klaviyo: [0],
  braze: [0, 8],
  mailchimp: [0],
  hubspot: [0],
  iterable: [0, 1],
};

const escapeCell = (cell: string) => (/^[=+\-@\t\r\n\0＝＋－＠]/.test(cell) ? `'${cell}` : cell);

/** What stands in a file beside what the cells say. */
const FILLED: Readonly<Record<string, (cells: Cells, change: Change) => Cells>> = {
  csv: (cells) => cells.map(escapeCell),
  braze: (cells, change) => cells.with(8, change === 'remove' ? 'false' : 'true'),
};

function expectedRows({ name, columns }: AudienceFormat, cells: readonly Cells[], change: Change): readonly Cells[] {
  const header = columns(CONTEXT).map((column) => column.header);
  const rows = [header, ...cells.map((row) => FILLED[name]?.(row, change) ?? row)];
  const keys = change === 'remove' ? KEYS[name] : undefined;
  return keys === undefined ? rows : rows.map((row) => keys.map((index) => row[index] ?? ''));
}

/** What must never be changed, whatever it begins with. */
const ID = /^(e-?mail|email address|external_id|userid|id|parent id)$/i;

interface ReadFile extends Written {
  readonly file: string;
  readonly byPython: readonly Cells[];
}

describe('CSV files', () => {
  const files = new Map<string, ReadFile>();
  const fileOf = (name: string, change: string): ReadFile => {
    const found = files.get(`${name}.${change}.csv`);
    if (found === undefined) throw new Error(`no ${name}.${change}.csv`);
    return found;
  };

  beforeAll(async () => {
    for (const [name, change, format] of CASES) {
      const written = await writeFormat(format, { change });
      const file = folder.write(`${name}.${change}.csv`, written.bytes);
      files.set(`${name}.${change}.csv`, { ...written, file, byPython: [] });
    }
    const tables = readByPython([...files.values()]);
    for (const [index, [name, file]] of [...files].entries())
      files.set(name, { ...file, byPython: tables[index] ?? [] });
  });

  it.each(CASES)('of %s (%s) are read by other programs as they were meant', async (name, change, format) => {
    const { cells, bytes, file, byPython } = fileOf(name, change);
    const records = name === 'microsoft' ? 2 : 0;

    const byDuckDb = await readByDuckDb({ file }, byPython[0]?.length ?? 0);
    const byNode: unknown = parse(bytes, { record_delimiter: '\r\n', bom: true });

    expect(byPython.toSpliced(1, records)).toEqual(expectedRows(format, cells, change));
    expect(byDuckDb).toEqual(byPython);
    expect(byNode).toEqual(byPython);
  });

  it.each(CASES)('of %s (%s) have no more bytes than the format tells', async (name, change, format) => {
    const { cells, bytes } = fileOf(name, change);
    const head = (await writeFormat(format, { people: [], change })).bytes.length;
    const told = cells.reduce((sum, row) => sum + (format.rowBytes?.(row) ?? 0), head);
    expect(bytes.length).toBeGreaterThan(head);
    if (format.rowBytes !== undefined) expect(told).toBeGreaterThanOrEqual(bytes.length);
  });

  it.each(CSV_FORMATS.map(({ name }) => name))(
    'of %s have no plain text that a spreadsheet would run, but for ids and addresses',
    (name) => {
      const [header = [], ...rows] = fileOf(name, 'full').byPython;
      const cells = rows.flatMap((row) => row.filter((_, column) => !ID.test(header[column] ?? '')));
      const risky = cells.filter((cell) => /^[=+\-@\t\r\n\0＝＋－＠]/.test(cell) && !/^\+\d{7,15}$/.test(cell));
      expect(risky).toEqual([]);
    },
  );
});

describe('JSON Lines', () => {
  it.each(['jsonl', 'ses'])('of %s are read by DuckDB, ids and numbers as they were', async (name) => {
    const format = FORMATS.find((one) => one.name === name);
    if (format === undefined) throw new Error(`no ${name}`);
    const { cells, bytes } = await writeFormat(format);
    const file = folder.write(`${name}.jsonl`, bytes);
    const headers = format.columns(CONTEXT).map(({ header }) => header);
    const columns = headers.map((header) => `${header}: 'VARCHAR'`).join(', ');
    const rows = await askDuckDb(`SELECT * FROM read_ndjson(${quote(file)}, columns={${columns}})`);
    expect(rows.map((row) => headers.map((header) => row[header] ?? ''))).toEqual(cells);
  });
});

describe('Parquet', () => {
  it('is read by DuckDB with its types, and null for no value', async () => {
    const format = FORMATS.find(({ name }) => name === 'parquet');
    if (format === undefined) throw new Error('no parquet');
    const { cells, bytes } = await writeFormat(format, { change: 'add' });
    const file = folder.write('audience.parquet', bytes);

    const types = await askDuckDb(`SELECT column_name, column_type FROM (DESCRIBE SELECT * FROM ${quote(file)})`);
    const rows = await askDuckDb(`SELECT * REPLACE (epoch_ms(added_at) AS added_at) FROM ${quote(file)}`);
    const facts = await askDuckDb(
      `SELECT decode(key) AS key, decode(value) AS value FROM parquet_kv_metadata(${quote(file)}) ORDER BY 1`,
    );
    const codecs = await askDuckDb(`SELECT DISTINCT compression FROM parquet_metadata(${quote(file)})`);

    expect(types.map((type) => [type.column_name, type.column_type])).toEqual([
      ['user_id', 'VARCHAR'],
      ['rank', 'INTEGER'],
      ['email_sha256', 'VARCHAR'],
      ['phone_sha256', 'VARCHAR'],
      ['country', 'VARCHAR'],
      ['added_at', 'TIMESTAMP WITH TIME ZONE'],
      ['run_id', 'VARCHAR'],
      ['plan', 'VARCHAR'],
      ['note', 'VARCHAR'],
    ]);
    expect(rows.map((row) => Object.values(row))).toEqual(
      cells.map(([userId, rank, email, phone, country, , , plan, note]) => [
        userId,
        Number(rank),
        email || null,
        phone || null,
        country || null,
        String(Date.parse(CONTEXT.at)),
        CONTEXT.runId,
        plan || null,
        note || null,
      ]),
    );
    expect(facts).toEqual([
      { key: 'audience', value: 'drama-fans' },
      { key: 'change', value: 'add' },
      { key: 'run_id', value: 'drama-fans.2026-11-28' },
    ]);
    expect(codecs).toEqual([{ compression: 'SNAPPY' }]);
  });

  it('of nobody has the columns', async () => {
    const format = FORMATS.find(({ name }) => name === 'parquet');
    if (format === undefined) throw new Error('no parquet');
    const { bytes } = await writeFormat(format, { people: [] });
    const file = folder.write('empty.parquet', bytes);
    expect(await askDuckDb(`SELECT count(*)::INT AS rows FROM ${quote(file)}`)).toEqual([{ rows: 0 }]);
  });
});
