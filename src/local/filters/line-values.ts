/** Reads what an input line gives to a filter: its user, its item, and values for the placeholders. */
import type { FilterCondition } from './expression';
import { type Literal, parseFilterValue, toLiteral } from './literals';

/** The members of an input line that filters read; `filterValues` is as it was parsed, unchecked. */
export interface FilterLine {
  readonly userId?: string | undefined;
  readonly itemId?: string | undefined;
  readonly filterValues?: unknown;
}

/** Why a line can't be answered: the text for its `error`. */
export interface LineFailure {
  readonly error: string;
}

/** Placeholder → values, of those that the line gives. */
export type GivenValues = ReadonlyMap<string, readonly Literal[]>;

/** Reads the values of the placeholders; others in `filterValues` are ignored. Names are case-sensitive. */
export function readGivenValues(filterValues: unknown, names: readonly string[]): GivenValues | LineFailure {
  const given = new Map<string, readonly Literal[]>();
  if (names.length === 0 || filterValues === undefined || filterValues === null) return given;
  if (typeof filterValues !== 'object' || Array.isArray(filterValues)) {
    return { error: 'User error: filterValues is not an object' };
  }
  const members: ReadonlyMap<string, unknown> = new Map(Object.entries(filterValues));
  for (const name of names) {
    const value = members.get(name);
    if (value === undefined) continue;
    const literals = typeof value === 'string' ? parseFilterValue(value) : undefined;
    if (literals === undefined) {
      const expected = 'a string of numbers or of values in escaped double quotes, joined by commas';
      return { error: `User error: The filter value of ${name} is not ${expected}` };
    }
    given.set(name, literals);
  }
  return given;
}

/** Takes the values that a condition compares with; undefined where a placeholder has none. `*` is the text `*`. */
export function literalsOf(condition: FilterCondition, given: GivenValues): readonly Literal[] | undefined {
  const literals: Literal[] = [];
  if (condition.operand.kind === 'currentItem') return literals;
  for (const value of condition.operand.values) {
    if (value.kind !== 'placeholder') {
      literals.push(toLiteral(value.kind === 'any' ? '*' : value.text));
      continue;
    }
    const found = given.get(value.name);
    if (found === undefined) return undefined;
    literals.push(...found);
  }
  return literals;
}

/** Explains what is wrong with the values of a comparison, which takes one, and a number where the column holds numbers. */
export function checkCompared(
  { operator, operand }: FilterCondition,
  literals: readonly Literal[],
  isNumber: boolean,
): LineFailure | undefined {
  if (operator === 'IN' || operator === 'NOT IN' || operand.kind !== 'values') return undefined;
  const [value] = operand.values;
  if (value?.kind !== 'placeholder') return undefined;
  const [literal] = literals;
  const fits = literals.length === 1 && !(isNumber && Number.isNaN(literal?.number));
  return fits
    ? undefined
    : { error: `User error: The filter value of ${value.name} is not one ${isNumber ? 'number' : 'value'}` };
}
