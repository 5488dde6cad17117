import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { FORMATS } from '../../../src/audience/formats/all';
import type { AudienceFormat, Change } from '../../../src/audience/formats/format';
import { CONTEXT } from './people';
import { askDuckDb, openFolder, quote } from './read-back';
import { writeFormat } from './write-format';

const GOLDEN = join(__dirname, 'golden');
const UPDATE = process.env.NIGHTJAR_GOLDEN_UPDATE === '1';
const CASES = FORMATS.flatMap((format) => format.changes.map((change) => [format.name, change, format] as const));

const folder = openFolder();
afterAll(() => folder.remove());

function expectGolden(name: string, bytes: Buffer): void {
  const file = join(GOLDEN, name);
  if (UPDATE) {
    mkdirSync(GOLDEN, { recursive: true });
    writeFileSync(file, bytes);
  }
  if (!existsSync(file)) throw new Error(`${name} is missing: run with NIGHTJAR_GOLDEN_UPDATE=1`);
  expect(bytes.toString('utf8')).toBe(readFileSync(file, 'utf8'));
}

/** A file for people to compare: Parquet as the rows that DuckDB reads of it. */
async function showFile({ name, file }: AudienceFormat, change: Change, bytes: Buffer): Promise<[string, Buffer]> {
  if (name !== 'parquet') return [`${name}.${change}.${file.extension}`, bytes];
  const rows = await askDuckDb(`SELECT * FROM ${quote(folder.write(`${change}.parquet`, bytes))}`);
  const lines = rows.map((row) => `${JSON.stringify(row)}\n`).join('');
  return [`${name}.${change}.jsonl`, Buffer.from(lines)];
}

/** A change of one of these files is a change of what a platform gets: raise the format's version with it. */
describe('golden files', () => {
  it.each(CASES)('of %s (%s) are written byte by byte', async (_name, change, format) => {
    const { bytes } = await writeFormat(format, { change });
    expectGolden(...(await showFile(format, change, bytes)));
  });

  it('tell what is left out of each format', async () => {
    const told: Record<string, unknown> = {};
    for (const format of FORMATS) {
      const { cells, counts } = await writeFormat(format);
      told[format.name] = { version: format.version, rows: cells.length, leftOut: counts };
    }
    expectGolden('left-out.json', Buffer.from(`${JSON.stringify(told, undefined, 2)}\n`));
  });

  it('tell the columns of each format', () => {
    const told = FORMATS.map((format) => [format.name, format.columns(CONTEXT)]);
    expectGolden('columns.json', Buffer.from(`${JSON.stringify(Object.fromEntries(told), undefined, 2)}\n`));
  });
});
