/** Composes short plain English titles. */

/** What a title is made from; texts in any case. */
export interface TitleParts {
  /** What all of it is about, such as a category. */
  readonly head: string | undefined;
  /** Up to two words that the items have in common. */
  readonly words: readonly string[];
  /** The name of the item that the others are like. */
  readonly likeName: string | undefined;
}

/** Longest title, in characters; words that don't fit are left out. */
const MAX_LENGTH = 60;

/** Composes a title, such as `Backpacks: leather and canvas`: no dot at its end, never empty. */
export function composeTitle({ head, words, likeName }: TitleParts): string {
  const [first, second] = words;
  const candidates = [
    head !== undefined && first !== undefined && second !== undefined ? `${head}: ${first} and ${second}` : '',
    head !== undefined && first !== undefined ? `${head}: ${first}` : '',
    head !== undefined ? `${head} and more` : '',
    first !== undefined && second !== undefined ? `${first} and ${second}` : '',
    first !== undefined ? `${first} and more` : '',
    likeName !== undefined && likeName.trim() !== '' ? `More like ${likeName.trim()}` : '',
  ];
  const fitting = candidates.find((title) => title !== '' && Array.from(title).length <= MAX_LENGTH);
  return startWithCapital(trimEnd(fitting ?? '')) || 'Popular picks';
}

function trimEnd(title: string): string {
  return title.replace(/[\s.。!?…]+$/u, '');
}

function startWithCapital(title: string): string {
  const [first = '', ...rest] = Array.from(title);
  return first.toUpperCase() + rest.join('');
}
