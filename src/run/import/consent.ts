/** Reads what a contact consented to; strict, because a slip here writes to people who did not ask for it. */
import { FALSE_WORDS, TRUE_WORDS } from './flag-words';
import type { Reading } from './values';

const TOPIC = /^[\p{L}\p{N}][\p{L}\p{N} _.:-]{0,63}$/u;

/** Words by which other systems mean true or false: as a topic each would be a silent mistake. */
const NO_TOPICS: ReadonlySet<string> = new Set([
  ...TRUE_WORDS,
  ...FALSE_WORDS,
  ...'true false null none nil nan undefined unknown all'.split(' '),
]);

/** Reads `true`, `false` (in any case, as spreadsheets write them) or topics. */
export function readConsent(parts: readonly string[]): Reading<boolean | readonly string[]> {
  const [first = ''] = parts;
  const only = parts.length === 1 ? first.toLowerCase() : undefined;
  if (only === 'true' || only === 'false') return { value: only === 'true' };
  if (parts.every(isTopic)) return { value: [...new Set(parts)] };
  return { expected: 'true, false, or topics separated by |', fix: 'write true or false, or news|offers' };
}

function isTopic(text: string): boolean {
  return TOPIC.test(text) && !/^\d+$/.test(text) && !NO_TOPICS.has(text.toLowerCase());
}
