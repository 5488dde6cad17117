/** Names what the folder offers: reading, checking and applying the filter expressions of Personalize. */
import { ANY_EVENT } from './event-types';
import { conditionsOf, datasetOf, type FilterExpression, fieldsOf as fieldsOfClauses } from './expression';

/**
 * parseFilter(text)              text → filter, or what is wrong and where
 * checkFilter(filter, columns)   filter against the columns of a group's datasets
 * explainMisfit(filter, recipe)  why a recipe's batch jobs can't use it
 * compileFilter(filter, data)    filter on data → what each input line may list
 */
export { checkFilter, type FilterColumn, type FilterColumns, type FilterVerdict, kindOfColumn } from './check-filter';
export { type CompiledFilter, compileFilter, type FilterOutcome } from './compile-filter';
export type { FilterExpression } from './expression';
export type { FilterLine } from './line-values';
export { explainMisfit, type FilteredRecipe } from './misfit';
export { MAX_EXPRESSION_LENGTH, type ParsedFilter, parseFilter } from './parse-filter';
export type { FilterCells, FilterData, FilterEvents, FilterTable } from './tables';

/** Tells whether a filter is about items, for recommendations, or users, for segments. */
export function filterSubject(filter: FilterExpression): 'ItemID' | 'UserID' {
  return filter.subject;
}

/** Lists the names of the placeholders without their `$`, each once, in the order of the expression. */
export function placeholdersOf(filter: FilterExpression): readonly string[] {
  const names = filter.clauses
    .flatMap(conditionsOf)
    .flatMap(({ operand }) => (operand.kind === 'values' ? operand.values : []))
    .flatMap((value) => (value.kind === 'placeholder' ? [value.name] : []));
  return [...new Set(names)];
}

/** Lists the distinct dataset fields, such as `ITEMS.GENRES`; all filters of a dataset group may have 20 together. */
export function fieldsOf(filter: FilterExpression): readonly string[] {
  return fieldsOfClauses(filter.clauses);
}

/** Tells whether a filter asks for interactions. */
export function usesInteractions(filter: FilterExpression): boolean {
  return filter.clauses.some((clause) => datasetOf(clause) === 'Interactions');
}

/** Tells whether a filter asks for the item that the recommendations are for. */
export function usesCurrentItem(filter: FilterExpression): boolean {
  return filter.clauses.flatMap(conditionsOf).some(({ operand }) => operand.kind === 'currentItem');
}

/** Tells whether a filter asks for the user that the recommendations are for. */
export function usesCurrentUser(filter: FilterExpression): boolean {
  return filter.clauses.some(({ currentUser }) => currentUser.length > 0);
}

/** Lists the event types that a filter names, in lower case; undefined where a placeholder or `*` stands for any. */
export function eventTypesOf(filter: FilterExpression): ReadonlySet<string> | undefined {
  const types = new Set<string>();
  for (const { dataset, operand } of filter.clauses.flatMap(conditionsOf)) {
    if (dataset !== 'Interactions' || operand.kind !== 'values') continue;
    for (const value of operand.values) {
      if (value.kind === 'placeholder' || value.kind === 'any' || value.text === ANY_EVENT) return undefined;
      types.add(value.text.toLowerCase());
    }
  }
  return types;
}
