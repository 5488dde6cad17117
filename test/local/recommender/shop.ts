/** Generates interactions from latent tastes, for tests of the recommender. */
import { createEventLog, type EventColumns, type EventFacts } from '../../../src/local/recommender/event-log';
import { buildHistories } from '../../../src/local/recommender/histories';
import type { ItemTable, TrainingData } from '../../../src/local/recommender/recipe';

export interface Shop {
  readonly rows: readonly (readonly [user: string, item: string, timestamp: number])[];
  /** How much a user likes an item; greater is better. */
  affinity(userId: string, itemId: string): number;
}

/** Draws numbers in [0, 1) from a seed: mulberry32. */
export function createDraw(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

/** Generates users u0… who take items i0… of the four groups `item number modulo 4`, mostly of their own group. */
export function generateShop(users: number, items: number, perUser: number): Shop {
  const draw = createDraw(7);
  const rows: (readonly [string, string, number])[] = [];
  for (let user = 0; user < users; user++) {
    for (let event = 0; event < perUser; event++) {
      const group = draw() < 0.8 ? user % 4 : Math.floor(draw() * 4);
      const popular = Math.floor(draw() * draw() * (items / 4));
      rows.push([`u${user}`, `i${popular * 4 + group}`, 1_600_000_000 + event * 1000 + user]);
    }
  }
  return {
    rows,
    affinity: (userId, itemId) => (Number(userId.slice(1)) % 4 === Number(itemId.slice(1)) % 4 ? 1 : 0.1),
  };
}

/** Logs rows in the given order. */
export function logRows(rows: Shop['rows']): EventColumns {
  const log = createEventLog();
  for (const [user, item, timestamp] of rows) log.add(user, item, timestamp);
  return log.columns();
}

/** Puts a list in another order, by a seed. */
export function shuffled<Value>(list: readonly Value[], seed: number): readonly Value[] {
  const draw = createDraw(seed);
  return list
    .map((value) => ({ value, key: draw() }))
    .sort((a, b) => a.key - b.key)
    .map(({ value }) => value);
}

/** One event with what it may carry. */
export interface ShopEvent {
  readonly user: string;
  readonly item: string;
  readonly time: number;
  readonly facts?: EventFacts | undefined;
}

/** Logs events in the given order. */
export function logEvents(events: readonly ShopEvent[]): EventColumns {
  const log = createEventLog();
  for (const { user, item, time, facts } of events) log.add(user, item, time, facts);
  return log.columns();
}

/** Builds an Items table of one categorical column, GROUP, and one of numbers, PRICE. */
export function createTable(
  items: readonly { readonly id: string; readonly group: string; readonly price?: string; readonly created?: number }[],
): ItemTable {
  return {
    columns: { GROUP: items.map(({ group }) => group), PRICE: items.map(({ price }) => price ?? '1') },
    kinds: { GROUP: 'categorical', PRICE: 'number' },
    texts: {},
    textual: [],
    itemIds: items.map(({ id }) => id),
    created: Float64Array.from(items, ({ created }) => created ?? Number.NaN),
  };
}

/** Joins what a training learns from; settings that are left out are the defaults. */
export function createData(
  events: EventColumns,
  items: ItemTable | undefined,
  more: Partial<Pick<TrainingData, 'seed' | 'objective' | 'hyperParameters'>> = {},
): TrainingData {
  const histories = buildHistories(events, items?.itemIds);
  return { histories, events, items, seed: 1, hyperParameters: {}, ...more };
}
