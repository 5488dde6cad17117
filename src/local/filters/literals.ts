/** Reads the values that cells are compared with: those of an expression, and those that an input line gives. */

/** One value; `number` is NaN where the text is none. */
export interface Literal {
  readonly text: string;
  readonly number: number;
}

/** Makes a value of a text. */
export function toLiteral(text: string): Literal {
  return { text, number: toNumber(text) };
}

/** Reads a number as cells and values hold it; NaN where it is empty or none. */
export function toNumber(text: string): number {
  const number = text.trim() === '' ? Number.NaN : Number(text);
  return Number.isFinite(number) ? number : Number.NaN;
}

const SEPARATED = /\s*(?:"((?:[^"\\]|\\.)*)"|([^",\s][^",]*?))\s*(,|$)/sy;

/**
 * Parses one member of `filterValues`: values in double quotes, or numbers, joined by commas.
 * Form: developer guide, "Filtering batch recommendations and user segments".
 *
 * @param text  such as `"horror","comedy"`; in it `\` escapes a quote or itself
 * @returns undefined where a text is not in quotes, or nothing is there
 */
export function parseFilterValue(text: string): readonly Literal[] | undefined {
  const literals: Literal[] = [];
  let separator: string | undefined = ',';
  for (let at = 0; separator === ','; at = SEPARATED.lastIndex) {
    SEPARATED.lastIndex = at;
    const [, quoted, bare = '', next] = SEPARATED.exec(text) ?? [];
    if (next === undefined) return undefined;
    if (quoted === undefined && Number.isNaN(toNumber(bare))) return undefined;
    literals.push(toLiteral(quoted === undefined ? bare : quoted.replace(/\\(.)/gs, '$1')));
    separator = next;
  }
  return literals;
}
