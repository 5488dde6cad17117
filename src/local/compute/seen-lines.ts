/** Remembers lines by 64 bits each, to find those that come again. */
import { hashText } from '../recommender/identity';

/** Takes lines one by one. */
export interface SeenLines {
  /** Tells whether a line is new, and remembers it. Of a billion lines one is mistaken for another by a chance of 3 %. */
  isNew(line: string): boolean;
}

const FIRST_SLOTS = 1 << 12;
const [LEFT_SEED, RIGHT_SEED] = [0x243f6a88, 0x85a308d3];

interface Slots {
  readonly left: Uint32Array;
  /** 0 marks an empty slot. */
  readonly right: Uint32Array;
}

/** Creates an empty memory: an open hash table, at most half full, of 16 to 32 bytes a line. */
export function createSeenLines(): SeenLines {
  let slots = createSlots(FIRST_SLOTS);
  let count = 0;
  return {
    isNew(line) {
      if (count * 2 >= slots.left.length) slots = enlarge(slots);
      const isNew = insert(slots, hashText(line, LEFT_SEED), hashText(line, RIGHT_SEED) || 1);
      if (isNew) count++;
      return isNew;
    },
  };
}

function createSlots(length: number): Slots {
  return { left: new Uint32Array(length), right: new Uint32Array(length) };
}

function insert({ left, right }: Slots, one: number, other: number): boolean {
  const mask = left.length - 1;
  let at = one & mask;
  for (; right[at] !== 0; at = (at + 1) & mask) if (left[at] === one && right[at] === other) return false;
  left[at] = one;
  right[at] = other;
  return true;
}

function enlarge({ left, right }: Slots): Slots {
  const larger = createSlots(left.length * 2);
  for (let at = 0; at < left.length; at++) {
    const other = right[at] ?? 0;
    if (other !== 0) insert(larger, left[at] ?? 0, other);
  }
  return larger;
}
