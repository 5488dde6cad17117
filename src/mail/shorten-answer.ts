/** Makes an answer of a server fit to be kept and shown. */

/** Answers are kept for reports, one line of them. */
const ANSWER_MAX = 300;

/** Keeps one line without control characters, at most 300 characters, and of addresses only the domain. */
export function shortenAnswer(text: string): string {
  const line = text
    .slice(0, 8 * ANSWER_MAX)
    .replaceAll(/[\p{Cc}\s]+/gu, ' ')
    .replaceAll(/[^\s<>"'@:;,()[\]]{1,64}?(?:@|＠|%40)(?=[^\s<>@]+)/gi, '…@')
    .trim();
  return line.length <= ANSWER_MAX ? line : `${line.slice(0, ANSWER_MAX - 1)}…`;
}
