/** Chooses the items that an e-mail shows, at the moment it is rendered: what was recommended may have gone since. */
import type { Item } from './people';

/** What there is to choose from, and how much of it. */
export interface SlateCase {
  /** Recommended item ids, the best first. */
  readonly slate: readonly string[];
  /** Further recommended ids, which fill gaps before the fallback does. */
  readonly spare: readonly string[];
  /** Item ids that serve anyone, the most popular first; empty where the job declares none. */
  readonly fallback: readonly string[];
  /** Finds an item of the run's catalogue. */
  readonly findItem: (itemId: string) => Item | undefined;
  readonly show: { readonly items: number; readonly inStock: boolean };
}

/** The items to show, at most `show.items` of them, each once. */
export interface ChosenItems {
  readonly items: readonly Item[];
  /** How many of `items`, the last ones, come from the fallback. */
  readonly fromFallback: number;
  /** Recommended ids that the catalogue does not have, among those looked at. */
  readonly unknown: number;
  /** Recommended items left out because they are sold out, among those looked at. */
  readonly soldOut: number;
  /** Set where nothing remains to show; such a recipient gets no e-mail. */
  readonly excluded?: 'no_recommendations';
}

/** Chooses in the order slate, spare, fallback until enough items are found, and skips what is unknown, sold out or chosen already. */
export function chooseItems({ slate, spare, fallback, findItem, show }: SlateCase): ChosenItems {
  const chosen = new Map<string, Item>();
  const seen = new Set<string>();
  let [unknown, soldOut] = [0, 0];
  const take = (itemIds: readonly string[], skip: (item: Item | undefined) => void): void => {
    for (const itemId of itemIds) {
      if (chosen.size >= show.items) return;
      if (seen.has(itemId)) continue;
      seen.add(itemId);
      const item = findItem(itemId);
      if (item === undefined || (show.inStock && !isInStock(item))) skip(item);
      else chosen.set(itemId, item);
    }
  };
  take([...slate, ...spare], (item) => {
    if (item === undefined) unknown += 1;
    else soldOut += 1;
  });
  const recommended = chosen.size;
  take(fallback, () => undefined);
  return {
    items: [...chosen.values()],
    fromFallback: chosen.size - recommended,
    unknown,
    soldOut,
    ...(chosen.size === 0 ? { excluded: 'no_recommendations' as const } : {}),
  };
}

/** Tells whether an item can be bought; one whose stock is not tracked can. */
export function isInStock(item: Item): boolean {
  return item.stock === undefined || item.stock > 0;
}
