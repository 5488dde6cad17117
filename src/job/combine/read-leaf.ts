/** Reads the sets that an expression names: everyone, suppressed, buyers(…), recipients(…), audiences of jobs, and own names. */
import { nearestName } from '../../config/nearest';
import { parseDuration } from '../../units';
import { readAudienceRef, writeAudienceRef } from '../audience-ref';
import { JOB_NAME } from '../keys';
import type { Expression, Leaf } from './expression';
import { type Cursor, peek, type Refusal, type Token, take } from './tokens';

/** Finds what a name stands for, or tells why it stands for nothing. */
export type Resolve = (name: string) => Expression | Omit<Refusal, 'at'>;

/** Names with a meaning of their own, which a list or audience of a job can't have. */
export const OWN_WORDS: readonly string[] = ['everyone', 'suppressed', 'buyers', 'recipients', 'each'];

/** Reads a name without parentheses. */
export function readWord({ text, at }: Token, resolve: Resolve): Expression | Refusal {
  if (text === 'everyone' || text === 'suppressed') return leafOf({ kind: text });
  if (text.includes('/')) return readAudience(text, at);
  const found = resolve(text);
  return 'op' in found ? found : { ...found, at };
}

/** Reads an audience of a job, perhaps with a part and a slot. */
function readAudience(text: string, at: number): Expression | Refusal {
  const read = readAudienceRef(text);
  if (read.ok) return leafOf({ kind: 'audience', ...read.ref });
  if (read.wrong === 'slot') {
    const { ref } = read;
    const message = `"${text.slice(read.at)}" is no slot; expected a date, or a date and a time`;
    const fix = `write ${writeAudienceRef({ ...ref, slot: '2026-11-01' })}, or @2026-11-01T0630`;
    return { message, at: at + read.at, fix };
  }
  const message = `"${text}" names no audience; expected job/audience or job/audience.part, perhaps with @slot`;
  return { message, at, fix: 'write job/audience, or job/audience@2026-11-01 for a slot' };
}

/** Reads `buyers(30d)`, `recipients(job)` and `recipients(job, 7d)`; the cursor is at the parenthesis. */
export function readCall(cursor: Cursor, { text, at }: Token): Expression | Refusal {
  take(cursor);
  if (text !== 'buyers' && text !== 'recipients') {
    const message = `"${text}" stands before a parenthesis; expected buyers, recipients, or a sign between the two`;
    const meant = nearestName(text, ['buyers', 'recipients']);
    if (meant !== undefined) return { message, at, fix: `write ${meant}(…)`, instead: { written: text, meant } };
    return { message, at, fix: `write ${text} & (…), buyers(30d) or recipients(nightly-picks, 7d)` };
  }
  const words = readArguments(cursor, text);
  if (!Array.isArray(words)) return words;
  const [first, second, third] = words;
  if (first === undefined || third !== undefined || (text === 'buyers' && second !== undefined)) {
    const takes = text === 'buyers' ? 'a time' : 'a job, and perhaps a time';
    return { message: `${text} takes ${takes}`, at, fix: `write ${EXAMPLES[text]}` };
  }
  return text === 'buyers' ? readBuyers(first) : readRecipients(first, second);
}

const EXAMPLES = { buyers: 'buyers(30d)', recipients: 'recipients(nightly-picks) or recipients(nightly-picks, 7d)' };

function readArguments(cursor: Cursor, name: 'buyers' | 'recipients'): Token[] | Refusal {
  const words: Token[] = [];
  if (peek(cursor).kind === ')') {
    take(cursor);
    return words;
  }
  while (true) {
    const word = take(cursor);
    const sign = peek(cursor);
    const isRight = word.kind === 'word' && (sign.kind === ',' || sign.kind === ')');
    if (!isRight) {
      const wrong = word.kind === 'word' ? sign : word;
      const found = wrong.kind === 'end' ? 'the expression ends' : `"${wrong.text}" stands`;
      return { message: `${found} within ${name}(…)`, at: wrong.at, fix: `write ${EXAMPLES[name]}` };
    }
    words.push(word);
    take(cursor);
    if (sign.kind === ')') return words;
  }
}

function readBuyers({ text, at }: Token): Expression | Refusal {
  const within = parseDuration(text);
  if (within !== undefined && within > 0) return leafOf({ kind: 'buyers', within });
  return { message: `"${text}" is no time; expected one such as 30d or 12h`, at, fix: 'write buyers(30d)' };
}

function readRecipients(job: Token, time: Token | undefined): Expression | Refusal {
  if (!JOB_NAME.test(job.text)) {
    const message = `"${job.text}" is no name of a job`;
    return { message, at: job.at, fix: 'write the name of an e-mail job: its file without .yaml' };
  }
  if (time === undefined) return leafOf({ kind: 'recipients', job: job.text });
  const within = parseDuration(time.text);
  if (within !== undefined && within > 0) return leafOf({ kind: 'recipients', job: job.text, within });
  const message = `"${time.text}" is no time; expected one such as 7d or 12h`;
  return { message, at: time.at, fix: `write recipients(${job.text}, 7d)` };
}

function leafOf(leaf: Leaf): Expression {
  return { op: 'leaf', leaf };
}
