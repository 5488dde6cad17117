/** Finds the places of clauses on interactions. */
import { type EventTypes, numberEventTypes } from './event-types';
import type { FilterClause } from './expression';
import { literalsOf } from './line-values';
import { keepRecentEvents, type RecentEvents } from './recent-events';
import { keyOf, lacks, type Selector, selectBy } from './selection';
import type { FilterData, FilterEvents } from './tables';

/** Makes the selector of a clause on interactions where places are those of users: users with such events. */
export function selectUsersByEvents(clause: FilterClause, data: FilterData): Selector {
  const { events } = data;
  const types = numberEventTypes(events?.typeNames ?? []);
  const placeOfUser = events === undefined ? new Int32Array(0) : placesIn(data.ids, events.userIds);
  return selectBy(clause, data.ids.length, ({ operator }) => (_line, literals) => ({
    key: keyOf(literals),
    mark: (bits) => {
      const wanted = types.select(literals);
      if (operator === 'NOT IN') bits.fill(1);
      const bit = operator === 'NOT IN' ? 0 : 1;
      const { users, types: typeOf } = events ?? { users: placeOfUser, types: placeOfUser };
      for (let at = 0; at < users.length; at++) {
        const place = placeOfUser[users[at] ?? 0] ?? -1;
        if (place >= 0 && wanted[types.numbers[typeOf[at] ?? 0] ?? 0] === 1) bits[place] = bit;
      }
    },
  }));
}

/** The events of one user as a filter sees them. */
export interface EventHistory {
  readonly types: EventTypes;
  readonly recent: RecentEvents;
  readonly userOf: ReadonlyMap<string, number>;
}

/** Opens the events for clauses whose places are those of items; used by all of them. */
export function openHistory(events: FilterEvents | undefined, ids: readonly string[]): EventHistory {
  const types = numberEventTypes(events?.typeNames ?? []);
  if (events === undefined) {
    const none = new Int32Array(0);
    return { types, recent: { offsets: none, places: none, types: none }, userOf: new Map() };
  }
  return {
    types,
    recent: keepRecentEvents(events, placesIn(ids, events.itemIds), types),
    userOf: new Map(events.userIds.map((id, user) => [id, user])),
  };
}

/** Makes the selector of a clause on interactions where places are those of items: items of the user's events. */
export function selectItemsByEvents(clause: FilterClause, placeCount: number, history: EventHistory): Selector {
  const { types, recent, userOf } = history;
  const writeItems = (userId: string, wanted: Uint8Array, write: (place: number) => void) => {
    const user = userOf.get(userId);
    if (user === undefined) return;
    for (let at = recent.offsets[user] ?? 0; at < (recent.offsets[user + 1] ?? 0); at++) {
      const place = recent.places[at] ?? -1;
      if (place >= 0 && wanted[recent.types[at] ?? 0] === 1) write(place);
    }
  };
  const isUnion = clause.anyOf.every((all) => all.length === 1 && all[0]?.operator === 'IN');
  if (isUnion) {
    const conditions = clause.anyOf.flat();
    return ({ userId }, given) => {
      if (userId === undefined) return lacks('userId');
      const wanted = types.select(conditions.flatMap((condition) => literalsOf(condition, given) ?? []));
      return {
        key: undefined,
        write: (bits, bit) =>
          writeItems(userId, wanted, (place) => {
            bits[place] = bit;
          }),
      };
    };
  }
  const selector = selectBy(clause, placeCount, ({ operator }) => ({ userId }, literals) => {
    if (userId === undefined) return lacks('userId');
    return {
      key: '',
      mark: (bits) => {
        if (operator === 'NOT IN') bits.fill(1);
        const bit = operator === 'NOT IN' ? 0 : 1;
        writeItems(userId, types.select(literals), (place) => {
          bits[place] = bit;
        });
      },
    };
  });
  return (line, given) => {
    const selection = selector(line, given);
    return 'error' in selection ? selection : { ...selection, key: undefined };
  };
}

function placesIn(ids: readonly string[], wanted: readonly string[]): Int32Array {
  const places = new Map(ids.map((id, place) => [id, place]));
  return Int32Array.from(wanted, (id) => places.get(id) ?? -1);
}
