/** Filters as plain values, their text, and an evaluator that looks at one item of one line at a time. */
import fc from 'fast-check';
import type { FilterCells, FilterData } from '../../../src/local/filters/filter';

type Value = { readonly text: string } | { readonly number: number } | { readonly placeholder: string } | '*';

interface NaiveCondition {
  readonly field: string;
  readonly operator: string;
  readonly right: readonly Value[] | { readonly current: string };
}

interface NaiveClause {
  readonly action: 'INCLUDE' | 'EXCLUDE';
  readonly dataset: 'Items' | 'Users' | 'Interactions';
  /** Any of these, all of each. */
  readonly where: readonly (readonly NaiveCondition[])[];
  readonly currentUser: readonly NaiveCondition[];
}

export interface NaiveFilter {
  readonly subject: 'ItemID' | 'UserID';
  readonly clauses: readonly NaiveClause[];
}

export interface Line {
  readonly userId: string;
  readonly itemId: string;
  readonly filterValues: Readonly<Record<string, string>>;
}

type Row = Readonly<Record<string, string>>;

/** Datasets by rows. */
export interface World {
  readonly items: Readonly<Record<string, Row>>;
  readonly users: Readonly<Record<string, Row>>;
  readonly events: readonly {
    readonly user: string;
    readonly item: string;
    readonly type: string;
    readonly time: number;
  }[];
}

const KINDS: Readonly<Record<string, FilterCells['kind']>> = {
  GENRES: 'categorical',
  COLOUR: 'text',
  PRICE: 'number',
  STOCK: 'number',
  AGE: 'number',
  TIER: 'categorical',
};

export const ITEM_IDS = ['i0', 'i1', 'i2', 'i3', 'i4', 'i5', 'unknown'];
export const USER_IDS = ['u0', 'u1', 'u2', 'stranger'];

/** Puts the rows into columns. */
export function toData(world: World, subject: NaiveFilter['subject']): FilterData {
  const table = (rows: Readonly<Record<string, Row>>, names: readonly string[]) => ({
    ids: Object.keys(rows),
    columns: names.map((name) => ({
      name,
      kind: KINDS[name] ?? 'text',
      cells: Object.values(rows).map((row) => row[name] ?? ''),
    })),
  });
  const { events } = world;
  const unique = (texts: readonly string[]) => [...new Set(texts)];
  const [userIds, itemIds, typeNames] = [
    unique(events.map(({ user }) => user)),
    unique(events.map(({ item }) => item)),
    unique(events.map(({ type }) => type)),
  ];
  return {
    ids: subject === 'ItemID' ? ITEM_IDS : USER_IDS,
    items: table(world.items, ['GENRES', 'COLOUR', 'PRICE', 'STOCK']),
    users: table(world.users, ['AGE', 'TIER']),
    events: {
      userIds,
      itemIds,
      typeNames,
      users: Int32Array.from(events, ({ user }) => userIds.indexOf(user)),
      items: Int32Array.from(events, ({ item }) => itemIds.indexOf(item)),
      types: Int32Array.from(events, ({ type }) => typeNames.indexOf(type)),
      times: Float64Array.from(events, ({ time }) => time),
    },
  };
}

/** Writes a filter in Personalize's grammar. */
export function print({ subject, clauses }: NaiveFilter): string {
  const value = (one: Value) => {
    if (one === '*') return '*';
    if ('placeholder' in one) return `$${one.placeholder}`;
    return 'number' in one ? String(one.number) : JSON.stringify(one.text);
  };
  const condition = (dataset: string, { field, operator, right }: NaiveCondition) => {
    const list = 'current' in right ? `CurrentItem.${right.current}` : right.map(value).join(', ');
    const isList = operator.endsWith('IN') && !('current' in right);
    return `${dataset}.${field} ${operator} ${isList ? `(${list})` : list}`;
  };
  const all = (dataset: string, list: readonly NaiveCondition[]) =>
    list.map((one) => condition(dataset, one)).join(' AND ');
  return clauses
    .map(({ action, dataset, where, currentUser }) => {
      const condition = currentUser.length === 0 ? '' : ` IF ${all('CurrentUser', currentUser)}`;
      return `${action} ${subject} WHERE ${where.map((list) => all(dataset, list)).join(' OR ')}${condition}`;
    })
    .join(' | ');
}

