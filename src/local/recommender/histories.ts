/** Turns interactions into one history a user, the same whatever the order of the rows. */
import type { EventColumns } from './event-log';
import { normaliseWeights } from './event-weights';
import { addUser, createTally } from './history-tally';
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
  /** How much each of `items` counts, that of its weightiest event, 1 on average over event types; undefined where all count the same. */
  readonly weights: Float32Array | undefined;
  /** Users that have the item, for each item. */
  readonly itemUsers: Int32Array;
  /** The same, each user counted by the weight of the item in the history. */
  readonly itemWeights: Float64Array;
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
 * Builds the histories. Items that were only shown have no place unless they are among `moreItems`.
 *
 * @param moreItems  items of the catalogue that may have no interaction; they get places in `itemIds` too
 */
export function buildHistories(events: EventColumns, moreItems: readonly string[] = []): Histories {
  const userIds = [...events.userIds].sort(compareBytes);
  const itemIds = [...new Set([...listTaken(events), ...moreItems])].sort(compareBytes);
  const userOf = renumber(events.userIds, userIds);
  const itemOf = renumber(events.itemIds, itemIds);
  const starts = countStarts(events.users, userOf, userIds.length);
  const order = groupByUser(events.users, userOf, starts);
  const eventWeights = normaliseWeights(events);
  const tally = createTally(userIds.length, itemIds.length, {
    events: events.users.length,
    isWeighted: eventWeights !== undefined,
  });
  const times = events.times;
  const itemAt = (event: number): number => itemOf[events.items[event] ?? 0] ?? 0;
  for (let user = 0; user < userIds.length; user++) {
    const mine = order.subarray(starts[user] ?? 0, starts[user + 1] ?? 0);
    mine.sort((a, b) => (times[a] ?? 0) - (times[b] ?? 0) || itemAt(a) - itemAt(b));
    addUser(tally, { user, events: mine, itemAt, times, weights: eventWeights });
  }
  const { offsets, itemUsers, itemEvents, userEvents, itemFirst, newest } = tally;
  const items = tally.items.slice(0, tally.used);
  const weights = tally.weights?.slice(0, tally.used);
  return {
    userIds,
    itemIds,
    offsets,
    items,
    weights,
    itemUsers,
    itemWeights: sumWeights(items, weights, itemIds.length),
    itemEvents,
    userEvents,
    itemFirst,
    newest,
  };
}

/** Lists the items that were taken; others of `itemIds` were only shown. */
function listTaken({ items, itemIds }: EventColumns): readonly string[] {
  const isTaken = new Uint8Array(itemIds.length);
  for (const item of items) isTaken[item] = 1;
  return itemIds.filter((_, item) => isTaken[item] === 1);
}

/** Sums how much each item counts over the users that have it, in the order of the users. */
function sumWeights(items: Int32Array, weights: Float32Array | undefined, itemCount: number): Float64Array {
  const sums = new Float64Array(itemCount);
  items.forEach((item, at) => {
    sums[item] = (sums[item] ?? 0) + (weights?.[at] ?? 1);
  });
  return sums;
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

/** Takes the history of one user: a view, oldest first. */
export function historyOf(histories: Histories, user: number): Int32Array {
  return histories.items.subarray(histories.offsets[user] ?? 0, histories.offsets[user + 1] ?? 0);
}

/** Takes how much the items of one user's history count: a view, beside `historyOf`; undefined where all count 1. */
export function weightsOf(histories: Histories, user: number): Float32Array | undefined {
  return histories.weights?.subarray(histories.offsets[user] ?? 0, histories.offsets[user + 1] ?? 0);
}

/**
 * Keeps a part of each user's history, for splits into training and test.
 * Events and times stay those of the whole; `itemUsers` and `itemWeights` are counted anew.
 *
 * @param keep  how many of the user's oldest items stay, from 0 to the length of the history
 */
export function truncateHistories(histories: Histories, keep: (user: number, length: number) => number): Histories {
  const offsets = new Int32Array(histories.offsets.length);
  const kept = new Int32Array(histories.items.length);
  const keptWeights = histories.weights === undefined ? undefined : new Float32Array(kept.length);
  const itemUsers = new Int32Array(histories.itemIds.length);
  let used = 0;
  for (let user = 0; user < histories.userIds.length; user++) {
    const history = historyOf(histories, user);
    const start = histories.offsets[user] ?? 0;
    const length = keep(user, history.length);
    keptWeights?.set(histories.weights?.subarray(start, start + length) ?? [], used);
    for (const item of history.subarray(0, length)) {
      kept[used++] = item;
      itemUsers[item] = (itemUsers[item] ?? 0) + 1;
    }
    offsets[user + 1] = used;
  }
  const items = kept.slice(0, used);
  const weights = keptWeights?.slice(0, used);
  const itemWeights = sumWeights(items, weights, itemUsers.length);
  return { ...histories, offsets, items, weights, itemUsers, itemWeights };
}
