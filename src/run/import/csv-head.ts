/** Recognises what separates the cells of a CSV by its header line, or by the line `sep=;` that Excel writes and reads. */
import { putBack } from './put-back';
import type { Separator } from './text-format';

export interface CsvHead {
  readonly separator: Separator;
  /** Lines before the header that are no rows: 1 where there is a `sep=` line. */
  readonly lines: number;
  /** The text without these lines. */
  readonly rest: AsyncGenerator<Uint8Array>;
}

const LONGEST_HEAD = 1_000_000;
const SEP_LINE = /^sep=([,;\t])(?:\r\n|\n|\r)/i;

/** Reads until the header ends, and gives all of it back; a header of one column is taken to have commas. */
export async function readCsvHead(chunks: AsyncIterable<Uint8Array>): Promise<CsvHead> {
  const own = chunks[Symbol.asyncIterator]();
  let head: Uint8Array = Buffer.alloc(0);
  let end = false;
  let scan = scanHeader('', end);
  while (scan === undefined) {
    const next = await own.next();
    end = next.done === true;
    if (next.done !== true) head = Buffer.concat([head, next.value]);
    scan = scanHeader(Buffer.from(head).toString('latin1'), end);
  }
  const { separator, sepLine } = scan;
  return { separator, lines: sepLine === '' ? 0 : 1, rest: putBack(head.subarray(sepLine.length), own) };
}

interface Scan {
  readonly separator: Separator;
  readonly sepLine: string;
}

/** Undefined where more is needed: the header has not ended, or its CR may have an LF to come. */
function scanHeader(text: string, end: boolean): Scan | undefined {
  const [sepLine = '', named] = SEP_LINE.exec(text) ?? [];
  if (named === ',' || named === ';' || named === '\t') {
    return sepLine.endsWith('\r') && !end && text === sepLine ? undefined : { separator: named, sepLine };
  }
  const counts = countSeparators(text);
  if (!counts.ended && !end && text.length < LONGEST_HEAD) return undefined;
  return { separator: most(counts), sepLine: '' };
}

interface Counts extends Record<Separator, number> {
  /** Whether the line has ended, and is not the beginning of a `sep=` line's. */
  ended: boolean;
}

/** Counts what could separate, in the first line that is not blank, outside quotes. */
function countSeparators(text: string): Counts {
  const counts: Counts = { ',': 0, ';': 0, '\t': 0, ended: false };
  let quoted = false;
  for (const character of text.trimStart()) {
    if (character === '"') quoted = !quoted;
    else if (quoted) continue;
    else if (character === ',' || character === ';' || character === '\t') counts[character]++;
    else if (character === '\n' || character === '\r') return { ...counts, ended: true };
  }
  return counts;
}

function most(counts: Counts): Separator {
  const others: readonly Separator[] = [';', '\t'];
  return others.reduce<Separator>((best, one) => (counts[one] > counts[best] ? one : best), ',');
}
