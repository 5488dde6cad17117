/** Chooses items of the catalogue for a segment, and says what a query asks for. */
import type { ItemChoice, SegmentQuery } from './audience-job';
import type { Scalar } from './base-job';
import type { Item } from './people';

/** Values of the attribute `category`; all other names are attributes of the item. */
function valuesOf(item: Item, name: string): readonly string[] {
  if (name === 'category') return item.categories;
  const value = Object.hasOwn(item.attributes, name) ? item.attributes[name] : undefined;
  return value === undefined || value === '' ? [] : value.split('|').map((part) => part.trim());
}

/** Lists the conditions of a choice: attribute, and the values of which one must be there. */
export function conditionsOf({ category, where }: ItemChoice): readonly (readonly [string, readonly Scalar[]])[] {
  return [...(category === undefined ? [] : [['category', category] as const]), ...Object.entries(where)];
}

/** Lists the values that items have of an attribute, in ascending order; a cell `A|B` holds A and B. */
export function listItemValues(items: Iterable<Item>, name: string): readonly string[] {
  const found = new Set<string>();
  for (const item of items) for (const value of valuesOf(item, name)) found.add(value);
  return [...found].sort();
}

/** Tells whether a value of an item is the wanted one: numbers as numbers, truth in any case, texts exactly. */
export function isItemValue(value: string, wanted: Scalar): boolean {
  if (typeof wanted === 'number') return value.trim() !== '' && Number(value) === wanted;
  return typeof wanted === 'boolean' ? value.toLowerCase() === String(wanted) : value === wanted;
}

/**
 * Chooses the newest items that all conditions hold for, the newest first; of equal times the lower id first.
 * Items of which nobody knows when they were created are never among the newest.
 */
export function chooseItems(choice: ItemChoice, items: Iterable<Item>): readonly string[] {
  const conditions = conditionsOf(choice);
  const fitting: { readonly itemId: string; readonly at: number }[] = [];
  for (const item of items) {
    if (item.createdAt === undefined || (choice.inStock && item.stock !== undefined && item.stock <= 0)) continue;
    const holds = conditions.every(([name, wanted]) =>
      valuesOf(item, name).some((value) => wanted.some((one) => isItemValue(value, one))),
    );
    if (holds) fitting.push({ itemId: item.itemId, at: Date.parse(item.createdAt) });
  }
  return fitting
    .sort((a, b) => b.at - a.at || (a.itemId < b.itemId ? -1 : 1))
    .slice(0, choice.newest)
    .map(({ itemId }) => itemId);
}

const IDS_NAMED = 3;

/** Says what a query asks for, on one line. */
export function describeQuery(query: SegmentQuery): string {
  switch (query.by) {
    case 'attributes':
      return query.query;
    case 'item':
      return query.itemId;
    case 'items': {
      const more = query.itemIds.length - IDS_NAMED;
      return `${query.itemIds.slice(0, IDS_NAMED).join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
    }
    case 'catalogue': {
      const conditions = conditionsOf(query.choice).map(([name, wanted]) => `${name} ${wanted.join(' or ')}`);
      const stock = query.choice.inStock ? ['in stock'] : [];
      return [`the newest ${query.choice.newest} items`, ...conditions, ...stock].join(', ');
    }
  }
}
