/** Random numbers from a seed: the same on every machine, since only integer operations and exact arithmetic are used. */

/** Taken out of Math once: looking a global up in a hot loop is slow in sandboxes, such as that of jest. */
const { floor, imul, round } = Math;

/** Draws numbers; each draw moves the source on. Two sources of the same seed and label give the same numbers. */
export interface Random {
  /** In [0, 1), with 32 bits. */
  readonly next: () => number;
  /** A whole number from `low` to `high`, both included. */
  readonly integer: (low: number, high: number) => number;
  /** True with the given probability, 0 to 1. */
  readonly chance: (probability: number) => boolean;
  /** About normal with mean 0 and deviation 1 (a sum of four uniforms), in thousandths, from -3.464 to 3.464. */
  readonly bell: () => number;
  /** One entry, each equally likely; throws a RangeError for an empty list. */
  readonly pick: <T>(list: readonly T[]) => T;
  /** A copy in random order. */
  readonly shuffle: <T>(list: readonly T[]) => T[];
}

/** The square root of 3, with which four uniforms get a deviation of 1. */
const BELL_SCALE = 1.732;

/** Creates a source for one purpose; another `label` gives independent numbers of the same seed. */
export function createRandom(seed: number, label: string): Random {
  const next = seedSfc32(hashLabel(seed, label));
  const integer = (low: number, high: number): number => low + floor(next() * (high - low + 1));
  return {
    next,
    integer,
    chance: (probability) => next() < probability,
    bell: () => roundTo(1000, (next() + next() + next() + next() - 2) * BELL_SCALE),
    pick: (list) => entryAt(list, floor(next() * list.length)),
    shuffle: (list) => shuffleWith(list, integer),
  };
}

/** Rounds to a share of one: `roundTo(1000, x)` keeps thousandths. */
export function roundTo(steps: number, value: number): number {
  return round(value * steps) / steps;
}

/** Reads an entry that must be there; throws a RangeError where it is not. */
export function entryAt<T>(list: readonly T[], index: number): T {
  const entry = list[index];
  if (entry === undefined) throw new RangeError(`no entry ${index} in a list of ${list.length}`);
  return entry;
}

/** Sums up a seed and a label as four words (FNV-1a with a final mix, another start for each word). */
function hashLabel(seed: number, label: string): readonly [number, number, number, number] {
  const word = (start: number): number => {
    let hash = start ^ 0x811c9dc5;
    for (const character of `${seed}/${label}`) {
      hash = imul(hash ^ (character.codePointAt(0) ?? 0), 0x01000193);
    }
    hash = imul(hash ^ (hash >>> 15), 0x2c1b3c6d);
    return (hash ^ (hash >>> 13)) >>> 0;
  };
  return [word(0x9e3779b9), word(0x243f6a88), word(0xb7e15162), word(0x6a09e667)];
}

/** The generator sfc32 of Chris Doty-Humphrey (PractRand), public domain. */
function seedSfc32([a0, b0, c0, d0]: readonly [number, number, number, number]): () => number {
  let [a, b, c, counter] = [a0 | 0, b0 | 0, c0 | 0, d0 | 1];
  const next = (): number => {
    const sum = (((a + b) | 0) + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (((c << 21) | (c >>> 11)) + sum) | 0;
    return (sum >>> 0) / 4294967296;
  };
  for (let warmUp = 0; warmUp < 15; warmUp++) next();
  return next;
}

function shuffleWith<T>(list: readonly T[], integer: (low: number, high: number) => number): T[] {
  const mixed = [...list];
  for (let last = mixed.length - 1; last > 0; last--) {
    const other = integer(0, last);
    const kept = entryAt(mixed, last);
    mixed[last] = entryAt(mixed, other);
    mixed[other] = kept;
  }
  return mixed;
}
