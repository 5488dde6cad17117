/** Counts events and puts items into histories, user by user. */

/** What is counted while histories are built; arrays by place of user, item or history. */
export interface Tally {
  readonly offsets: Int32Array;
  readonly items: Int32Array;
  readonly weights: Float32Array | undefined;
  used: number;
  readonly itemUsers: Int32Array;
  readonly itemEvents: Int32Array;
  readonly userEvents: Int32Array;
  readonly itemFirst: Float64Array;
  /** The last user, plus 1, in whose history an item was put, and where. */
  readonly lastUser: Int32Array;
  readonly lastPlace: Int32Array;
  newest: number;
}

/** Creates an empty tally. */
export function createTally(
  users: number,
  items: number,
  { events, isWeighted }: { readonly events: number; readonly isWeighted: boolean },
): Tally {
  return {
    offsets: new Int32Array(users + 1),
    items: new Int32Array(events),
    weights: isWeighted ? new Float32Array(events) : undefined,
    used: 0,
    itemUsers: new Int32Array(items),
    itemEvents: new Int32Array(items),
    userEvents: new Int32Array(users),
    itemFirst: new Float64Array(items).fill(Number.NaN),
    lastUser: new Int32Array(items),
    lastPlace: new Int32Array(items),
    newest: Number.NaN,
  };
}

/** The events of one user; arrays by place of event. */
export interface UserEvents {
  readonly user: number;
  /** Places of events, ascending by time and item. */
  readonly events: Int32Array;
  readonly itemAt: (event: number) => number;
  readonly times: Float64Array;
  readonly weights: Float32Array | undefined;
}

/** Adds the next user: users come in ascending order, each once. */
export function addUser(tally: Tally, { user, events, itemAt, times, weights }: UserEvents): void {
  const from = tally.used;
  for (let at = events.length - 1; at >= 0; at--) {
    const event = events[at] ?? 0;
    const item = itemAt(event);
    const time = times[event] ?? 0;
    const after = events[at + 1];
    if (after === undefined || itemAt(after) !== item || times[after] !== time) count(tally, user, item, time);
    if (tally.lastUser[item] !== user + 1) {
      tally.lastUser[item] = user + 1;
      tally.lastPlace[item] = tally.used;
      tally.itemUsers[item] = (tally.itemUsers[item] ?? 0) + 1;
      tally.items[tally.used++] = item;
    }
    raiseWeight(tally, item, weights?.[event] ?? 0);
  }
  tally.items.subarray(from, tally.used).reverse();
  tally.weights?.subarray(from, tally.used).reverse();
  tally.offsets[user + 1] = tally.used;
}

function raiseWeight({ weights, lastPlace }: Tally, item: number, weight: number): void {
  const place = lastPlace[item] ?? 0;
  if (weights !== undefined && weight > (weights[place] ?? 0)) weights[place] = weight;
}

function count(tally: Tally, user: number, item: number, time: number): void {
  tally.itemEvents[item] = (tally.itemEvents[item] ?? 0) + 1;
  tally.userEvents[user] = (tally.userEvents[user] ?? 0) + 1;
  const first = tally.itemFirst[item] ?? Number.NaN;
  if (!(first <= time)) tally.itemFirst[item] = time;
  if (!(tally.newest >= time)) tally.newest = time;
}
