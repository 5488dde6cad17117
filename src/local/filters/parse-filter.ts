/** Parses filter expressions by recursive descent. */
import type {
  Comparison,
  FieldName,
  FilterClause,
  FilterCondition,
  FilterDataset,
  FilterExpression,
  FilterOperator,
  FilterValue,
  Operand,
} from './expression';
import { findBrokenRule } from './rules';
import { Refused, TokenReader } from './token-reader';
import { type Refusal, readTokens } from './tokens';

/** The longest FilterExpression of the service model, in characters. */
export const MAX_EXPRESSION_LENGTH = 2500;

/** The filter, or the text for InvalidInputException; `position` counts characters (UTF-16 units) from 1. */
export type ParsedFilter =
  | { readonly ok: true; readonly filter: FilterExpression }
  | { readonly ok: false; readonly message: string; readonly position: number };

/**
 * Parses `EXCLUDE ItemID WHERE Items.GENRE IN ("drama", $GENRE) IF CurrentUser.AGE < 18 | INCLUDE ItemID WHERE …`.
 * Keywords and names of datasets may be written in any case. AND binds more closely than OR. Never throws.
 */
export function parseFilter(text: string): ParsedFilter {
  if (text.length > MAX_EXPRESSION_LENGTH) {
    const message = `Could not create filter. The expression has ${text.length} characters, expected at most ${MAX_EXPRESSION_LENGTH}.`;
    return { ok: false, message, position: MAX_EXPRESSION_LENGTH + 1 };
  }
  const tokens = readTokens(text);
  if ('message' in tokens) return refuse(tokens);
  try {
    const filter = new Parser(tokens).filter();
    const broken = findBrokenRule(filter.clauses);
    return broken === undefined ? { ok: true, filter } : refuse(broken);
  } catch (error) {
    if (error instanceof Refused) return refuse(error.refusal);
    throw error;
  }
}

function refuse({ message, at, isWhole }: Refusal): ParsedFilter {
  const place = isWhole === true ? '' : ` (character ${at + 1})`;
  return { ok: false, message: `Could not create filter. ${message}${place}.`, position: at + 1 };
}

const COMPARISONS: ReadonlyMap<string, Comparison> = new Map(
  (['=', '!=', '<', '<=', '>', '>='] as const).map((sign) => [sign, sign]),
);
const DATASETS: ReadonlyMap<string, FilterDataset> = new Map([
  ['INTERACTIONS', 'Interactions'],
  ['ITEMS', 'Items'],
  ['USERS', 'Users'],
]);

class Parser extends TokenReader {
  filter(): FilterExpression {
    const clauses = [this.clause()];
    while (this.take('|')) clauses.push(this.clause());
    if (this.token().kind !== 'end') this.fail('AND, OR, IF, | or the end of the expression');
    return { subject: clauses[0]?.subject.name ?? 'ItemID', clauses };
  }

  private clause(): FilterClause {
    const action = this.take('INCLUDE')
      ? 'INCLUDE'
      : this.take('EXCLUDE')
        ? 'EXCLUDE'
        : this.fail('INCLUDE or EXCLUDE');
    const subject = this.subject();
    if (!this.take('WHERE')) this.fail('WHERE');
    const anyOf = [[this.where()]];
    for (;;) {
      if (this.take('AND')) anyOf.at(-1)?.push(this.where());
      else if (this.take('OR')) anyOf.push([this.where()]);
      else break;
    }
    return { action, subject, anyOf, currentUser: this.take('IF') ? this.currentUser() : [] };
  }

  private subject(): FilterClause['subject'] {
    const { at } = this.token();
    if (this.take('ItemID')) return { name: 'ItemID', at };
    if (this.take('UserID')) return { name: 'UserID', at };
    if (this.is('ActionID'))
      this.refuse('Invalid Expression: ActionID is for recipes of actions, which have no batch jobs');
    return this.fail('ItemID or UserID');
  }

  private where(): FilterCondition {
    const { at, text } = this.token();
    if (this.is('CurrentUser')) this.refuse('Invalid Expression: CurrentUser can only be used in an IF condition');
    if (this.is('CurrentItem'))
      this.refuse('Invalid Expression: CurrentItem can only be what a field is compared with');
    if (this.is('Actions') || this.is('Action_Interactions')) {
      this.refuse(`Invalid Expression: ${text} can only be used with ActionID`);
    }
    const dataset = DATASETS.get(text.toUpperCase());
    if (this.token().kind !== 'word' || dataset === undefined) return this.fail('Interactions, Items or Users');
    this.skip();
    return { dataset, at, ...this.comparison() };
  }

  private currentUser(): readonly FilterCondition[] {
    const conditions: FilterCondition[] = [];
    do {
      const { at } = this.token();
      if (!this.take('CurrentUser')) this.fail('CurrentUser');
      conditions.push({ dataset: 'CurrentUser', at, ...this.comparison() });
    } while (this.take('AND'));
    if (this.is('OR')) this.refuse('Invalid Expression: an IF condition can only be extended with AND');
    if (this.is('IF')) this.refuse('Invalid Expression: IF can only be used once, at the end of an expression');
    if (this.token().kind !== 'end' && !this.is('|')) this.fail('AND, | or the end of the expression');
    return conditions;
  }

  private comparison(): Omit<FilterCondition, 'dataset' | 'at'> {
    const field = this.field();
    const operator = this.operator();
    const isList = operator === 'IN' || operator === 'NOT IN';
    return { field, operator, operand: this.currentItem() ?? (isList ? this.list() : this.single()) };
  }

  private field(): FieldName {
    if (!this.take('.')) this.fail('"." and a field');
    const { kind, text, at } = this.token();
    if (kind !== 'word') return this.fail('the name of a field');
    this.skip();
    return { name: text, at };
  }

  private operator(): FilterOperator {
    const comparison = this.token().kind === 'mark' ? COMPARISONS.get(this.token().text) : undefined;
    if (comparison !== undefined) {
      this.skip();
      return comparison;
    }
    if (this.take('IN')) return 'IN';
    if (this.take('NOT')) return this.take('IN') ? 'NOT IN' : this.fail('IN');
    return this.fail('IN, NOT IN, =, !=, <, <=, > or >=');
  }

  private currentItem(): Operand | undefined {
    return this.take('CurrentItem') ? { kind: 'currentItem', field: this.field() } : undefined;
  }

  private list(): Operand {
    if (!this.take('(')) this.fail('"(" or CurrentItem');
    const values = [this.value()];
    while (this.take(',')) values.push(this.value());
    if (!this.take(')')) this.fail('"," or ")"');
    return { kind: 'values', values };
  }

  /** The guide writes `Actions.VALUE > ($VALUE)`, too. */
  private single(): Operand {
    const isInside = this.take('(');
    const values = [this.value()];
    if (isInside && !this.take(')')) this.fail('")"');
    return { kind: 'values', values };
  }

  private value(): FilterValue {
    const { kind, text, at } = this.token();
    if (kind === 'word') this.refuse(`Invalid input symbol: ${text}. Values must be in double quotes: "${text}"`);
    if (kind !== 'text' && kind !== 'number' && kind !== 'placeholder' && !this.is('*')) {
      return this.fail('a value in double quotes, a number or a placeholder such as $GENRE');
    }
    this.skip();
    if (kind === 'placeholder') return { kind, name: text.slice(1), at };
    return kind === 'text' || kind === 'number' ? { kind, text, at } : { kind: 'any', at };
  }
}
