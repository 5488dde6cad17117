/** Cuts texts of any language into terms. */

/** A word or number, or a run of a script that is written without spaces. */
const PIECES =
  /(?<unspaced>[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}ー]+)|[\p{L}\p{M}\p{N}]+(?:['’][\p{L}\p{M}]+)*/gu;

/** A term and how it was written. */
export interface Token {
  /** What is compared: lower case, English plurals and possessives cut off. */
  readonly term: string;
  /** The word of the text, in lower case. */
  readonly word: string;
}

/**
 * Cuts a text into terms, in its order. Letters are folded by NFKC and lower case. Chinese, Japanese, Thai and other
 * scripts without spaces give pairs of neighbouring characters (bigrams), which need no dictionary.
 */
export function tokenise(text: string): readonly Token[] {
  const tokens: Token[] = [];
  for (const match of text.normalize('NFKC').toLowerCase().matchAll(PIECES)) {
    if (match.groups?.unspaced === undefined) tokens.push({ term: cutPlural(match[0]), word: match[0] });
    else for (const pair of listBigrams(match[0])) tokens.push({ term: pair, word: pair });
  }
  return tokens;
}

function listBigrams(run: string): readonly string[] {
  const characters = Array.from(run);
  if (characters.length === 1) return characters;
  return characters.slice(1).map((character, at) => `${characters[at]}${character}`);
}

/** Cuts off the plural of English words, by the S-stemmer (Harman, "How Effective is Suffixing?", 1991). */
function cutPlural(word: string): string {
  const base = word.replace(/['’]s?$/u, '');
  if (base.length < 4 || !/^[a-z]+s$/.test(base)) return base;
  if (/[^ae]ies$/.test(base)) return `${base.slice(0, -3)}y`;
  if (/(?:[sxz]|ch|sh)es$/.test(base)) return base.slice(0, -2);
  return /(?:us|ss)$/.test(base) ? base : base.slice(0, -1);
}
