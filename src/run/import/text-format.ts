/** How the text of a file is written: its encoding, its separator, its decimal sign. */

/** What separates the cells of a CSV file. */
export type Separator = ',' | ';' | '\t';

export type DecimalSign = ',' | '.';

/** What is recognised of a file. */
export interface TextFormat {
  /** A label of the WHATWG encoding standard in lower case, such as windows-1252; absent where it is UTF-8. */
  readonly encoding?: string;
  /** Absent where the file is no CSV. */
  readonly separator?: Separator;
  readonly decimal?: ',';
}

const NAMES: Readonly<Record<Separator, string>> = { ',': 'commas', ';': 'semicolons', '\t': 'tabs' };

/** Writes a format in words, as far as it is not UTF-8 with commas and decimal points; empty where it is. */
export function describeFormat({ encoding, separator, decimal }: TextFormat): string {
  return [
    ...(separator === undefined || separator === ',' ? [] : [`separated by ${NAMES[separator]}`]),
    ...(encoding === undefined ? [] : [`encoded in ${encoding.replace(/^(utf|windows)/, capitalize)}`]),
    ...(decimal === undefined ? [] : ['with decimal commas']),
  ].join(', ');
}

function capitalize(word: string): string {
  return word === 'utf' ? 'UTF' : 'Windows';
}
