/** Collects interactions in columns as they are read, without an object for each. */

/** Interactions in the order of reading; `users` and `items` are places in the id lists, `times` epoch seconds. */
export interface EventColumns {
  readonly userIds: readonly string[];
  readonly itemIds: readonly string[];
  readonly users: Int32Array;
  readonly items: Int32Array;
  readonly times: Float64Array;
}

/** Takes interactions one by one. */
export interface EventLog {
  add(userId: string, itemId: string, timestamp: number): void;
  /** Copies out what was added until now. */
  columns(): EventColumns;
}

/** Creates an empty log; 20 bytes an interaction beside the ids. */
export function createEventLog(): EventLog {
  const users = createIds();
  const items = createIds();
  let userColumn = new Int32Array(1024);
  let itemColumn = new Int32Array(1024);
  let timeColumn = new Float64Array(1024);
  let count = 0;
  const grow = (): void => {
    const size = userColumn.length * 2;
    userColumn = enlarge(userColumn, new Int32Array(size));
    itemColumn = enlarge(itemColumn, new Int32Array(size));
    timeColumn = enlarge(timeColumn, new Float64Array(size));
  };
  return {
    add(userId, itemId, timestamp) {
      if (count === userColumn.length) grow();
      userColumn[count] = users.place(userId);
      itemColumn[count] = items.place(itemId);
      timeColumn[count] = timestamp;
      count++;
    },
    columns: () => ({
      userIds: users.ids,
      itemIds: items.ids,
      users: userColumn.slice(0, count),
      items: itemColumn.slice(0, count),
      times: timeColumn.slice(0, count),
    }),
  };
}

function enlarge<Column extends Int32Array | Float64Array>(from: Column, to: Column): Column {
  to.set(from);
  return to;
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
      places.set(id, ids.length);
      ids.push(id);
      return ids.length - 1;
    },
  };
}
