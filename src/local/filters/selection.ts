/** Finds the places that one clause of a filter is about: the part that all kinds of clauses share. */
import type { FilterClause, FilterCondition } from './expression';
import { type FilterLine, type GivenValues, type LineFailure, literalsOf } from './line-values';
import type { Literal } from './literals';

/** Places of one clause for one line. */
export interface Selection {
  /** Equal for lines of equal places; undefined where that can't be told. */
  readonly key: string | undefined;
  /** Writes a bit at each of the places. */
  write(bits: Uint8Array, bit: 0 | 1): void;
}

/** Finds the places for a line, all of whose placeholders have values. */
export type Selector = (line: FilterLine, given: GivenValues) => Selection | LineFailure;

/** A condition that is ready for a line: `key` stands for its values. */
export interface Ready {
  readonly key: string;
  mark(bits: Uint8Array): void;
}

/** Opens a condition once, and makes it ready for each line. */
export type ConditionOpener = (
  condition: FilterCondition,
) => (line: FilterLine, literals: readonly Literal[]) => Ready | LineFailure;

/** Makes the selector of any clause: its conditions are marked one by one, joined by AND, then by OR. */
export function selectBy(clause: FilterClause, placeCount: number, open: ConditionOpener): Selector {
  const scratch = { held: new Uint8Array(placeCount), marks: new Uint8Array(placeCount) };
  const lists = clause.anyOf.map((all) => all.map((condition) => ({ condition, prepare: open(condition) })));
  return (line, given) => {
    const ready: Ready[][] = [];
    for (const list of lists) {
      const all: Ready[] = [];
      for (const { condition, prepare } of list) {
        const one = prepare(line, literalsOf(condition, given) ?? []);
        if ('error' in one) return one;
        all.push(one);
      }
      ready.push(all);
    }
    return {
      key: JSON.stringify(ready.map((all) => all.map(({ key }) => key))),
      write: (bits, bit) => {
        for (const all of ready) writeWhereAll(all, { bits, bit, ...scratch });
      },
    };
  };
}

interface Written {
  readonly bits: Uint8Array;
  readonly bit: 0 | 1;
  /** Arrays to collect and to mark in, as long as `bits`. */
  readonly held: Uint8Array;
  readonly marks: Uint8Array;
}

function writeWhereAll(conditions: readonly Ready[], { bits, bit, held, marks }: Written): void {
  held.fill(1);
  for (const { mark } of conditions) {
    marks.fill(0);
    mark(marks);
    for (let place = 0; place < held.length; place++) if (marks[place] === 0) held[place] = 0;
  }
  for (let place = 0; place < held.length; place++) if (held[place] === 1) bits[place] = bit;
}

/** Makes a text that is equal for equal values. */
export function keyOf(literals: readonly Literal[]): string {
  return JSON.stringify(literals.map(({ text }) => text));
}

/** Explains that a line lacks what its filter asks for. */
export function lacks(member: 'userId' | 'itemId'): LineFailure {
  return { error: `User error: Required fields for the provided filter are ${member}` };
}
