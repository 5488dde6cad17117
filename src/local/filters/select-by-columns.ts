/** Finds the places of clauses on columns of Items or Users. */
import { valuesOf } from './compare';
import type { TableColumns } from './data-columns';
import { datasetOf, type FilterClause } from './expression';
import { checkCompared } from './line-values';
import { toLiteral } from './literals';
import { keyOf, lacks, type Selector, selectBy } from './selection';

/** Makes the selector of a clause on columns of Items or Users. */
export function selectByColumns(clause: FilterClause, tables: ClauseTables): Selector {
  return selectBy(clause, tables.placeCount, (condition) => {
    const table = datasetOf(clause) === 'Users' ? tables.users : tables.items;
    const column = table.byPlace(condition.field.name);
    const isNumber = table.kindOf(condition.field.name) === 'number';
    const { operand, operator } = condition;
    if (operand.kind === 'currentItem') {
      const current = tables.items.byId(operand.field.name);
      return ({ itemId }) => {
        if (itemId === undefined) return lacks('itemId');
        const cell = current.cellOf(itemId);
        const literals = valuesOf(current.kind, cell).map(toLiteral);
        return { key: cell, mark: (bits) => column.mark(bits, operator, literals) };
      };
    }
    return (_line, literals) =>
      checkCompared(condition, literals, isNumber) ?? {
        key: keyOf(literals),
        mark: (bits) => column.mark(bits, operator, literals),
      };
  });
}

/** What clauses are opened on. */
export interface ClauseTables {
  readonly placeCount: number;
  readonly items: TableColumns;
  readonly users: TableColumns;
}
