/** Checks a filter against the columns of the datasets that it asks for. */
import { conditionsOf, type FieldName, type FilterCondition, type FilterExpression } from './expression';

/** How the values of a column are compared: `text` is a string that is neither categorical nor textual. */
export type FilterColumnKind = 'text' | 'categorical' | 'textual' | 'number' | 'boolean';

export interface FilterColumn {
  readonly name: string;
  readonly kind: FilterColumnKind;
}

/** The columns of each dataset of a group, as its schema has them; undefined where the group has no such dataset. */
export interface FilterColumns {
  readonly interactions?: readonly FilterColumn[] | undefined;
  readonly items?: readonly FilterColumn[] | undefined;
  readonly users?: readonly FilterColumn[] | undefined;
}

/** The text is for InvalidInputException; `position` counts characters of the expression from 1. */
export type FilterVerdict =
  | { readonly ok: true }
  | { readonly ok: false; readonly message: string; readonly position: number };

const NUMBERS: ReadonlySet<string> = new Set(['int', 'long', 'float', 'double']);

/** Tells the kind of a column of an Avro schema; `types` are those that are not null. */
export function kindOfColumn(column: {
  readonly types: readonly string[];
  readonly isTextual: boolean;
  readonly isCategorical: boolean;
}): FilterColumnKind {
  if (column.types.includes('boolean')) return 'boolean';
  if (column.types.some((type) => NUMBERS.has(type))) return 'number';
  if (column.isTextual) return 'textual';
  return column.isCategorical ? 'categorical' : 'text';
}

/** Finds a column by its name, in its own case or, where that is not there, in any. */
export function findColumn<Column extends { readonly name: string }>(
  columns: readonly Column[],
  name: string,
): Column | undefined {
  return (
    columns.find((column) => column.name === name) ??
    columns.find((column) => column.name.toUpperCase() === name.toUpperCase())
  );
}

/** Checks that all fields are there and that their values can be compared so. */
export function checkFilter(filter: FilterExpression, columns: FilterColumns): FilterVerdict {
  for (const condition of filter.clauses.flatMap(conditionsOf)) {
    const problem = checkCondition(condition, columns);
    if (problem === undefined) continue;
    const message = `Could not create filter. Invalid Expression: ${problem.message} (character ${problem.at + 1}).`;
    return { ok: false, message, position: problem.at + 1 };
  }
  return { ok: true };
}

interface Problem {
  readonly message: string;
  readonly at: number;
}

type DatasetKey = keyof FilterColumns;

const KEYS = { Interactions: 'interactions', Items: 'items', Users: 'users', CurrentUser: 'users' } as const;
const TITLES: Readonly<Record<DatasetKey, string>> = { interactions: 'Interactions', items: 'Items', users: 'Users' };

function checkCondition(condition: FilterCondition, columns: FilterColumns): Problem | undefined {
  const { field, operator, operand, dataset } = condition;
  const column = checkField(field, KEYS[dataset], columns);
  if ('message' in column) return column;
  const isList = operator === 'IN' || operator === 'NOT IN';
  const isEquality = operator === '=' || operator === '!=';
  // The guide writes IF CurrentUser.MEMBERSHIP = $PREMIUM, and compares numbers only everywhere else.
  if (!isList && column.kind !== 'number' && !(isEquality && dataset === 'CurrentUser')) {
    return { message: `${field.name} is not a number and can't be compared with ${operator}; use IN`, at: field.at };
  }
  if (operand.kind === 'currentItem') {
    const current = checkField(operand.field, 'items', columns);
    if ('message' in current) return current;
    if (isList || current.kind === 'number') return undefined;
    return { message: `CurrentItem.${operand.field.name} is not a number`, at: operand.field.at };
  }
  if (isList || column.kind !== 'number') return undefined;
  const text = operand.values.find((value) => value.kind === 'text' && !isNumber(value.text));
  return text?.kind === 'text'
    ? { message: `${field.name} is a number, and "${text.text}" is none`, at: text.at }
    : undefined;
}

function checkField(field: FieldName, key: DatasetKey, columns: FilterColumns): FilterColumn | Problem {
  const dataset = columns[key];
  if (dataset === undefined) return { message: `the dataset group has no ${TITLES[key]} dataset`, at: field.at };
  const column = findColumn(dataset, field.name);
  if (column === undefined) {
    const names = dataset.filter(({ kind }) => kind !== 'boolean' && kind !== 'textual').map(({ name }) => name);
    return { message: `${TITLES[key]} has no field ${field.name}; it has ${names.join(', ')}`, at: field.at };
  }
  if (column.kind === 'textual') {
    return { message: `${column.name} is textual, and filters can't use textual fields`, at: field.at };
  }
  if (column.kind === 'boolean') {
    const hint = 'use a string with "True" and "False", or a number with 0 and 1';
    return { message: `${column.name} is boolean, and filters can't use boolean fields; ${hint}`, at: field.at };
  }
  return column;
}

function isNumber(text: string): boolean {
  return text.trim() !== '' && Number.isFinite(Number(text));
}
