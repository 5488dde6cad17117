/** Row files and what is told from two of them; comparing the members of two versions. */
import fc from 'fast-check';
import { compareBytes } from '../../src/audience/byte-order';
import type { Cells } from '../../src/audience/formats/format';
import { countMembership, similarity } from '../../src/audience/membership';
import { createRowLayout, dropRepeated, intersectSorted, readRowLines, subtractSorted } from '../../src/audience/rows';

async function* batchesOf<T>(values: readonly T[], size = 3): AsyncGenerator<readonly T[]> {
  for (let from = 0; from < values.length; from += size) yield values.slice(from, from + size);
}

async function gather<T>(batches: AsyncIterable<readonly T[]>): Promise<readonly T[]> {
  const all: T[] = [];
  for await (const batch of batches) all.push(...batch);
  return all;
}

const cell = fc.string({ unit: fc.constantFrom('a', 'b', '\t', '\n', '\r', '\\', 't', 'é', '😀', '\u0001') });

describe('a row', () => {
  const row = fc.tuple(cell, cell, cell);

  it('comes back as it was, whatever its cells hold and whichever of them vary', () => {
    fc.assert(
      fc.property(row, fc.tuple(fc.boolean(), fc.boolean(), fc.boolean()), (cells, varying) => {
        const layout = createRowLayout(varying.map((varies) => (varies ? { varies } : {})));
        const line = layout.write(cells);
        expect(line).not.toMatch(/[\n\r]/);
        expect(layout.read(line)).toEqual(cells);
      }),
    );
  });

  it('has a key of the cells that do not vary, in the order of the lines', () => {
    const layout = createRowLayout([{}, { varies: true }, {}]);
    const keyOf = (cells: Cells) => layout.keyOf(layout.write(cells));
    fc.assert(
      fc.property(row, row, (a, b) => {
        expect(keyOf(a) === keyOf(b)).toBe(a[0] === b[0] && a[2] === b[2]);
        const [first, second] = [layout.write(a), layout.write(b)].sort();
        expect(layout.keyOf(first ?? '') <= layout.keyOf(second ?? '')).toBe(true);
      }),
    );
  });

  it('has an identity of its key columns, in the order of the lines', () => {
    fc.assert(
      fc.property(row, row, fc.boolean(), fc.integer({ min: 1, max: 3 }), (a, b, varies, keys) => {
        const layout = createRowLayout(varies && keys < 3 ? [{}, {}, { varies }] : [{}, {}, {}], keys);
        const identityOf = (cells: Cells) => layout.identityOf(layout.write(cells));
        expect(identityOf(a) === identityOf(b)).toBe(a.slice(0, keys).every((text, index) => text === b[index]));
        const [first, second] = [layout.write(a), layout.write(b)].sort();
        expect(layout.identityOf(first ?? '') <= layout.identityOf(second ?? '')).toBe(true);
      }),
    );
  });

  it('cannot be known by columns that vary or that there are not', () => {
    expect(() => createRowLayout([{}, { varies: true }, {}], 2)).toThrow('key columns');
    expect(() => createRowLayout([{}], 2)).toThrow('key columns');
  });

  it('stands in a file that gives all lines back', async () => {
    const layout = createRowLayout([{}, {}]);
    const lines = ['', 'a\n', '😀\t'].map((text) => layout.write([text, 'x']));
    const bytes = async function* () {
      yield Buffer.from(`${lines.join('\n')}\n`);
    };
    expect(await gather(readRowLines(bytes()))).toEqual(lines);
  });
});

describe('the difference of two versions', () => {
  const layout = createRowLayout([{}, { varies: true }]);
  /** User → rank. */
  const version = fc.dictionary(fc.constantFrom(...'abcdefghij'), fc.integer({ min: 1, max: 9 }), { maxKeys: 10 });
  const linesOf = (users: Readonly<Record<string, number>>) =>
    Object.entries(users)
      .map(([user, rank]) => layout.write([user, String(rank)]))
      .sort();
  const usersOf = (lines: readonly string[]) => lines.map((line) => layout.read(line)[0]);

  it('is what sets say: the old one without the removed and with the added is the new one', async () => {
    await fc.assert(
      fc.asyncProperty(version, version, fc.integer({ min: 1, max: 4 }), async (before, now, size) => {
        const minus = async (from: readonly string[], without: readonly string[]) =>
          gather(subtractSorted(batchesOf(from, size), batchesOf(without, size), layout.keyOf));
        const removed = await minus(linesOf(before), linesOf(now));
        const added = await minus(linesOf(now), linesOf(before));
        const shared = await gather(
          intersectSorted(batchesOf(linesOf(now), size), batchesOf(linesOf(before), 2), layout.keyOf),
        );
        expect([...shared, ...added].sort()).toEqual(linesOf(now));
        const gone = new Set(usersOf(removed));
        const left = Object.keys(before).filter((user) => !gone.has(user));
        expect([...left, ...usersOf(added)].sort()).toEqual(Object.keys(now).sort());
        // A removal says what was delivered, not what is true now.
        for (const line of removed) expect(linesOf(before)).toContain(line);
      }),
    );
  });

  it('leaves rows of one key once', async () => {
    const lines = ['a\t1', 'a\t2', 'b\t1', 'c\t1', 'c\t3'];
    expect(await gather(dropRepeated(batchesOf(lines, 2), layout.keyOf))).toEqual(['a\t1', 'b\t1', 'c\t1']);
  });

  it('counts members as sets do', async () => {
    const ids = fc.uniqueArray(fc.string({ unit: 'grapheme', minLength: 1, maxLength: 2 }), { maxLength: 20 });
    const members = (users: readonly string[]) =>
      batchesOf([...users].sort(compareBytes).map((userId) => ({ userId, rank: 1 })));
    await fc.assert(
      fc.asyncProperty(ids, ids, async (before, now) => {
        const counts = await countMembership(members(before), members(now));
        const both = before.filter((id) => now.includes(id)).length;
        expect(counts).toEqual({ both, onlyBefore: before.length - both, onlyNow: now.length - both });
        const all = before.length + now.length - both;
        expect(similarity(counts)).toBe(all === 0 ? 1 : both / all);
      }),
    );
  });
});
