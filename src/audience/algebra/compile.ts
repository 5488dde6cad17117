/** Turns an expression over sets into a function over bit masks: which sets a user is in, which of them count. */
import { type Expression, type Leaf, listLeaves, writeLeaf } from '../../job/combine/expression';

/** An expression that can be evaluated. */
export interface Compiled {
  /** Its sets; the nth is bit n of a mask. At most 30. */
  readonly leaves: readonly Leaf[];
  /**
   * Tells what holds for a user who is in the sets of `mask`.
   * @returns -1 where the expression does not hold; else the sets that make it hold, from which the user's rank comes
   */
  readonly holds: (mask: number) => number;
}

const NOT_HELD = -1;

/** With 30 sets there may be more masks than there is memory for. */
const MOST_KNOWN = 65_536;

/** Compiles an expression. Each mask is looked at once. */
export function compileExpression(expression: Expression): Compiled {
  const leaves = listLeaves(expression);
  const bits = new Map(leaves.map((leaf, index) => [writeLeaf(leaf), 1 << index]));
  const known = new Map<number, number>();
  const holds = (mask: number): number => {
    const before = known.get(mask);
    if (before !== undefined) return before;
    const answer = judge(expression, { bits, mask, negated: false });
    if (known.size >= MOST_KNOWN) known.clear();
    known.set(mask, answer);
    return answer;
  };
  return { leaves, holds };
}

interface Case {
  readonly bits: ReadonlyMap<string, number>;
  readonly mask: number;
  /** Whether an odd number of `!` stands before the part: `and` and `or` change places then. */
  readonly negated: boolean;
}

/** The sets that make a part hold, or NOT_HELD. A set counts where it stands without `!`. */
function judge(expression: Expression, given: Case): number {
  const { bits, mask, negated } = given;
  if (expression.op === 'not') return judge(expression.of, { ...given, negated: !negated });
  if (expression.op === 'leaf') {
    const bit = bits.get(writeLeaf(expression.leaf)) ?? 0;
    const isIn = (mask & bit) !== 0;
    if (negated) return isIn ? NOT_HELD : 0;
    return isIn ? bit : NOT_HELD;
  }
  const parts = expression.of.map((part) => judge(part, given));
  const needsAll = (expression.op === 'and') !== negated;
  const held = parts.filter((part) => part !== NOT_HELD);
  if (needsAll ? held.length < parts.length : held.length === 0) return NOT_HELD;
  return held.reduce((all, part) => all | part, 0);
}
