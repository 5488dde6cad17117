/** Compiles a filter on data to what each input line may list. */
import { type ClauseSelection, createCombine } from './combine';
import { holds } from './compare';
import { openTable, type TableColumns } from './data-columns';
import { conditionsOf, datasetOf, type FilterClause, type FilterExpression } from './expression';
import {
  checkCompared,
  type FilterLine,
  type GivenValues,
  type LineFailure,
  literalsOf,
  readGivenValues,
} from './line-values';
import { type ClauseTables, selectByColumns } from './select-by-columns';
import { openHistory, selectItemsByEvents, selectUsersByEvents } from './select-by-events';
import { lacks, type Selector } from './selection';
import type { FilterData } from './tables';

/** What a line may list: 1 at each place of `ids`, overwritten by the next call, or undefined for all; or its error. */
export type FilterOutcome = { readonly allowed: Uint8Array | undefined } | LineFailure;

export type CompiledFilter = (line: FilterLine) => FilterOutcome;

/**
 * Compiles a filter: what doesn't depend on the line is computed once, what depends on values of the line once for
 * equal values.
 *
 * - Allowed is the union of the INCLUDEs, or everything without one, without the union of the EXCLUDEs.
 * - A clause whose IF doesn't hold is left out; so is an EXCLUDE whose placeholders have no values. An INCLUDE needs them.
 * - NOT IN holds for whatever IN doesn't, also for null; no comparison holds for null.
 */
export function compileFilter(filter: FilterExpression, data: FilterData): CompiledFilter {
  const tables: ClauseTables = {
    placeCount: data.ids.length,
    items: openTable(data.items, data.ids),
    users: openTable(data.users, data.ids),
  };
  const select = createSelectorOpener(filter, data, tables);
  const clauses = filter.clauses.map((clause) => openClause(clause, tables.users, select(clause)));
  const names = [...new Set(filter.clauses.flatMap(placeholdersIn))];
  const combine = createCombine(data.ids.length);
  return (line) => {
    const given = readGivenValues(line.filterValues, names);
    if ('error' in given) return given;
    const selections: ClauseSelection[] = [];
    for (const [number, clause] of clauses.entries()) {
      const selection = clause(line, given);
      if (selection === undefined) continue;
      if ('error' in selection) return selection;
      selections.push({ ...selection, number });
    }
    return { allowed: combine(selections) };
  };
}

function createSelectorOpener(
  filter: FilterExpression,
  data: FilterData,
  tables: ClauseTables,
): (clause: FilterClause) => Selector {
  const asksEvents = filter.clauses.some((clause) => datasetOf(clause) === 'Interactions');
  if (!asksEvents) return (clause) => selectByColumns(clause, tables);
  if (filter.subject === 'UserID') {
    return (clause) =>
      datasetOf(clause) === 'Interactions' ? selectUsersByEvents(clause, data) : selectByColumns(clause, tables);
  }
  const history = openHistory(data.events, data.ids);
  return (clause) =>
    datasetOf(clause) === 'Interactions'
      ? selectItemsByEvents(clause, tables.placeCount, history)
      : selectByColumns(clause, tables);
}

type OpenClause = (line: FilterLine, given: GivenValues) => Omit<ClauseSelection, 'number'> | LineFailure | undefined;

function openClause(clause: FilterClause, users: TableColumns, select: Selector): OpenClause {
  const { action } = clause;
  const names = placeholdersIn(clause);
  const isMet = openCurrentUser(clause, users);
  return (line, given) => {
    const missing = names.filter((name) => !given.has(name));
    if (missing.length > 0) {
      if (action === 'EXCLUDE') return undefined;
      return { error: `User error: filterValues lacks values for the filter parameters ${missing.join(', ')}` };
    }
    const met = isMet(line, given);
    if (met === false) return undefined;
    if (met !== true) return met;
    const selection = select(line, given);
    return 'error' in selection ? selection : { ...selection, action };
  };
}

type CurrentUserTest = (line: FilterLine, given: GivenValues) => boolean | LineFailure;

function openCurrentUser({ currentUser }: FilterClause, users: TableColumns): CurrentUserTest {
  const tests = currentUser.map((condition) => ({ condition, column: users.byId(condition.field.name) }));
  return ({ userId }, given) => {
    for (const { condition, column } of tests) {
      if (userId === undefined) return lacks('userId');
      const literals = literalsOf(condition, given) ?? [];
      const wrong = checkCompared(condition, literals, column.kind === 'number');
      if (wrong !== undefined) return wrong;
      const cell = column.cellOf(userId);
      if (!holds({ kind: column.kind, cell }, condition.operator, literals)) return false;
    }
    return true;
  };
}

function placeholdersIn(clause: FilterClause): readonly string[] {
  const values = conditionsOf(clause).flatMap(({ operand }) => (operand.kind === 'values' ? operand.values : []));
  return [...new Set(values.flatMap((value) => (value.kind === 'placeholder' ? [value.name] : [])))];
}
