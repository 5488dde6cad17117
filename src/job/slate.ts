/** Chooses the items that an e-mail shows, at the moment it is rendered: what was recommended may have gone since. */
import type { ShowRules } from './email-job';
import type { Item } from './people';

/** What there is to choose from, and how much of it. */
export interface SlateCase {
  /** Recommended item ids, the best first, the spare after them. */
  readonly slate: readonly string[];
  /** Item ids that serve anyone, the best first; empty where the job declares none. */
  readonly fallback: readonly string[];
  /** Finds an item of the run's catalogue. */
  readonly findItem: (itemId: string) => Item | undefined;
  readonly show: Omit<ShowRules, 'fallback' | 'notBoughtWithin' | 'notShownWithin'>;
  /** Item ids that the e-mail shows elsewhere. */
  readonly taken?: ReadonlySet<string>;
  /** What this recipient has bought or been shown too recently. */
  readonly avoid?: { readonly bought: ReadonlySet<string>; readonly shown: ReadonlySet<string> } | undefined;
  /** Epoch ms; the age of items is counted from it. */
  readonly now: number;
}

/** Why an item that was looked at is not shown. */
export type SkipReason =
  | 'unknown'
  | 'sold_out'
  | 'too_cheap'
  | 'too_dear'
  | 'too_old'
  | 'bought'
  | 'shown_before'
  | 'too_many_alike';

/** The items to show, at most `show.items` of them, each once. */
export interface ChosenItems {
  readonly items: readonly Item[];
  /** How many of `items`, the last ones, come from the fallback. */
  readonly fromFallback: number;
  /** How many recommended items were skipped among those looked at, by the first reason that holds. */
  readonly skipped: Readonly<Partial<Record<SkipReason, number>>>;
  /** Set where fewer than `show.min` remain to show; such a recipient gets no e-mail. */
  readonly excluded?: 'no_recommendations' | 'too_few_items';
}

/** Chooses in the order slate, fallback until enough items are found, and skips what a rule forbids or is chosen already. */
export function chooseItems({ slate, fallback, taken, ...rules }: SlateCase): ChosenItems {
  const { show } = rules;
  const chosen: Item[] = [];
  const seen = new Set<string>(taken);
  const mix = createMix(show.maxPer);
  const skipped: Partial<Record<SkipReason, number>> = {};
  const take = (itemIds: readonly string[], onSkip: (reason: SkipReason) => void): void => {
    for (const itemId of itemIds) {
      if (chosen.length >= show.items) return;
      if (seen.has(itemId)) continue;
      seen.add(itemId);
      const found = judge(itemId, rules);
      const item = typeof found === 'string' || mix.takes(found) ? found : 'too_many_alike';
      if (typeof item === 'string') onSkip(item);
      else chosen.push(item);
    }
  };
  take(slate, (reason) => {
    skipped[reason] = (skipped[reason] ?? 0) + 1;
  });
  const recommended = chosen.length;
  take(fallback, () => undefined);
  const excluded = chosen.length === 0 ? 'no_recommendations' : chosen.length < show.min ? 'too_few_items' : undefined;
  return {
    items: chosen,
    fromFallback: chosen.length - recommended,
    skipped,
    ...(excluded === undefined ? {} : { excluded }),
  };
}

function judge(itemId: string, rules: Omit<SlateCase, 'slate' | 'fallback' | 'taken'>): Item | SkipReason {
  const { show, avoid } = rules;
  const item = rules.findItem(itemId);
  if (item === undefined) return 'unknown';
  if (show.inStock && !isInStock(item)) return 'sold_out';
  if (show.minPrice !== undefined && !((item.price ?? Number.NaN) >= show.minPrice)) return 'too_cheap';
  if (show.maxPrice !== undefined && !((item.price ?? Number.NaN) <= show.maxPrice)) return 'too_dear';
  if (show.maxAge !== undefined && !(Date.parse(item.createdAt ?? '') >= rules.now - show.maxAge)) return 'too_old';
  if (avoid?.bought.has(itemId) === true) return 'bought';
  if (avoid?.shown.has(itemId) === true) return 'shown_before';
  return item;
}

/** Counts what the chosen items share; an item of several categories counts for each. */
function createMix(maxPer: ShowRules['maxPer']): { takes(item: Item): boolean } {
  const limits = Object.entries(maxPer ?? {});
  if (limits.length === 0) return { takes: () => true };
  const counts = new Map<string, number>();
  const keysOf = (item: Item) =>
    limits.flatMap(([name, limit]) => valuesOf(item, name).map((value) => ({ key: `${name}\n${value}`, limit })));
  return {
    takes: (item) => {
      const keys = keysOf(item);
      if (keys.some(({ key, limit }) => (counts.get(key) ?? 0) >= limit)) return false;
      for (const { key } of keys) counts.set(key, (counts.get(key) ?? 0) + 1);
      return true;
    },
  };
}

function valuesOf(item: Item, name: string): readonly string[] {
  if (name === 'category') return [...new Set(item.categories)];
  const value = Object.hasOwn(item.attributes, name) ? item.attributes[name] : undefined;
  return value === undefined || value === '' ? [] : [value];
}

/** Tells whether an item can be bought; one whose stock is not tracked can. */
export function isInStock(item: Item): boolean {
  return item.stock === undefined || item.stock > 0;
}

/** Tells how many recommended items are kept of each recipient: more where rules may take some away at the last moment. */
export function spareOf(show: ShowRules): number {
  const hasRules = [show.minPrice, show.maxPrice, show.maxAge, show.maxPer, show.notBoughtWithin, show.notShownWithin];
  return show.items * (hasRules.some((rule) => rule !== undefined) ? 8 : 2);
}
