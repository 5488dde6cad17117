/** The hidden tastes of the sample shop: what people really like, which only their clicks tell. */

import { createRandom, entryAt, type Random, roundTo } from './random';
import type { SampleItem, SampleLocale } from './rows';

/** Taken out of Math once: looking a global up in a hot loop is slow in sandboxes, such as that of jest. */
const { abs, max, round } = Math;

const STYLE_DIMENSIONS = 4;
/** How much category, style and quality weigh in a score, and where its zero lies. */
const WEIGHTS = { category: 3.6, style: 0.8, quality: 0.3, threshold: 2.0 } as const;
/** The share of people whose interests have turned during the 90 days. */
const TURNED_SHARE = 0.35;

/** How much a person likes each category, about -0.3 to 1.1, in the order of the categories. */
type CategoryTastes = readonly number[];

interface Taste {
  readonly now: CategoryTastes;
  readonly before: CategoryTastes;
  /** The day of the 90, from 0, on which `before` ended; 0 where nothing changed. */
  readonly turnDay: number;
  readonly style: readonly number[];
}

interface Nature {
  readonly category: number;
  readonly style: readonly number[];
  readonly quality: number;
}

/** The hidden tastes, by position in the lists that they were built from. */
export interface Tastes {
  /** How much a person likes an item on a day of the 90: over 0, at most 1, in ten-thousandths. */
  readonly affinity: (person: number, item: number, day: number) => number;
  /** How much a person likes a category on a day, about -0.3 to 1.1. */
  readonly liking: (person: number, category: number, day: number) => number;
  /** The day on which a person's interests turned; the tastes of a person are constant before and from then. */
  readonly turnDay: (person: number) => number;
  /** The position of an item's main category. */
  readonly categoryOf: (item: number) => number;
  /** How good an item is, whoever looks, about -3 to 3; good items are both liked and popular. */
  readonly quality: (item: number) => number;
}

/** What a language adds to the taste for some categories, so that the shop's countries differ a little. */
const HABITS: Readonly<Record<SampleLocale, Readonly<Record<string, number>>>> = {
  en: { tea: 0.1, wool: 0.08, pantry: 0.05 },
  de: { coffee: 0.12, lighting: 0.08, bags: 0.05 },
  ja: { ceramics: 0.12, stationery: 0.12, plants: 0.04 },
};

/** Draws the tastes of people and the nature of items. */
export function drawTastes(seed: number, locales: readonly SampleLocale[], items: readonly SampleItem[]): Tastes {
  const categories = [...new Set(items.map((item) => item.categories[0]))];
  const random = createRandom(seed, 'tastes');
  const people = locales.map((locale) => drawTaste(random, categories, HABITS[locale]));
  const natures = drawNatures(seed, categories, items);
  const liking = (person: number, category: number, day: number): number => {
    const taste = entryAt(people, person);
    return entryAt(day < taste.turnDay ? taste.before : taste.now, category);
  };
  return {
    liking,
    affinity: (person, item, day) => {
      const nature = entryAt(natures, item);
      return scoreAffinity(liking(person, nature.category, day), entryAt(people, person).style, nature);
    },
    turnDay: (person) => entryAt(people, person).turnDay,
    categoryOf: (item) => entryAt(natures, item).category,
    quality: (item) => entryAt(natures, item).quality,
  };
}

function scoreAffinity(liking: number, style: readonly number[], nature: Nature): number {
  let match = 0;
  for (let index = 0; index < STYLE_DIMENSIONS; index++) match += (style[index] ?? 0) * (nature.style[index] ?? 0);
  const score =
    WEIGHTS.category * liking + WEIGHTS.style * match + WEIGHTS.quality * nature.quality - WEIGHTS.threshold;
  return max(1, round(5000 * (1 + score / (1 + abs(score))))) / 10_000;
}

function drawTaste(random: Random, categories: readonly string[], habits: Readonly<Record<string, number>>): Taste {
  const now = drawCategoryTastes(random, categories, habits);
  const turned = random.chance(TURNED_SHARE);
  return {
    now,
    before: turned ? drawCategoryTastes(random, categories, habits) : now,
    turnDay: turned ? random.integer(35, 65) : 0,
    style: drawStyle(random, 1),
  };
}

/** Two to four categories that a person loves, and little feeling about the others. */
function drawCategoryTastes(
  random: Random,
  categories: readonly string[],
  habits: Readonly<Record<string, number>>,
): CategoryTastes {
  const loved = new Set(random.shuffle(categories.map((_, index) => index)).slice(0, random.integer(2, 4)));
  return categories.map((name, index) => {
    const feeling = loved.has(index) ? 0.65 + 0.35 * random.next() : 0.45 * random.next() - 0.25;
    return roundTo(1000, feeling + (habits[name] ?? 0));
  });
}

/** The style of an item comes from its product, from its colour (shared by all products) and from itself. */
function drawNatures(seed: number, categories: readonly string[], items: readonly SampleItem[]): Nature[] {
  const styles = new Map<string, readonly number[]>();
  const styleOf = (key: string): readonly number[] => {
    const style = styles.get(key) ?? drawStyle(createRandom(seed, `style/${key}`), 0.6);
    styles.set(key, style);
    return style;
  };
  const random = createRandom(seed, 'natures');
  return items.map((item) => {
    const parts = [styleOf(item.look.figure), styleOf(item.look.tint), drawStyle(random, 0.45)];
    return {
      category: categories.indexOf(item.categories[0]),
      style: Array.from({ length: STYLE_DIMENSIONS }, (_, index) =>
        roundTo(
          1000,
          parts.reduce((sum, part) => sum + (part[index] ?? 0), 0),
        ),
      ),
      quality: random.bell(),
    };
  });
}

function drawStyle(random: Random, deviation: number): readonly number[] {
  return Array.from({ length: STYLE_DIMENSIONS }, () => roundTo(1000, random.bell() * deviation));
}