/** Decides about one id; undefined where the line has an error. */
export function isAllowed(filter: NaiveFilter, world: World, line: Line, id: string): boolean | undefined {
  let isIncluded: boolean | undefined;
  let isExcluded = false;
  for (const clause of filter.clauses) {
    const conditions = [...clause.where.flat(), ...clause.currentUser];
    const isMissing = conditions.some(({ right }) => !('current' in right) && right.some((one) => lacks(one, line)));
    if (isMissing && clause.action === 'INCLUDE') return undefined;
    if (isMissing) continue;
    const person = world.users[line.userId] ?? {};
    if (!clause.currentUser.every((one) => cellHolds(person[one.field] ?? '', one, world, line))) continue;
    const isHit = clause.where.some((all) => all.every((one) => holdsFor(one, { clause, filter, world, line, id })));
    if (clause.action === 'INCLUDE') isIncluded = isIncluded === true || isHit;
    else isExcluded ||= isHit;
  }
  return isIncluded !== false && !isExcluded;
}

function lacks(value: Value, line: Line): boolean {
  return value !== '*' && 'placeholder' in value && line.filterValues[value.placeholder] === undefined;
}

interface Question {
  readonly clause: NaiveClause;
  readonly filter: NaiveFilter;
  readonly world: World;
  readonly line: Line;
  readonly id: string;
}

function holdsFor(condition: NaiveCondition, { clause, filter, world, line, id }: Question): boolean {
  if (clause.dataset !== 'Interactions') {
    const rows = clause.dataset === 'Items' ? world.items : world.users;
    return cellHolds(rows[id]?.[condition.field] ?? '', condition, world, line);
  }
  const wanted = valuesOf(condition, world, line).map((text) => text.toLowerCase());
  const own = world.events.filter(({ user }) => user === (filter.subject === 'UserID' ? id : line.userId));
  const isHit = newest(own).some(
    ({ item, type }) =>
      (filter.subject === 'UserID' || item === id) &&
      (wanted.includes('*') || (type !== '' && wanted.includes(type.toLowerCase()))),
  );
  return isHit === (condition.operator === 'IN');
}

/** The last 100 of each type, by time, then by the order of reading. */
function newest(events: World['events']): World['events'] {
  return events.filter((event, at) => {
    const newer = events.filter(
      (other, otherAt) =>
        other.type.toLowerCase() === event.type.toLowerCase() &&
        (other.time > event.time || (other.time === event.time && otherAt > at)),
    );
    return newer.length < 100;
  });
}

function valuesOf({ right }: NaiveCondition, world: World, line: Line): readonly string[] {
  if ('current' in right) return split(right.current, world.items[line.itemId]?.[right.current] ?? '');
  return right.flatMap((one) => {
    if (one === '*') return ['*'];
    if ('text' in one) return [one.text];
    if ('number' in one) return [String(one.number)];
    const parsed: unknown = JSON.parse(`[${line.filterValues[one.placeholder] ?? ''}]`);
    return Array.isArray(parsed) ? parsed.map(String) : [];
  });
}

function split(field: string, cell: string): readonly string[] {
  return (KINDS[field] === 'categorical' ? cell.split('|') : [cell]).filter((value) => value !== '');
}

function cellHolds(cell: string, condition: NaiveCondition, world: World, line: Line): boolean {
  const { field, operator } = condition;
  const wanted = valuesOf(condition, world, line);
  const isNumber = KINDS[field] === 'number';
  const hit = split(field, cell).some((value) =>
    wanted.some((one) => (isNumber ? one.trim() !== '' && Number(one) === Number(value) : one === value)),
  );
  if (operator === 'IN') return hit;
  if (operator === 'NOT IN') return !hit;
  if (cell === '' || wanted.length === 0) return false;
  if (operator === '=') return hit;
  if (operator === '!=') return !hit;
  const [left, right] = [Number(cell), Number(wanted[0])];
  if (operator.endsWith('=') && left === right) return true;
  return operator.startsWith('<') ? left < right : left > right;
}

const text = fc.constantFrom('a', 'b', 'A', 'x"y', 'c\\d');
const number = fc.constantFrom(1, 2, 2.5, 18, -3);
const comparison = fc.constantFrom('=', '!=', '<', '<=', '>', '>=');

function list(value: fc.Arbitrary<Value>, field: string): fc.Arbitrary<NaiveCondition> {
  return fc.oneof(
    fc.record({
      field: fc.constant(field),
      operator: fc.constant('NOT IN'),
      right: fc.array(value, { minLength: 1, maxLength: 3 }),
    }),
    fc.record({
      field: fc.constant(field),
      operator: fc.constant('IN'),
      right: fc.array(
        fc.oneof(value, fc.constant<Value>({ placeholder: 'T' }), fc.constant<Value>({ placeholder: 'U' })),
        {
          minLength: 1,
          maxLength: 3,
        },
      ),
    }),
  );
}

function compared(field: string): fc.Arbitrary<NaiveCondition> {
  const value: fc.Arbitrary<Value> = fc.oneof(
    number.map((one) => ({ number: one })),
    number.map((one) => ({ text: String(one) })),
    fc.constant<Value>({ placeholder: 'N' }),
  );
  return fc.record({ field: fc.constant(field), operator: comparison, right: value.map((one) => [one]) });
}

