/** Declares what a filter expression says: developer guide, "Filter expression structure and elements". */

/** The datasets that conditions of WHERE may ask for. */
export type FilterDataset = 'Interactions' | 'Items' | 'Users';

export type Comparison = '=' | '!=' | '<' | '<=' | '>' | '>=';

export type FilterOperator = 'IN' | 'NOT IN' | Comparison;

/** One value; `any` is `*`, which stands for every event type. A number keeps its spelling. `at` is an index. */
export type FilterValue =
  | { readonly kind: 'text'; readonly text: string; readonly at: number }
  | { readonly kind: 'number'; readonly text: string; readonly at: number }
  | { readonly kind: 'placeholder'; readonly name: string; readonly at: number }
  | { readonly kind: 'any'; readonly at: number };

/** A field as it is written; `at` is its index in the expression. */
export interface FieldName {
  readonly name: string;
  readonly at: number;
}

/** What a field is compared with: values, or a field of the item that the recommendations are for. */
export type Operand =
  | { readonly kind: 'values'; readonly values: readonly FilterValue[] }
  | { readonly kind: 'currentItem'; readonly field: FieldName };

/** One condition; comparisons with values have exactly one. */
export interface FilterCondition {
  readonly dataset: FilterDataset | 'CurrentUser';
  /** Index of the dataset's name in the expression. */
  readonly at: number;
  readonly field: FieldName;
  readonly operator: FilterOperator;
  readonly operand: Operand;
}

/** One INCLUDE or EXCLUDE, which Personalize calls an expression. */
export interface FilterClause {
  readonly action: 'INCLUDE' | 'EXCLUDE';
  readonly subject: { readonly name: 'ItemID' | 'UserID'; readonly at: number };
  /** Holds where all conditions of one of the lists hold: AND binds more closely than OR. All are on one dataset. */
  readonly anyOf: readonly (readonly FilterCondition[])[];
  /** The conditions of IF on CurrentUser, all of which must hold; empty where there is no IF. */
  readonly currentUser: readonly FilterCondition[];
}

/** A whole filter: all its clauses are about the same subject. */
export interface FilterExpression {
  readonly subject: 'ItemID' | 'UserID';
  readonly clauses: readonly FilterClause[];
}

/** Lists the conditions of a clause: those of WHERE, then those of IF. */
export function conditionsOf(clause: FilterClause): readonly FilterCondition[] {
  return [...clause.anyOf.flat(), ...clause.currentUser];
}

/** Names the dataset that all conditions of a clause's WHERE are on. */
export function datasetOf(clause: FilterClause): FilterDataset {
  const dataset = clause.anyOf[0]?.[0]?.dataset;
  return dataset === undefined || dataset === 'CurrentUser' ? 'Items' : dataset;
}

/**
 * Lists the distinct dataset fields, such as `ITEMS.GENRES`, in capitals: those of CurrentItem are fields of ITEMS, those
 * of CurrentUser fields of USERS. A filter may have 10, the filters of a dataset group together 20.
 */
export function fieldsOf(clauses: readonly FilterClause[]): readonly string[] {
  const names = clauses
    .flatMap(conditionsOf)
    .flatMap(({ dataset, field, operand }) => [
      `${dataset === 'CurrentUser' ? 'Users' : dataset}.${field.name}`,
      ...(operand.kind === 'currentItem' ? [`Items.${operand.field.name}`] : []),
    ]);
  return [...new Set(names.map((name) => name.toUpperCase()))];
}
