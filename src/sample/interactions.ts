/** Simulates 90 days of visits to the sample shop from tastes, popularity, novelty, trends and what others do. */

import type { Resident } from './contacts';
import { createRandom, entryAt, type Random } from './random';
import type { SampleEventType, SampleInteraction, SampleItem } from './rows';
import type { Tastes } from './taste';

/** Taken out of Math once: looking a global up in a hot loop is slow in sandboxes, such as that of jest. */
const { floor, max, round, sqrt } = Math;

/** The number of days over which people visit. */
export const HISTORY_DAYS = 90;
const DAY_MS = 86_400_000;
/** Visits of a person of activity 1; about 60,000 events come of it with 1,200 people. */
const VISITS_PER_ACTIVITY = 7;
/** The chance that a look stays within the visit's category, and within the group looked at before. */
const STAY = { category: 0.8, group: 0.25 } as const;
/** How a look leads on: the chance of a cart is `base + slope × affinity²`, that of a purchase from there is fixed. */
const CART = { base: 0.02, slope: 0.22, purchase: 0.55 } as const;
/** New items are shown first for two weeks; each category has one fortnight in which everybody talks about it. */
const BOOST = { newItem: 2.2, newDays: 14, trend: 1.7, trendDays: 14, crowd: 0.035 } as const;

interface Visit {
  readonly person: number;
  /** Epoch seconds. */
  readonly start: number;
  /** From 0 (90 days ago) to 89. */
  readonly day: number;
}

interface World {
  readonly items: readonly SampleItem[];
  readonly tastes: Tastes;
  readonly random: Random;
  /** Per item: how popular it is by itself, over 0, at most about 1. */
  readonly fame: readonly number[];
  /** Per item: the day from which it can be bought, below 0 for old ones. */
  readonly firstDay: readonly number[];
  /** Per item: how often it was looked at so far; grows as the days pass. */
  readonly looks: number[];
  /** Per category: the first day of its fortnight. */
  readonly trendStart: readonly number[];
  readonly byCategory: readonly (readonly number[])[];
  readonly everything: readonly number[];
}

export interface Simulation {
  readonly seed: number;
  /** Epoch ms; every event lies in the 90 days before it. */
  readonly now: number;
  readonly residents: readonly Resident[];
  readonly items: readonly SampleItem[];
  readonly tastes: Tastes;
}

/** Simulates about 60,000 events, ascending by time. */
export function simulateInteractions(simulation: Simulation): readonly SampleInteraction[] {
  const { seed, now, residents } = simulation;
  const world = createWorld(simulation);
  const userIds = residents.map((resident) => resident.contact.userId);
  const visits = planVisits(residents, now, createRandom(seed, 'visits'));
  const affinities = createAffinityCache(simulation);
  const lastEvent = new Map<number, number>();
  const events: SampleInteraction[] = [];
  for (const visit of visits) {
    const start = max(visit.start, (lastEvent.get(visit.person) ?? 0) + 60);
    const affinity = affinities(visit.person, visit.day);
    const made = makeVisit(world, { ...visit, start, userId: entryAt(userIds, visit.person), affinity });
    const inTime = made.filter((event) => event.timestamp * 1000 < now);
    events.push(...inTime);
    lastEvent.set(visit.person, inTime.at(-1)?.timestamp ?? start);
  }
  return events.sort((one, other) => one.timestamp - other.timestamp);
}

function createWorld({ seed, now, items, tastes }: Simulation): World {
  const random = createRandom(seed, 'interactions');
  const everything = items.map((_, index) => index);
  const categoryCount = max(...everything.map(tastes.categoryOf)) + 1;
  const renown = everything.map((item) => 0.6 * tastes.quality(item) + random.bell());
  const ranked = [...everything].sort((one, other) => entryAt(renown, other) - entryAt(renown, one));
  const fame = new Array<number>(items.length).fill(0);
  for (const [rank, item] of ranked.entries()) fame[item] = 1 / (1 + rank / 40);
  return {
    items,
    tastes,
    random,
    fame,
    firstDay: items.map((item) => HISTORY_DAYS - (now - Date.parse(item.createdAt)) / DAY_MS),
    looks: new Array<number>(items.length).fill(0),
    trendStart: Array.from({ length: categoryCount }, () => random.integer(0, HISTORY_DAYS - BOOST.trendDays)),
    byCategory: Array.from({ length: categoryCount }, (_, category) =>
      everything.filter((item) => tastes.categoryOf(item) === category),
    ),
    everything,
  };
}