const texts: fc.Arbitrary<Value> = fc.oneof(
  text.map((one) => ({ text: one })),
  number.map((one) => ({ number: one })),
);
const current = fc.oneof(
  fc.record({
    field: fc.constantFrom('GENRES', 'COLOUR'),
    operator: fc.constantFrom('IN', 'NOT IN'),
    right: fc.constantFrom('GENRES', 'COLOUR').map((name) => ({ current: name })),
  }),
  fc.record({
    field: fc.constantFrom('PRICE', 'STOCK'),
    operator: comparison,
    right: fc.constantFrom('PRICE', 'STOCK').map((name) => ({ current: name })),
  }),
);
const ITEM_CONDITION = fc.oneof(
  list(texts, 'GENRES'),
  list(texts, 'COLOUR'),
  list(texts, 'PRICE'),
  compared('STOCK'),
  current,
);
const USER_CONDITION = fc.oneof(list(texts, 'TIER'), list(texts, 'AGE'), compared('AGE'));
const EVENT_CONDITION = list(
  fc.oneof(
    fc.constantFrom('buy', 'VIEW', 'never', '*').map((one) => ({ text: one })),
    fc.constant<Value>('*'),
  ),
  'EVENT_TYPE',
);
const TIER_EQUALS = fc.record({
  field: fc.constant('TIER'),
  operator: fc.constantFrom('=', '!='),
  right: text.map((one): Value[] => [{ text: one }]),
});

function clause(subject: NaiveFilter['subject']): fc.Arbitrary<NaiveClause> {
  const own = subject === 'ItemID' ? ITEM_CONDITION : USER_CONDITION;
  const where = (condition: fc.Arbitrary<NaiveCondition>) =>
    fc.array(fc.array(condition, { minLength: 1, maxLength: 2 }), { minLength: 1, maxLength: 2 });
  const currentUser = fc.array(fc.oneof(USER_CONDITION, TIER_EQUALS), { maxLength: subject === 'ItemID' ? 2 : 0 });
  const action = fc.constantFrom('INCLUDE' as const, 'EXCLUDE' as const);
  const dataset = fc.constant(subject === 'ItemID' ? ('Items' as const) : ('Users' as const));
  return fc.oneof(
    fc.record({ action, dataset, where: where(own), currentUser }),
    fc.record({ action, dataset: fc.constant('Interactions' as const), where: where(EVENT_CONDITION), currentUser }),
  );
}

export const FILTER: fc.Arbitrary<NaiveFilter> = fc
  .constantFrom('ItemID' as const, 'UserID' as const)
  .chain((subject) =>
    fc.record({ subject: fc.constant(subject), clauses: fc.array(clause(subject), { minLength: 1, maxLength: 3 }) }),
  );

const cell = fc.oneof(fc.constant(''), text, fc.constantFrom('a|b', 'b|A|', 'x"y|a', 'a|b'));
const numeric = fc.constantFrom('', '1', '2', '2.5', '18', '2.0', '-3');

export const WORLD: fc.Arbitrary<World> = fc.record({
  items: fc
    .array(fc.record({ GENRES: cell, COLOUR: cell, PRICE: numeric, STOCK: numeric }), { maxLength: 6 })
    .map((rows) => Object.fromEntries(rows.map((row, at) => [`i${at}`, row]))),
  users: fc
    .array(fc.record({ AGE: numeric, TIER: cell }), { maxLength: 3 })
    .map((rows) => Object.fromEntries(rows.map((row, at) => [`u${at}`, row]))),
  events: fc.array(
    fc.record({
      user: fc.constantFrom('u0', 'u1', 'u9'),
      item: fc.constantFrom(...ITEM_IDS, 'i9'),
      type: fc.constantFrom('buy', 'Buy', 'view', ''),
      time: fc.integer({ min: 1, max: 5 }),
    }),
    { maxLength: 12 },
  ),
});

export const LINE: fc.Arbitrary<Line> = fc.record({
  userId: fc.constantFrom(...USER_IDS),
  itemId: fc.constantFrom(...ITEM_IDS),
  filterValues: fc.record(
    {
      T: fc.array(texts, { minLength: 1, maxLength: 2 }).map((all) => all.map(printValue).join(',')),
      U: fc.constantFrom('"buy"', '"view", "b"', '"*"'),
      N: fc.oneof(
        number.map(String),
        number.map((one) => `"${one}"`),
      ),
    },
    { requiredKeys: [] },
  ),
});

function printValue(value: Value): string {
  if (value !== '*' && 'number' in value) return String(value.number);
  return JSON.stringify(value !== '*' && 'text' in value ? value.text : '');
}
