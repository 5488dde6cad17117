/** Keeps the newest events of each user by type: developer guide, "Filter expressions". */
import type { EventTypes } from './event-types';
import type { FilterEvents } from './tables';

/** Events that count, of each user and event type. */
const RECENT_EVENTS = 100;

/** The events of user u, a place in the events' user ids, are those from `offsets[u]` to before `offsets[u + 1]`. */
export interface RecentEvents {
  readonly offsets: Int32Array;
  /** Places of the items; -1 for an event that doesn't count, or whose item has no place. */
  readonly places: Int32Array;
  /** Numbers of event types. */
  readonly types: Int32Array;
}

/** @param placeOfItem  the place of each of the events' item ids, -1 where it has none */
export function keepRecentEvents(events: FilterEvents, placeOfItem: Int32Array, { numbers }: EventTypes): RecentEvents {
  const offsets = countOffsets(events.users, events.userIds.length);
  const order = new Int32Array(events.users.length);
  const next = offsets.slice();
  for (const [event, user] of events.users.entries()) {
    const at = next[user] ?? 0;
    order[at] = event;
    next[user] = at + 1;
  }
  const types = order.map((event) => numbers[events.types[event] ?? 0] ?? 0);
  const places = order.map((event) => placeOfItem[events.items[event] ?? 0] ?? -1);
  for (let user = 0; user < events.userIds.length; user++) {
    const [from = 0, to = 0] = offsets.subarray(user, user + 2);
    if (to - from > RECENT_EVENTS)
      dropOld(places, { from, to, types, timeOf: (at) => events.times[order[at] ?? 0] ?? 0 });
  }
  return { offsets, places, types };
}

function countOffsets(users: Int32Array, userCount: number): Int32Array {
  const offsets = new Int32Array(userCount + 1);
  for (const user of users) offsets[user + 1] = (offsets[user + 1] ?? 0) + 1;
  for (let user = 0; user < userCount; user++) offsets[user + 1] = (offsets[user + 1] ?? 0) + (offsets[user] ?? 0);
  return offsets;
}

interface UserSlice {
  readonly from: number;
  readonly to: number;
  readonly types: Int32Array;
  readonly timeOf: (at: number) => number;
}

/** Of two events of the same time, the one that was read later is newer. */
function dropOld(places: Int32Array, { from, to, types, timeOf }: UserSlice): void {
  const byType = new Map<number, number[]>();
  for (let at = from; at < to; at++) {
    const type = types[at] ?? 0;
    const known = byType.get(type);
    if (known === undefined) byType.set(type, [at]);
    else known.push(at);
  }
  for (const all of byType.values()) {
    if (all.length <= RECENT_EVENTS) continue;
    all.sort((a, b) => timeOf(b) - timeOf(a) || b - a);
    for (const at of all.slice(RECENT_EVENTS)) places[at] = -1;
  }
}
