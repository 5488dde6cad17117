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

/** Compiles an expression. Each mask is looked at once, and of each mask each part, however often it is named. */
export function compileExpression(expression: Expression): Compiled {
  const leaves = listLeaves(expression);
  const steps = listSteps(expression, new Map(leaves.map((leaf, index) => [writeLeaf(leaf), 1 << index])));
  const answers = new Int32Array(steps.length);
  const known = new Map<number, number>();
  const holds = (mask: number): number => {
    const before = known.get(mask);
    if (before !== undefined) return before;
    for (const [index, step] of steps.entries()) answers[index] = judge(step, mask, answers);
    const answer = answers[steps.length - 1] ?? NOT_HELD;
    if (known.size >= MOST_KNOWN) known.clear();
    known.set(mask, answer);
    return answer;
  };
  return { leaves, holds };
}

/** A part of an expression; `of` are the steps that it needs, by their places, which are before its own. */
type Step =
  | { readonly needs: 'in'; readonly bit: number }
  | { readonly needs: 'out'; readonly bit: number }
  | { readonly needs: 'all' | 'any'; readonly of: readonly number[] };

/** Lists what is to be judged, the whole last. A `!` is moved down to the sets: under it `and` and `or` change places. */
function listSteps(expression: Expression, bits: ReadonlyMap<string, number>): readonly Step[] {
  const steps: Step[] = [];
  const places = { plain: new Map<Expression, number>(), negated: new Map<Expression, number>() };
  const place = (part: Expression, form: 'plain' | 'negated'): number => {
    if (part.op === 'not') return place(part.of, form === 'plain' ? 'negated' : 'plain');
    const before = places[form].get(part);
    if (before !== undefined) return before;
    const isPlain = form === 'plain';
    const step: Step =
      part.op === 'leaf'
        ? { needs: isPlain ? 'in' : 'out', bit: bits.get(writeLeaf(part.leaf)) ?? 0 }
        : { needs: (part.op === 'and') === isPlain ? 'all' : 'any', of: part.of.map((one) => place(one, form)) };
    const index = steps.push(step) - 1;
    places[form].set(part, index);
    return index;
  };
  place(expression, 'plain');
  return steps;
}

/** The sets that make a step hold, or NOT_HELD. A set counts where it stands without `!`. */
function judge(step: Step, mask: number, answers: Int32Array): number {
  if (step.needs === 'in') return (mask & step.bit) === 0 ? NOT_HELD : step.bit;
  if (step.needs === 'out') return (mask & step.bit) === 0 ? 0 : NOT_HELD;
  let held = step.needs === 'all' ? 0 : NOT_HELD;
  for (const index of step.of) {
    const answer = answers[index] ?? NOT_HELD;
    if (answer !== NOT_HELD) held = held === NOT_HELD ? answer : held | answer;
    else if (step.needs === 'all') return NOT_HELD;
  }
  return held;
}
