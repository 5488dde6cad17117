/** Holds the evaluation of expressions over sorted members against plain sets. */
import fc from 'fast-check';
import { compileExpression } from '../../src/audience/algebra/compile';
import { evaluate } from '../../src/audience/algebra/evaluate';
import { UNRANKED } from '../../src/audience/algebra/rank';
import { compareBytes } from '../../src/audience/byte-order';
import type { Member } from '../../src/audience/members';
import { type Expression, writeLeaf } from '../../src/job/combine/expression';
import { parseExpression } from '../../src/job/combine/parse-expression';

const NAMES = ['a', 'b', 'c', 'd', 'e'];
type World = Readonly<Record<string, ReadonlyMap<string, number>>>;

/** Ids that differ late, that begin like one another, and that sort otherwise in UTF-16 than in UTF-8. */
const userId = fc.oneof(
  fc.integer({ min: 0, max: 30 }).map((n) => `user-${n}`),
  fc.constantFrom('', 'user', 'ｱ', '😀', 'ﬀ', '\u{10400}', 'é', 'z'),
);
const set = fc.array(fc.tuple(userId, fc.integer({ min: 1, max: 50 })), { maxLength: 25 }).map((rows) => new Map(rows));
const world: fc.Arbitrary<World> = fc.record(Object.fromEntries(NAMES.map((name) => [name, set])));

const leaf = (name: string): Expression => ({ op: 'leaf', leaf: { kind: 'query', name } });
const { expression } = fc.letrec<{ expression: Expression }>((tie) => ({
  expression: fc.oneof(
    { maxDepth: 4, withCrossShrink: true },
    fc.constantFrom(...NAMES).map(leaf),
    tie('expression').map((of): Expression => ({ op: 'not', of })),
    fc
      .tuple(
        fc.constantFrom('and' as const, 'or' as const),
        fc.array(tie('expression'), { minLength: 2, maxLength: 3 }),
      )
      .map(([op, of]): Expression => ({ op, of })),
  ),
}));

/** Writes an expression with every parenthesis that might be needed. */
function write(one: Expression): string {
  if (one.op === 'leaf') return writeLeaf(one.leaf);
  if (one.op === 'not') return `!(${write(one.of)})`;
  return `(${one.of.map(write).join(one.op === 'and' ? ' & ' : ' | ')})`;
}

/** The definition: a predicate on one user. */
function holdsFor(one: Expression, isIn: (name: string) => boolean): boolean {
  if (one.op === 'leaf') return one.leaf.kind === 'query' && isIn(one.leaf.name);
  if (one.op === 'not') return !holdsFor(one.of, isIn);
  const parts = one.of.map((part) => holdsFor(part, isIn));
  return one.op === 'and' ? parts.every(Boolean) : parts.some(Boolean);
}

const holdsForStrangers = (one: Expression) => holdsFor(one, () => false);

function everybody(sets: World): readonly string[] {
  return [...new Set(Object.values(sets).flatMap((members) => [...members.keys()]))].sort(compareBytes);
}

/** Cuts the members of a set into batches of one to three, some of them empty. */
async function* batchesOf(members: ReadonlyMap<string, number>): AsyncGenerator<readonly Member[]> {
  const sorted = [...members].sort(([a], [b]) => compareBytes(a, b)).map(([id, rank]) => ({ userId: id, rank }));
  for (let at = 0, size = 1; at < sorted.length; at += size, size = (size % 3) + 1) {
    yield sorted.slice(at, at + size);
    if (size === 2) yield [];
  }
}

async function run(one: Expression, sets: World): Promise<readonly Member[]> {
  const compiled = compileExpression(one);
  const sources = compiled.leaves.map((each) => batchesOf(sets[writeLeaf(each)] ?? new Map()));
  const found: Member[] = [];
  for await (const batch of evaluate(compiled, sources)) found.push(...batch);
  return found;
}

async function idsOf(one: Expression, sets: World): Promise<readonly string[]> {
  return (await run(one, sets)).map((member) => member.userId);
}

const answerable = expression.filter((one) => !holdsForStrangers(one));
const query = (name: string) => leaf(name);
const not = (of: Expression): Expression => ({ op: 'not', of });
const and = (...of: Expression[]): Expression => ({ op: 'and', of });
const or = (...of: Expression[]): Expression => ({ op: 'or', of });

