/** Writes `filterValues` of input lines, and finds the placeholders of filter expressions that they are for. */

/** A placeholder of a filter expression. */
export interface Placeholder {
  /** Without its `$`; case-sensitive. */
  readonly name: string;
  /** Whether it is compared by =, <, and so on, which numbers are for; IN takes texts. */
  readonly isCompared: boolean;
}

const SYMBOL = /"(?:[^"\\]|\\.)*"|\$(\w+)|[<>=!]+|\bIN\b/gi;

/** Finds the placeholders of an expression that Personalize accepted, each once, in its order. */
export function findPlaceholders(expression: string): readonly Placeholder[] {
  const found = new Map<string, Placeholder>();
  let isCompared = false;
  for (const [symbol, name] of expression.matchAll(SYMBOL)) {
    if (name !== undefined) {
      const known = found.get(name)?.isCompared === true;
      found.set(name, { name, isCompared: isCompared || known });
    } else if (!symbol.startsWith('"')) isCompared = symbol.toUpperCase() !== 'IN';
  }
  return [...found.values()];
}

const NUMBER = /^-?(?:\d+(?:\.\d+)?|\.\d+)(?:[eE][+-]?\d+)?$/;

/**
 * Writes the value of one placeholder: texts in double quotes, numbers bare, joined by commas.
 * Form: developer guide, "Filtering batch recommendations and user segments".
 *
 * @param isCompared  whether texts that are numbers are written as numbers
 * @returns such as `"horror","comedy"`, which JSON then escapes
 */
export function printFilterValue(values: readonly (string | number)[], isCompared: boolean): string {
  return values
    .map((value) => {
      if (typeof value === 'number') return String(value);
      if (isCompared && NUMBER.test(value)) return value;
      return `"${value.replace(/["\\]/g, '\\$&')}"`;
    })
    .join(',');
}
