/** Makes one safe line of a text that comes from outside, before it becomes part of a header. */

/** What most names and subjects are: nothing to clean. */
const CLEAN = /^(?:[!-<>-~]|=(?!\?)| (?! ))*$/;

/**
 * Makes one line of a text. Control characters, line separators, halves of a surrogate pair and marks that reverse the
 * reading direction become blanks, runs of blanks become one, and `=?` is parted: a reader would decode what a name wrote.
 * What passes `max` UTF-16 units is cut, never within a character that a person sees.
 */
export function cleanHeader(text: string, max: number): string {
  const line = CLEAN.test(text)
    ? text.trim()
    : text
        .replaceAll(/[\p{Cc}\p{Cs}\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu, ' ')
        .replaceAll(/\s+/gu, ' ')
        .replaceAll('=?', '= ?')
        .trim();
  if (line.length <= max) return line;
  let cut = '';
  for (const { segment } of new Intl.Segmenter().segment(line)) {
    if (cut.length + segment.length >= max) break;
    cut += segment;
  }
  return `${cut.trimEnd()}…`;
}