describe('evaluating an expression', () => {
  it('gives the users for whom it holds, in byte order, each once', async () => {
    await fc.assert(
      fc.asyncProperty(answerable, world, async (one, sets) => {
        const expected = everybody(sets).filter((id) => holdsFor(one, (name) => sets[name]?.has(id) === true));
        expect(await idsOf(one, sets)).toEqual(expected);
      }),
      { numRuns: 500 },
    );
  });

  it('knows the laws of sets', async () => {
    const [a, b, c] = [query('a'), query('b'), query('c')];
    const laws: readonly (readonly [Expression, Expression])[] = [
      [and(a, b), and(b, a)],
      [or(a, b), or(b, a)],
      [and(a, and(b, c)), and(and(a, b), c)],
      [and(a, or(b, c)), or(and(a, b), and(a, c))],
      [or(a, and(b, c)), and(or(a, b), or(a, c))],
      [and(c, not(and(a, b))), or(and(c, not(a)), and(c, not(b)))],
      [and(c, not(or(a, b))), and(c, not(a), not(b))],
      [not(not(a)), a],
      [or(a, and(a, b)), a],
      [and(a, not(a)), and(b, not(b))],
    ];
    await fc.assert(
      fc.asyncProperty(world, async (sets) => {
        for (const [left, right] of laws) expect(await idsOf(left, sets)).toEqual(await idsOf(right, sets));
      }),
      { numRuns: 50 },
    );
  });

  it('never grows by taking people away', async () => {
    await fc.assert(
      fc.asyncProperty(answerable, world, async (one, sets) => {
        const all = new Set(await idsOf(one, sets));
        for (const id of await idsOf(and(one, not(query('e'))), sets)) expect(all.has(id)).toBe(true);
      }),
    );
  });

  it('ranks by the best of the sets that make it hold', async () => {
    const sets = {
      a: new Map([
        ['u', 9],
        ['v', 3],
        ['w', 5],
      ]),
      b: new Map([
        ['u', 2],
        ['w', 1],
      ]),
      c: new Map([
        ['w', 8],
        ['x', UNRANKED],
      ]),
    };
    expect(await run(or(query('a'), query('b')), sets)).toEqual([
      { userId: 'u', rank: 2 },
      { userId: 'v', rank: 3 },
      { userId: 'w', rank: 1 },
    ]);
    const without = or(and(query('a'), not(query('b'))), query('c'));
    expect(await run(without, sets)).toEqual([
      { userId: 'v', rank: 3 },
      { userId: 'w', rank: 8 },
      { userId: 'x', rank: UNRANKED },
    ]);
  });

  it('gives the rank of some set that the user is in', async () => {
    await fc.assert(
      fc.asyncProperty(answerable, world, async (one, sets) => {
        for (const { userId: id, rank } of await run(one, sets)) {
          const ranks = Object.values(sets).flatMap((members) => members.get(id) ?? []);
          expect(ranks).toContain(rank);
        }
      }),
    );
  });

  it('closes every set when it is left early', async () => {
    let closed = 0;
    const source = async function* () {
      try {
        for (let n = 0; n < 1e6; n++) yield [{ userId: `u${String(n).padStart(7, '0')}`, rank: 1 }];
      } finally {
        closed += 1;
      }
    };
    const compiled = compileExpression(or(query('a'), query('b')));
    for await (const _ of evaluate(compiled, [source(), source()])) break;
    expect(closed).toBe(2);
  });

  it('refuses a set that is not sorted', async () => {
    const source = async function* () {
      yield [
        { userId: 'b', rank: 1 },
        { userId: 'a', rank: 2 },
      ];
    };
    const read = async () => {
      for await (const _ of evaluate(compileExpression(query('a')), [source()]));
    };
    await expect(read()).rejects.toMatchObject({ code: 'E_BUG' });
  });
});

describe('reading what was written', () => {
  it('comes to the same users, and refuses exactly what holds for people in no set', async () => {
    await fc.assert(
      fc.asyncProperty(expression, world, async (one, sets) => {
        const parsed = parseExpression(write(one), (name) => leaf(name));
        expect(parsed.ok).toBe(!holdsForStrangers(one));
        if (parsed.ok) expect(await idsOf(parsed.expression, sets)).toEqual(await idsOf(one, sets));
      }),
      { numRuns: 300 },
    );
  });

  it('never throws, and points into the text', () => {
    const piece = fc.constantFrom(
      'a',
      'b',
      '!',
      '&',
      '|',
      '(',
      ')',
      ',',
      ' ',
      'buyers(',
      '30d',
      'x/y@',
      '&&',
      '-',
      'é',
      '\n',
    );
    fc.assert(
      fc.property(
        fc.array(piece, { maxLength: 12 }).map((parts) => parts.join('')),
        (text) => {
          const parsed = parseExpression(text, (name) => leaf(name));
          if (parsed.ok) return;
          expect(parsed.problems.length).toBeGreaterThanOrEqual(1);
          for (const { column } of parsed.problems) {
            expect(column).toBeGreaterThanOrEqual(1);
            expect(column).toBeLessThanOrEqual(text.length + 1);
          }
        },
      ),
      { numRuns: 1000 },
    );
  });
});
