/** Holds the rules that the clauses of a filter keep beyond their grammar: developer guide, "Guidelines and requirements". */
import { conditionsOf, type FilterClause, type FilterCondition, fieldsOf } from './expression';
import type { Refusal } from './tokens';

/** Distinct dataset fields of one filter. */
const MAX_FIELDS = 10;

/** Finds the first rule, in the order of the expression, that is broken; undefined where none is. */
export function findBrokenRule(clauses: readonly FilterClause[]): Refusal | undefined {
  for (const clause of clauses) {
    const broken =
      checkClause(clause, clauses[0]) ?? firstOf(conditionsOf(clause), (one) => checkCondition(one, clause));
    if (broken !== undefined) return broken;
  }
  const fields = fieldsOf(clauses);
  if (fields.length <= MAX_FIELDS) return undefined;
  return { message: `Invalid Expression: it uses ${fields.length} fields, expected at most ${MAX_FIELDS}`, at: 0 };
}

function checkClause(
  { subject, anyOf, currentUser }: FilterClause,
  first: FilterClause | undefined,
): Refusal | undefined {
  if (first !== undefined && subject.name !== first.subject.name) {
    return invalid('all expressions of a filter must be about ItemID, or all about UserID', subject.at);
  }
  const conditions = anyOf.flat();
  const other = conditions.find(({ dataset }) => dataset !== conditions[0]?.dataset);
  if (other !== undefined) {
    return invalid('all conditions of an expression must be on one dataset; chain expressions with |', other.at);
  }
  const wrong = subject.name === 'ItemID' ? 'Users' : 'Items';
  const misplaced = conditions.find(({ dataset }) => dataset === wrong);
  if (misplaced !== undefined) {
    const hint = wrong === 'Users' ? '; use IF CurrentUser' : '';
    return invalid(`${wrong} can't be used with ${subject.name}${hint}`, misplaced.at);
  }
  const [user] = currentUser;
  if (user === undefined || subject.name === 'ItemID') return undefined;
  return invalid("CurrentUser can't be used with UserID", user.at);
}

function checkCondition(condition: FilterCondition, { subject }: FilterClause): Refusal | undefined {
  const { dataset, field, operator, operand } = condition;
  const isEventType = dataset === 'Interactions';
  if (isEventType && field.name.toUpperCase() !== 'EVENT_TYPE') {
    return invalid(`Interactions can only be filtered by EVENT_TYPE, not by ${field.name}`, field.at);
  }
  if (isEventType && operator !== 'IN' && operator !== 'NOT IN') {
    return invalid(`EVENT_TYPE can only be compared with IN and NOT IN, not with ${operator}`, field.at);
  }
  if (operand.kind === 'currentItem') {
    if (dataset === 'Items') return undefined;
    const what = subject.name === 'UserID' ? 'UserID' : dataset;
    return invalid(`CurrentItem can't be used with ${what}`, operand.field.at);
  }
  return firstOf(operand.values, (value) => {
    if (value.kind === 'any' && !isEventType) return invalid('* can only be used with EVENT_TYPE', value.at);
    if (value.kind !== 'placeholder' || operator !== 'NOT IN') return undefined;
    const message = `Invalid input symbol: $${value.name}. Placeholders are not allowed with NOT_IN operator`;
    return { message, at: value.at, isWhole: true };
  });
}

function invalid(message: string, at: number): Refusal {
  return { message: `Invalid Expression: ${message}`, at };
}

function firstOf<One>(list: readonly One[], check: (one: One) => Refusal | undefined): Refusal | undefined {
  for (const one of list) {
    const found = check(one);
    if (found !== undefined) return found;
  }
  return undefined;
}
