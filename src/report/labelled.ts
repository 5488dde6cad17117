/** Writes labelled rows of 80 columns. */
import { wrapText } from '../config/wrap';
import { formatCount, formatReason } from './figures';
import type { Tally } from './summary';

const WIDTH = 80;
const LABEL_WIDTH = 14;

/** Writes a labelled text, wrapped into its column; a word that is longer stays whole, so that it can be copied. */
export function row(label: string, text: string): readonly string[] {
  const head = label.length < LABEL_WIDTH - 2 ? label : `${label} `;
  return wrapText(text, WIDTH - LABEL_WIDTH - 2).map((line, index) =>
    `  ${(index === 0 ? head : '').padEnd(LABEL_WIDTH)}${line}`.trimEnd(),
  );
}

/** Wraps a text that has no label. */
export function wrap(text: string): readonly string[] {
  return wrapText(text, WIDTH);
}

/** Lists counts with what they are of, in the column of the texts. */
export function listTallies(tallies: readonly Tally[], prefix: string): readonly string[] {
  return tallies.flatMap(({ name, count }) =>
    row('', `${formatCount(count).padStart(9)}  ${prefix}${formatReason(name)}`),
  );
}
