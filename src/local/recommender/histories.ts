/** Turns interactions into one history a user, the same whatever the order of the rows. */
import type { EventColumns } from './event-log';
import { compareBytes } from './identity';

/**
 * Holds what each user took, and in which order.
 * `userIds` and `itemIds` ascend by bytes; users and items are their places in these lists. The history of user u is
 * `items[offsets[u]] … items[offsets[u + 1] - 1]`, oldest first, each item once, at its latest time; ties of time by
 * item id.
 */
export interface Histories {
  readonly userIds: readonly string[];
  readonly itemIds: readonly string[];
  readonly offsets: Int32Array;
  readonly items: Int32Array;
  /** Users that have the item, for each item. */
  readonly itemUsers: Int32Array;
  /** Distinct (user, item, time) for each item. */
  readonly itemEvents: Int32Array;
  /** The same for each user. */
  readonly userEvents: Int32Array;
  /** Epoch seconds of each item's first interaction; NaN where it has none. */
  readonly itemFirst: Float64Array;
  /** Epoch seconds of the newest interaction of all; NaN where there is none. */
  readonly newest: number;
}

/**
 * Builds the histories.
 *
 * @param moreItems  items of the catalogue that may have no interaction; they get places in `itemIds` too
 */
export function buildHistories(events: EventColumns, moreItems: readonly string[] = []): Histories {
  const userIds = [...events.userIds].sort(compareBytes);
  const itemIds = [...new Set([...events.itemIds, ...moreItems])].sort(compareBytes);
  const userOf = renumber(events.userIds, userIds);
  const itemOf = renumber(events.itemIds, itemIds);
  const starts = countStarts(events.users, userOf, userIds.length);
  const order = groupByUser(events.users, userOf, starts);
  const tally = createTally(userIds.length, itemIds.length, events.users.length);
  const times = events.times;
  const items = events.items;
  const itemAt = (event: number): number => itemOf[items[event] ?? 0] ?? 0;
  for (let user = 0; user < userIds.length; user++) {
    const mine = order.subarray(starts[user] ?? 0, starts[user + 1] ?? 0);
    mine.sort((a, b) => (times[a] ?? 0) - (times[b] ?? 0) || itemAt(a) - itemAt(b));
    addUser(tally, { user, events: mine, itemAt, times });
  }
  const { offsets, itemUsers, itemEvents, userEvents, itemFirst, newest } = tally;
  return {
    userIds,
    itemIds,
    offsets,
    items: tally.items.slice(0, tally.used),
    itemUsers,
    itemEvents,
    userEvents,
    itemFirst,
    newest,
  };
}

function renumber(ids: readonly string[], sorted: readonly string[]): Int32Array {
  const places = new Map(sorted.map((id, place) => [id, place]));
  return Int32Array.from(ids, (id) => places.get(id) ?? 0);
}

function countStarts(users: Int32Array, userOf: Int32Array, userCount: number): Int32Array {
  const starts = new Int32Array(userCount + 1);
  for (const user of users) {
    const place = (userOf[user] ?? 0) + 1;
    starts[place] = (starts[place] ?? 0) + 1;
  }
  for (let user = 0; user < userCount; user++) starts[user + 1] = (starts[user + 1] ?? 0) + (starts[user] ?? 0);
  return starts;
}

function groupByUser(users: Int32Array, userOf: Int32Array, starts: Int32Array): Int32Array {
  const next = starts.slice();
  const order = new Int32Array(users.length);
  for (let event = 0; event < users.length; event++) {
    const user = userOf[users[event] ?? 0] ?? 0;
    const at = next[user] ?? 0;
    order[at] = event;
    next[user] = at + 1;
  }
  return order;
}

interface Tally {
  readonly offsets: Int32Array;
  readonly items: Int32Array;
  used: number;
  readonly itemUsers: Int32Array;
  readonly itemEvents: Int32Array;
  readonly userEvents: Int32Array;
  readonly itemFirst: Float64Array;
  /** The last user, plus 1, in whose history an item was put. */
  readonly lastUser: Int32Array;
  newest: number;
}

function createTally(users: number, items: number, events: number): Tally {
  return {
    offsets: new Int32Array(users + 1),
    items: new Int32Array(events),
    used: 0,
    itemUsers: new Int32Array(items),
    itemEvents: new Int32Array(items),
    userEvents: new Int32Array(users),
    itemFirst: new Float64Array(items).fill(Number.NaN),
    lastUser: new Int32Array(items),
    newest: Number.NaN,
  };
}

interface UserEvents {
  readonly user: number;
  /** Places of events, ascending by time and item. */
  readonly events: Int32Array;
  readonly itemAt: (event: number) => number;
  readonly times: Float64Array;
}

function addUser(tally: Tally, { user, events, itemAt, times }: UserEvents): void {
  const from = tally.used;
  for (let at = events.length - 1; at >= 0; at--) {
    const event = events[at] ?? 0;
    const item = itemAt(event);
    const time = times[event] ?? 0;
    const after = events[at + 1];
    if (after === undefined || itemAt(after) !== item || times[after] !== time) count(tally, user, item, time);
    if (tally.lastUser[item] === user + 1) continue;
    tally.lastUser[item] = user + 1;
    tally.itemUsers[item] = (tally.itemUsers[item] ?? 0) + 1;
    tally.items[tally.used++] = item;
  }
  tally.items.subarray(from, tally.used).reverse();
  tally.offsets[user + 1] = tally.used;
}

function count(tally: Tally, user: number, item: number, time: number): void {
  tally.itemEvents[item] = (tally.itemEvents[item] ?? 0) + 1;
  tally.userEvents[user] = (tally.userEvents[user] ?? 0) + 1;
  const first = tally.itemFirst[item] ?? Number.NaN;
  if (!(first <= time)) tally.itemFirst[item] = time;
  if (!(tally.newest >= time)) tally.newest = time;
}

/** Takes the history of one user: a view, oldest first. */
export function historyOf(histories: Histories, user: number): Int32Array {
  return histories.items.subarray(histories.offsets[user] ?? 0, histories.offsets[user + 1] ?? 0);
}

/**
 * Keeps a part of each user's history, for splits into training and test.
 * Events and times stay those of the whole; `itemUsers` is counted anew.
 *
 * @param keep  how many of the user's oldest items stay, from 0 to the length of the history
 */
export function truncateHistories(histories: Histories, keep: (user: number, length: number) => number): Histories {
  const offsets = new Int32Array(histories.offsets.length);
  const items = new Int32Array(histories.items.length);
  const itemUsers = new Int32Array(histories.itemIds.length);
  let used = 0;
  for (let user = 0; user < histories.userIds.length; user++) {
    const history = historyOf(histories, user);
    for (const item of history.subarray(0, keep(user, history.length))) {
      items[used++] = item;
      itemUsers[item] = (itemUsers[item] ?? 0) + 1;
    }
    offsets[user + 1] = used;
  }
  return { ...histories, offsets, items: items.slice(0, used), itemUsers };
}
