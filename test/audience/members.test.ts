import fc from 'fast-check';
import { countLines } from '../../src/audience/block-buffer';
import { compareBytes } from '../../src/audience/byte-order';
import { readMembers, writeMembers } from '../../src/audience/members';
import { compareMembers, mergeSorted } from '../../src/audience/merge';
import { mergeMemberFiles } from '../../src/audience/merge-members';
import { batches, collect, collectAll, cut, stream } from './streams';

const id = fc.string({ unit: 'binary', minLength: 1, maxLength: 12 });
const members = fc.array(fc.record({ userId: id, rank: fc.integer({ min: 1, max: 50 }) }), { maxLength: 40 });

describe('compareBytes', () => {
  it('orders as the UTF-8 bytes do', () => {
    fc.assert(
      fc.property(id, id, (a, b) => {
        expect(Math.sign(compareBytes(a, b))).toBe(Buffer.compare(Buffer.from(a), Buffer.from(b)));
      }),
    );
  });

  it('puts an emoji after the full-width letters, where UTF-16 would not', () => {
    expect(compareBytes('😀', 'Ａ')).toBeGreaterThan(0);
    expect('😀' < 'Ａ').toBe(true);
  });
});

describe('member files', () => {
  it('are read back as they were written, wherever chunks are cut', async () => {
    await fc.assert(
      fc.asyncProperty(members, fc.integer({ min: 1, max: 7 }), async (written, size) => {
        const bytes = Buffer.concat(await collect(writeMembers(batches(written, 3))));
        expect(await collectAll(readMembers(stream(cut(bytes, size))))).toEqual(written);
        expect(bytes.toString().split('\n').length - 1).toBe(written.length);
      }),
    );
  });

  it('are lines of text', async () => {
    const [bytes] = await collect(writeMembers(batches([{ userId: 'a\tb\\n\nc\r', rank: 7 }], 1)));
    expect(bytes?.toString()).toBe('a\\tb\\\\n\\nc\\r\t7\n');
  });

  it('are read whole without a line feed at their end', async () => {
    const read = await collectAll(readMembers(stream([Buffer.from('ä\t1\nb'), Buffer.from('\t20')])));
    expect(read).toEqual([
      { userId: 'ä', rank: 1 },
      { userId: 'b', rank: 20 },
    ]);
  });

  it.each(['u1\n', '\n', 'u1\t0\n', 'u1\t1\t2\n', 'u1\tx\n'])('are refused with a line such as %j', async (text) => {
    const reading = collect(readMembers(stream([Buffer.from(`a\t1\n${text}`)])));
    await expect(reading).rejects.toMatchObject({ code: 'E_OBJECT_FORMAT', where: { line: 2 } });
  });

  it('are refused where they are not UTF-8', async () => {
    const reading = collect(readMembers(stream([Buffer.from([0x61, 0xff, 0x09, 0x31, 0x0a])])));
    await expect(reading).rejects.toMatchObject({ code: 'E_OBJECT_FORMAT' });
  });
});

describe('mergeSorted', () => {
  it('merges sorted runs as a sort of all of them would', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(members, { maxLength: 9 }), async (runs) => {
        const sorted = runs.map((run) => run.toSorted(compareMembers));
        const sources = sorted.map((run, index) => batches(run, (index % 5) + 1));
        const merged = await collectAll(mergeSorted(sources, compareMembers));
        expect(merged).toEqual(sorted.flat().toSorted(compareMembers));
      }),
    );
  });

  it('lets the earlier source go first among equals', async () => {
    const compare = (a: readonly [number, string], b: readonly [number, string]) => a[0] - b[0];
    const sources = [['a', 'b'], ['c', 'd'], ['e']].map((names) =>
      batches(
        names.map((name) => [1, name] as const),
        1,
      ),
    );
    expect((await collectAll(mergeSorted(sources, compare))).map(([, name]) => name)).toEqual([
      'a',
      'b',
      'c',
      'd',
      'e',
    ]);
  });

  it('closes its sources when its reader stops early', async () => {
    const closed: string[] = [];
    async function* source(name: string) {
      try {
        yield* batches(
          Array.from({ length: 5000 }, (_, index) => index),
          100,
        );
      } finally {
        closed.push(name);
      }
    }
    for await (const batch of mergeSorted([source('a'), source('b')], (a, b) => a - b)) if (batch.length > 0) break;
    expect(closed.toSorted()).toEqual(['a', 'b']);
  });
});

describe('mergeMemberFiles', () => {
  it('keeps each user once, with the best rank', async () => {
    await fc.assert(
      fc.asyncProperty(members, async (list) => {
        const best = new Map<string, number>();
        for (const { userId, rank } of list) best.set(userId, Math.min(rank, best.get(userId) ?? rank));
        // In each file a user stands once.
        const files = [...new Set(list.map(({ rank }) => rank))].map((of) => {
          const some = list.filter(({ rank }) => rank === of);
          const once = [...new Map(some.map((member) => [member.userId, member])).values()];
          return writeMembers(batches(once.toSorted(compareMembers), 4));
        });
        const kept = await collectAll(readMembers(countLines(mergeMemberFiles(files))));
        expect(kept).toEqual([...best].map(([userId, rank]) => ({ userId, rank })).toSorted(compareMembers));
      }),
    );
  });
});
