/** Compares the cells of datasets with values: exact and case-sensitive; a null cell equals nothing. */
import type { Comparison, FilterOperator } from './expression';
import { type Literal, toNumber } from './literals';
import type { FilterCells } from './tables';

/** Splits a cell into its values; none where it is null. */
export function valuesOf(kind: FilterCells['kind'], cell: string): readonly string[] {
  if (kind === 'categorical' && cell.includes('|')) return cell.split('|').filter((value) => value !== '');
  return cell === '' ? [] : [cell];
}

/** Compares numbers; NaN, which stands for null, holds for no comparison. */
export function compareNumbers(a: number, operator: Comparison, b: number): boolean {
  if (Number.isNaN(a) || Number.isNaN(b)) return false;
  switch (operator) {
    case '=':
      return a === b;
    case '!=':
      return a !== b;
    case '<':
      return a < b;
    case '<=':
      return a <= b;
    case '>':
      return a > b;
    case '>=':
      return a >= b;
  }
}

/** Tells whether one cell holds for a condition. */
export function holds(
  { kind, cell }: { readonly kind: FilterCells['kind']; readonly cell: string },
  operator: FilterOperator,
  literals: readonly Literal[],
): boolean {
  if (operator === 'NOT IN') return !holds({ kind, cell }, 'IN', literals);
  if (kind === 'number') {
    const number = toNumber(cell);
    return literals.some((literal) => compareNumbers(number, operator === 'IN' ? '=' : operator, literal.number));
  }
  const values = valuesOf(kind, cell);
  const isThere = literals.some(({ text }) => values.includes(text));
  if (operator === 'IN' || operator === '=') return isThere;
  return operator === '!=' && values.length > 0 && !isThere;
}
