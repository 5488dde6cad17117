/** Sorting rows and members, in memory and on disk. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import fc from 'fast-check';
import { countLines } from '../../../src/audience/block-buffer';
import { compareBytes } from '../../../src/audience/byte-order';
import { type Member, readMembers } from '../../../src/audience/members';
import { compareLines, createRowLayout, readRowLines } from '../../../src/audience/rows';
import { createLineSorter } from '../../../src/run/audiences/sort-lines';
import { sortMembers } from '../../../src/run/audiences/sort-members';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'nightjar-sorting-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

async function gather<T>(batches: AsyncIterable<readonly T[]>): Promise<readonly T[]> {
  const all: T[] = [];
  for await (const batch of batches) all.push(...batch);
  return all;
}

const unit = fc.constantFrom('a', 'b', '\t', '\n', '\r', '\\', 'é', '\uE000', '😀', '\u0001', '\u000b', '0');
const text = fc.oneof(
  fc.string({ unit, maxLength: 4 }),
  fc.integer({ min: 0, max: 50 }).map((n) => `user-${n}`),
);

it('rows come back in the order of their lines, the first of each key', async () => {
  const rows = fc.array(fc.tuple(text, text), { maxLength: 150 });
  await fc.assert(
    fc.asyncProperty(rows, fc.constantFrom(1, 2, undefined), fc.constantFrom(40, 400, 1e6), async (all, keys, size) => {
      const layout = createRowLayout([{}, {}], keys);
      const sorter = createLineSorter(folder, { keyCells: layout.identityCells, chunkBytes: size });
      const lines = all.map((cells) => layout.write(cells));
      for (const line of lines) {
        sorter.add(line);
        await sorter.relieve();
      }
      const found = await gather(readRowLines(countLines(sorter.read())));
      const first = new Map<string, string>();
      for (const line of lines.toSorted(compareLines)) {
        if (!first.has(layout.identityOf(line))) first.set(layout.identityOf(line), line);
      }
      expect(found).toEqual([...first.values()]);
      expect(await gather(readRowLines(countLines(sorter.read())))).toEqual(found);
      await sorter.release();
    }),
    { numRuns: 60 },
  );
});

it('members come back in the order of their ids, each with the best rank', async () => {
  const members = fc.array(fc.record({ userId: text, rank: fc.integer({ min: 1, max: 2_147_483_647 }) }), {
    maxLength: 150,
  });
  await fc.assert(
    fc.asyncProperty(members, fc.constantFrom(1, 20, 1e6), async (all, chunkMembers) => {
      const batches = async function* (): AsyncGenerator<readonly Member[]> {
        for (let from = 0; from < all.length; from += 7) yield all.slice(from, from + 7);
      };
      const sorted = await sortMembers(batches(), folder, { chunkMembers });
      const counted = { count: 0 };
      const found = await gather(readMembers(countLines(sorted.blocks, counted)));
      await sorted.release();
      const best = new Map<string, number>();
      for (const { userId, rank } of all) best.set(userId, Math.min(rank, best.get(userId) ?? rank));
      const wanted = [...best].map(([userId, rank]) => ({ userId, rank }));
      expect(found).toEqual(wanted.sort((a, b) => compareBytes(a.userId, b.userId)));
      expect(counted.count).toBe(found.length);
      expect(sorted.count).toBe(all.length);
    }),
    { numRuns: 60 },
  );
});
