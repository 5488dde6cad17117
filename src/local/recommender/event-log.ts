/** Collects interactions in columns as they are read, without an object for each. */
import { copyText } from './copy-text';

/** Lists of items that were shown with events: those of event e are `items[offsets[e]] … items[offsets[e + 1] - 1]`. */
export interface Impressions {
  readonly offsets: Int32Array;
  /** Places in the `itemIds` of the events, which hold items that were only shown, too. */
  readonly items: Int32Array;
}

/** Interactions in the order of reading; `users` and `items` are places in the id lists, `times` epoch seconds. */
export interface EventColumns {
  /** Names of event types; the empty name where an event has none. */
  readonly typeNames: readonly string[];
  /** Places in `typeNames`. */
  readonly types: Int32Array;
  /** How much each event counts: 1 unless the solution weighs event types. */
  readonly weights: Float32Array;
  /** undefined where the dataset has no such column. */
  readonly impressions: Impressions | undefined;
  readonly userIds: readonly string[];
  readonly itemIds: readonly string[];
  readonly users: Int32Array;
  readonly items: Int32Array;
  readonly times: Float64Array;
}

/** What an interaction may carry besides; `impression` is a list of item ids. */
export interface EventFacts {
  readonly type?: string;
  readonly weight?: number;
  readonly impression?: readonly string[];
}

/** Takes interactions one by one. */
export interface EventLog {
  add(userId: string, itemId: string, timestamp: number, facts?: EventFacts): void;
  /** Copies out what was added until now. */
  columns(): EventColumns;
}

/** Creates an empty log; 28 bytes an interaction beside the ids, and 4 for each item shown. */
export function createEventLog(): EventLog {
  const [users, items, types] = [createIds(), createIds(), createIds()];
  const columns = {
    users: createColumn(Int32Array),
    items: createColumn(Int32Array),
    times: createColumn(Float64Array),
    types: createColumn(Int32Array),
    weights: createColumn(Float32Array),
    shown: createColumn(Int32Array),
    offsets: createColumn(Int32Array),
  };
  columns.offsets.push(0);
  let hasImpressions = false;
  return {
    add(userId, itemId, timestamp, { type = '', weight = 1, impression } = {}) {
      columns.users.push(users.place(userId));
      columns.items.push(items.place(itemId));
      columns.times.push(timestamp);
      columns.types.push(types.place(type));
      columns.weights.push(weight);
      for (const id of impression ?? []) columns.shown.push(items.place(id));
      columns.offsets.push(columns.shown.length());
      hasImpressions ||= impression !== undefined;
    },
    columns: () => ({
      typeNames: types.ids,
      types: columns.types.copy(),
      weights: columns.weights.copy(),
      impressions: hasImpressions ? { offsets: columns.offsets.copy(), items: columns.shown.copy() } : undefined,
      userIds: users.ids,
      itemIds: items.ids,
      users: columns.users.copy(),
      items: columns.items.copy(),
      times: columns.times.copy(),
    }),
  };
}

interface Column<Values> {
  push(value: number): void;
  length(): number;
  copy(): Values;
}

interface ColumnValues<Values> {
  [place: number]: number;
  readonly length: number;
  set(values: Values): void;
  slice(from: number, to: number): Values;
}

function createColumn<Values extends ColumnValues<Values>>(Type: new (length: number) => Values): Column<Values> {
  let values = new Type(1024);
  let count = 0;
  return {
    push(value) {
      if (count === values.length) {
        const larger = new Type(count * 2);
        larger.set(values);
        values = larger;
      }
      values[count++] = value;
    },
    length: () => count,
    copy: () => values.slice(0, count),
  };
}

interface Ids {
  readonly ids: readonly string[];
  place(id: string): number;
}

function createIds(): Ids {
  const places = new Map<string, number>();
  const ids: string[] = [];
  return {
    ids,
    place(id) {
      const known = places.get(id);
      if (known !== undefined) return known;
      const copy = copyText(id);
      places.set(copy, ids.length);
      ids.push(copy);
      return ids.length - 1;
    },
  };
}