/** Spreads visits over the days (more at weekends, more as the shop grows) and over local waking hours. */
function planVisits(residents: readonly Resident[], now: number, random: Random): Visit[] {
  const visits: Visit[] = [];
  const firstMs = now - HISTORY_DAYS * DAY_MS;
  for (const [person, { activity, utcOffsetHours }] of residents.entries()) {
    const count = activity === 0 ? 0 : max(2, round(activity * VISITS_PER_ACTIVITY));
    for (let made = 0; made < count; made++) {
      const day = chooseDay(firstMs, random);
      const localHour = 7 + 8 * (random.next() + random.next());
      const hour = (localHour - utcOffsetHours + 24) % 24;
      visits.push({ person, day, start: floor((firstMs + day * DAY_MS + hour * 3_600_000) / 1000) });
    }
  }
  return visits.sort((one, other) => one.start - other.start || one.person - other.person);
}

function chooseDay(firstMs: number, random: Random): number {
  for (;;) {
    const day = random.integer(0, HISTORY_DAYS - 1);
    const weekday = new Date(firstMs + day * DAY_MS).getUTCDay();
    const weight = (0.55 + (0.2 * day) / HISTORY_DAYS) * (weekday === 0 || weekday === 6 ? 1.3 : 1);
    if (random.chance(weight)) return day;
  }
}

type AffinityRow = Float64Array;

/** Keeps a person's affinities to all items, of before and after their turn, once they are needed. */
function createAffinityCache({ items, tastes }: Simulation): (person: number, day: number) => AffinityRow {
  const rows = new Map<string, AffinityRow>();
  return (person, day) => {
    const key = `${person}/${day < tastes.turnDay(person) ? 'before' : 'now'}`;
    const known = rows.get(key);
    if (known !== undefined) return known;
    const row = Float64Array.from(items, (_, item) => tastes.affinity(person, item, day));
    rows.set(key, row);
    return row;
  };
}

interface Visitor extends Visit {
  readonly userId: string;
  readonly affinity: AffinityRow;
}

function makeVisit(world: World, visitor: Visitor): SampleInteraction[] {
  const { random, items, looks } = world;
  const category = chooseCategory(world, visitor);
  const events: SampleInteraction[] = [];
  let time = visitor.start;
  let previous: number | undefined;
  const record = (item: number, eventType: SampleEventType): void => {
    const { itemId, price } = entryAt(items, item);
    const eventValue = eventType === 'purchase' ? price : undefined;
    events.push({ userId: visitor.userId, itemId, timestamp: time, eventType, eventValue });
    time += random.integer(9, 150);
  };
  for (let left = random.integer(2, 9); left > 0; left--) {
    const item = chooseItem(world, visitor, { category, previous });
    if (item === undefined) continue;
    record(item, 'view');
    looks[item] = (looks[item] ?? 0) + 1;
    const liked = visitor.affinity[item] ?? 0;
    if (random.chance(CART.base + CART.slope * liked * liked)) {
      record(item, 'cart');
      if (random.chance(CART.purchase)) record(item, 'purchase');
    }
    previous = item;
  }
  return events;
}

function chooseCategory({ byCategory, tastes, trendStart, random }: World, { person, day }: Visit): number {
  const weights = byCategory.map((_, category) => {
    const liking = max(0.08, tastes.liking(person, category, day));
    const start = trendStart[category] ?? 0;
    return liking * liking * (day >= start && day < start + BOOST.trendDays ? BOOST.trend : 1);
  });
  return chooseByWeight(weights, random);
}

function chooseItem(
  world: World,
  { affinity, day }: Visitor,
  { category, previous }: { readonly category: number; readonly previous: number | undefined },
): number | undefined {
  const { random, items, everything, byCategory, fame, looks, firstDay } = world;
  let pool = random.chance(STAY.category) ? entryAt(byCategory, category) : everything;
  if (previous !== undefined && random.chance(STAY.group)) {
    const group = entryAt(items, previous).categories[1];
    pool = pool.filter((item) => items[item]?.categories[1] === group);
  }
  const weights = pool.map((item) => {
    const age = day - (firstDay[item] ?? 0);
    if (age < 0) return 0;
    const liked = affinity[item] ?? 0;
    const shown = (fame[item] ?? 0) + 0.02 + BOOST.crowd * sqrt(looks[item] ?? 0);
    return liked * liked * shown * (age < BOOST.newDays ? BOOST.newItem : 1);
  });
  const place = chooseByWeight(weights, random);
  return place < 0 ? undefined : pool[place];
}

/** Draws a position with the given weights; -1 where all are 0. */
function chooseByWeight(weights: readonly number[], random: Random): number {
  let left = random.next() * weights.reduce((sum, weight) => sum + weight, 0);
  let last = -1;
  for (const [index, weight] of weights.entries()) {
    if (weight === 0) continue;
    last = index;
    left -= weight;
    if (left < 0) return index;
  }
  return last;
}
