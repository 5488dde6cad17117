/** Rows of an audience in files of the size that a format allows. */
import fc from 'fast-check';
import { csvRowBytes } from '../../src/audience/formats/csv-file';
import type { Cells } from '../../src/audience/formats/format';
import { cutFiles } from '../../src/run/audiences/cut-files';
import { batches, collectAll } from '../audience/streams';

interface Limit {
  readonly maxRows?: number;
  readonly maxBytes?: number;
}

const HEAD = 4;
const sizeOf = (rows: readonly Cells[]) => rows.reduce((bytes, cells) => bytes + csvRowBytes(cells), HEAD);

async function cut(limit: Limit, ids: readonly string[], batch = 3): Promise<readonly (readonly Cells[])[]> {
  const files: (readonly Cells[])[] = [];
  const rows = batches(
    ids.map((id) => [id]),
    batch,
  );
  for await (const file of cutFiles(rows, { ...limit, headBytes: HEAD, rowBytes: csvRowBytes })) {
    files.push(await collectAll(file));
  }
  return files;
}

describe('cutFiles', () => {
  it('makes one file without limits, and none of no rows', async () => {
    expect(await cut({}, ['a', 'b', 'c', 'd'])).toEqual([[['a'], ['b'], ['c'], ['d']]]);
    expect(await cut({ maxRows: 2, maxBytes: 10 }, [])).toEqual([]);
  });

  it('keeps every row in its order, in files no smaller than they may be', async () => {
    const ids = fc.array(fc.stringMatching(/^[a-zé",]{1,6}$/), { maxLength: 40 });
    const limits = fc.record({ maxRows: fc.integer({ min: 1, max: 9 }), maxBytes: fc.integer({ min: 30, max: 80 }) });
    await fc.assert(
      fc.asyncProperty(ids, limits, fc.integer({ min: 1, max: 7 }), async (values, limit, batch) => {
        const files = await cut(limit, values, batch);

        expect(files.flat(2)).toEqual(values);
        for (const [index, rows] of files.entries()) {
          expect(rows.length).toBeLessThanOrEqual(limit.maxRows);
          expect(sizeOf(rows)).toBeLessThanOrEqual(limit.maxBytes);
          const next = files[index + 1]?.[0];
          const isFull = rows.length === limit.maxRows || (next && sizeOf([...rows, next]) > limit.maxBytes);
          expect(next === undefined || isFull).toBe(true);
        }
      }),
    );
  });

  it('gives a row that is too large for any file one of its own', async () => {
    const files = await cut({ maxBytes: 12 }, ['a', 'much-too-long', 'b', 'c']);

    expect(files.map((rows) => rows.flat())).toEqual([['a'], ['much-too-long'], ['b', 'c']]);
  });
});
