/** Cutting rows into files, sorting them, and choosing between whole files and changes. */
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import fc from 'fast-check';
import type { Cells } from '../../../src/audience/formats/format';
import { type ChangeFacts, chooseChange } from '../../../src/run/audiences/choose-change';
import { cutFiles } from '../../../src/run/audiences/cut-files';
import { createLineSorter } from '../../../src/run/audiences/sort-lines';

async function* batchesOf(rows: readonly Cells[], size: number): AsyncGenerator<readonly Cells[]> {
  for (let from = 0; from < rows.length; from += size) yield rows.slice(from, from + size);
}

async function cut(rows: readonly Cells[], size: number, limits: Omit<Parameters<typeof cutFiles>[1], 'rowBytes'>) {
  const files: Cells[][] = [];
  const rowBytes = (cells: Cells) => cells.join(',').length + 2;
  for await (const file of cutFiles(batchesOf(rows, size), { ...limits, rowBytes })) {
    const written: Cells[] = [];
    for await (const batch of file) written.push(...batch);
    files.push(written);
  }
  return files;
}

const rowsOf = (lengths: readonly number[]) => lengths.map((length) => ['x'.repeat(length)]);

it('files are within the limits, none could take a row more, and together they are all rows in order', async () => {
  const lengths = fc.array(fc.integer({ min: 1, max: 12 }), { maxLength: 40 });
  const small = fc.integer({ min: 1, max: 7 });
  await fc.assert(
    fc.asyncProperty(
      lengths,
      small,
      small,
      fc.integer({ min: 20, max: 60 }),
      async (sizes, batch, maxRows, maxBytes) => {
        const rows = rowsOf(sizes);
        const files = await cut(rows, batch, { maxRows, maxBytes, headBytes: 6 });
        expect(files.flat()).toEqual(rows);
        const bytes = (file: readonly Cells[]) => 6 + file.reduce((sum, cells) => sum + (cells[0]?.length ?? 0) + 2, 0);
        for (const [index, file] of files.entries()) {
          expect(file.length).toBeGreaterThan(0);
          expect(file.length).toBeLessThanOrEqual(maxRows);
          expect(bytes(file)).toBeLessThanOrEqual(maxBytes);
          const next = files[index + 1]?.[0];
          if (next !== undefined) expect(file.length === maxRows || bytes([...file, next]) > maxBytes).toBe(true);
        }
      },
    ),
  );
});

it('a row that is larger than a file may be has a file of its own', async () => {
  expect(await cut(rowsOf([5, 99, 5]), 9, { maxBytes: 20, headBytes: 6 })).toEqual(
    rowsOf([5, 99, 5]).map((row) => [row]),
  );
});

it('lines are sorted on disk as in memory, can be read twice, and leave nothing behind', async () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'nightjar-lines-'));
  const lines = Array.from({ length: 500 }, (_, n) => `user-${(n * 7919) % 400}`);
  const sorter = createLineSorter(folder, { chunkBytes: 1000 });
  for (const line of lines) {
    sorter.add(line);
    await sorter.relieve();
  }
  const read = async () => {
    const all: string[] = [];
    for await (const { bytes, lines } of sorter.read()) {
      const read = Buffer.from(bytes).toString('utf8').split('\n').slice(0, -1);
      expect(read).toHaveLength(lines);
      all.push(...read);
    }
    return all;
  };
  expect(await read()).toEqual([...new Set(lines)].sort());
  expect(await read()).toEqual([...new Set(lines)].sort());
  expect(readdirSync(folder)).toHaveLength(1);
  await sorter.release();
  expect(readdirSync(folder)).toEqual([]);
  rmSync(folder, { recursive: true });
});

describe('whole files or changes', () => {
  const delivered = { format: 'meta', version: 1, columns: '[]', uri: 's3://b/rows', rows: 9, sinceFull: 2 };
  const facts: ChangeFacts = {
    format: { version: 1, changes: ['full', 'add', 'remove'] },
    rules: { files: 'changes', fullEvery: 7 },
    columns: '[]',
    hasDelivered: true,
    hasNewDestination: false,
    delivered,
    unfinished: [],
  };
  it.each<[string, Partial<ChangeFacts>]>([
    ['asked', { rules: { files: 'full', fullEvery: 7 } }],
    ['format_takes_no_changes', { format: { version: 1, changes: ['full', 'add'] } }],
    ['first', { hasDelivered: false, delivered: undefined }],
    ['no_rows_kept', { delivered: undefined }],
    ['other_columns', { columns: '["email"]' }],
    ['delivery_not_finished', { unfinished: [undefined] }],
    ['delivery_not_finished', { unfinished: [{ ...delivered, version: 3 }] }],
  ])('%s', (because, other) => {
    expect(chooseChange({ ...facts, ...other })).toEqual({ files: ['full'], because, sinceFull: 0 });
  });

  it('of other columns leave removals possible where rows are known by the columns before them', () => {
    const keyed = { ...facts, format: { ...facts.format, keyColumns: 1 } };
    const choice = (other: Partial<ChangeFacts>) => chooseChange({ ...keyed, ...other });
    expect(choice({ columns: '["email"]' })).toEqual({
      files: ['remove', 'full'],
      because: 'other_columns',
      sinceFull: 0,
    });
    expect(choice({ unfinished: [{ ...delivered, columns: '[1]' }] }).files).toEqual(['remove', 'full']);
    expect(choice({ columns: '["email"]', unfinished: [undefined] }).files).toEqual(['full']);
    expect(choice({ unfinished: [{ ...delivered, version: 3 }] }).files).toEqual(['full']);
    expect(choice({ delivered: { ...delivered, version: 3 } }).files).toEqual(['remove', 'full']);
    expect(choice({ delivered: { ...delivered, version: 3 }, columns: '["email"]' }).files).toEqual(['full']);
  });

  it('of another format version are removed as that one has written them, where the columns are the same', () => {
    const next = { ...facts, format: { version: 2, changes: ['full', 'add', 'remove'] } } as const;
    const choice = (other: Partial<ChangeFacts>) => chooseChange({ ...next, ...other });
    const because = 'other_format_version';
    expect(choice({})).toEqual({ files: ['remove', 'full'], because, sinceFull: 0 });
    expect(choice({ unfinished: [{ ...delivered, version: 2 }] })).toMatchObject({
      files: ['remove', 'full'],
      because,
    });
    expect(choice({ unfinished: [undefined] })).toMatchObject({ files: ['full'], because });
    expect(choice({ columns: '["email"]' })).toMatchObject({ files: ['full'], because });
  });

  it('removes what may have been taken before anything was delivered', () => {
    const begun = { ...facts, hasDelivered: false, delivered: undefined, unfinished: [delivered] };
    expect(chooseChange(begun)).toEqual({ files: ['remove', 'full'], because: 'first', sinceFull: 0 });
  });

  it('begin anew for a destination that lacks what was delivered last', () => {
    const wish = { ...facts, hasNewDestination: true };
    expect(chooseChange(wish)).toEqual({ files: ['remove', 'full'], because: 'new_destination', sinceFull: 0 });
    expect(chooseChange({ ...wish, delivered: undefined }).because).toBe('no_rows_kept');
  });

  it('count versions until a whole file is due', () => {
    expect(chooseChange(facts)).toEqual({ files: ['remove', 'add'], sinceFull: 3 });
    const due = { ...facts, rules: { files: 'changes', fullEvery: 3 } } as const;
    expect(chooseChange(due)).toEqual({ files: ['remove', 'full'], because: 'due', sinceFull: 0 });
  });
});
