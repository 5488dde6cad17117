/** Matches event types, the one thing in filters of which the case is ignored. */
import type { Literal } from './literals';

/** The value that stands for every event type, in quotes or not. */
export const ANY_EVENT = '*';

/** Event types that differ in more than their case, by number. */
export interface EventTypes {
  /** The number of each of the names that were given. */
  readonly numbers: Int32Array;
  /** 1 at each number that the values name. */
  select(literals: readonly Literal[]): Uint8Array;
}

/** Numbers the names of event types; the empty one, of events without a type, is found by `*` alone. */
export function numberEventTypes(names: readonly string[]): EventTypes {
  const known = new Map<string, number>();
  const numbers = Int32Array.from(names, (name) => {
    const folded = name.toLowerCase();
    const number = known.get(folded) ?? known.size;
    known.set(folded, number);
    return number;
  });
  return {
    numbers,
    select: (literals) => {
      const selected = new Uint8Array(known.size);
      if (literals.some(({ text }) => text === ANY_EVENT)) return selected.fill(1);
      for (const { text } of literals) {
        const number = text === '' ? undefined : known.get(text.toLowerCase());
        if (number !== undefined) selected[number] = 1;
      }
      return selected;
    },
  };
}
