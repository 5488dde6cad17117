import { type FilterExpression, parseFilter } from '../../../src/local/filters/filter';

/** Parses a filter that has to be right. */
export function readFilter(text: string): FilterExpression {
  const parsed = parseFilter(text);
  if (!parsed.ok) throw new Error(`${parsed.message} in ${text}`);
  return parsed.filter;
}
