/** Finds the known name that another one most likely meant: by a synonym, by its spelling, or by its words. */

const MOST_EDITS = 2;

/** Shorter beginnings say too little. */
const LEAST_BEGINNING = 3;

/** What people call a thing elsewhere, in lower case with dashes → its name here. */
export type Synonyms = ReadonlyMap<string, string>;

/**
 * Finds what a name most likely meant, case ignored: the candidate of a synonym; else the one that is spelt alike
 * (`misspeltName`); else the only one that has the same words or begins so, `google-ads` for `google` and `meta` for `meta-ads`.
 *
 * @returns undefined where none is near, or `name` is one of them
 */
export function nearestName(name: string, candidates: readonly string[], synonyms?: Synonyms): string | undefined {
  if (candidates.includes(name)) return undefined;
  const words = wordsOf(name);
  const meant = synonyms?.get(words.join('-'));
  if (meant !== undefined && candidates.includes(meant)) return meant;
  return misspeltName(name, candidates) ?? findByWords(words, candidates);
}

/**
 * Finds the candidate that is spelt most alike, case ignored: at most two edits away (insertion, deletion, substitution or swap
 * of neighbours) and less than half of the longer name's length.
 *
 * @returns the first of the nearest candidates, in their order; undefined where none is near or `name` is one of them
 */
export function misspeltName(name: string, candidates: readonly string[]): string | undefined {
  let best: string | undefined;
  let bestEdits = MOST_EDITS + 1;
  for (const candidate of candidates) {
    if (candidate === name) return undefined;
    const edits = countEdits(name.toLowerCase(), candidate.toLowerCase());
    if (edits < bestEdits && edits * 2 < Math.max(name.length, candidate.length)) {
      best = candidate;
      bestEdits = edits;
    }
  }
  return best;
}

const NAMES_SHOWN = 12;

/** Writes names for a message, the first twelve of them. */
export function listNames(names: readonly string[]): string {
  const more = names.length - NAMES_SHOWN;
  return more <= 0 ? names.join(', ') : `${names.slice(0, NAMES_SHOWN).join(', ')} and ${more} more`;
}

/** Cuts a name at its signs, and where `camelCase` begins a word. */
function wordsOf(name: string): readonly string[] {
  const parted = name.replace(/(\p{Ll})(\p{Lu})/gu, '$1-$2').toLowerCase();
  return parted.split(/[^\p{L}\p{N}]+/u).filter((word) => word !== '');
}

/** Two that fit as well tell nothing. */
function findByWords(words: readonly string[], candidates: readonly string[]): string | undefined {
  const joined = words.join('');
  if (joined.length < LEAST_BEGINNING) return undefined;
  const parted = candidates.map((name) => ({ name, own: wordsOf(name) }));
  const same = parted.filter(({ own }) => own.join('') === joined);
  const near = parted.filter(({ own }) => own.join('').startsWith(joined) || holds(own, words) || holds(words, own));
  const [only, other] = same.length > 0 ? same : near;
  return other === undefined ? only?.name : undefined;
}

/** Tells whether all of some words, long enough to say something, are among others. */
function holds(words: readonly string[], some: readonly string[]): boolean {
  return some.join('').length >= LEAST_BEGINNING && some.every((word) => words.includes(word));
}

/** Counts the edits between two texts: the optimal string alignment distance. */
function countEdits(from: string, to: string): number {
  if (Math.abs(from.length - to.length) > MOST_EDITS) return MOST_EDITS + 1;
  let beforeLast: number[] = [];
  let last = Array.from({ length: to.length + 1 }, (_, index) => index);
  for (let i = 1; i <= from.length; i++) {
    const row = [i];
    for (let j = 1; j <= to.length; j++) {
      const same = from[i - 1] === to[j - 1];
      const swapped = i > 1 && j > 1 && from[i - 1] === to[j - 2] && from[i - 2] === to[j - 1];
      row[j] = Math.min(
        at(last, j) + 1,
        at(row, j - 1) + 1,
        at(last, j - 1) + (same ? 0 : 1),
        swapped ? at(beforeLast, j - 2) + 1 : Number.POSITIVE_INFINITY,
      );
    }
    beforeLast = last;
    last = row;
  }
  return at(last, to.length);
}

function at(row: readonly number[], index: number): number {
  return row[index] ?? Number.POSITIVE_INFINITY;
}
