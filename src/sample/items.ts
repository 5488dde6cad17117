/** Composes the catalogue of the sample shop: products times variants, with prices, stock and dates. */

import { CATEGORIES, CLOSINGS } from './catalogue/categories';
import type { Category, Product } from './catalogue/product';
import { VARIANTS, type Variant } from './catalogue/variants';
import { createRandom, entryAt, type Random, roundTo } from './random';
import type { SampleItem, Wording } from './rows';

const DAY_MS = 86_400_000;
const ITEMS_PER_CATEGORY = 50;
const SOLD_OUT_COUNT = 12;
/** The share of the items that came into the shop during the 90 days of interactions. */
const NEW_SHARE = 0.12;
const CENTS = [0, 0.5, 0.9, 0.9];
const SHOP_URL = 'https://shop.example';

interface Offer {
  readonly category: Category;
  readonly product: Product;
  readonly variant: Variant;
}

/**
 * Creates 600 items, 50 of each category, in the order of their categories and numbers.
 * No two have the same title in any language.
 *
 * @param now  epoch ms; no item is newer than one week before it
 */
export function createItems(seed: number, now: number): readonly SampleItem[] {
  const random = createRandom(seed, 'items');
  const items = CATEGORIES.flatMap((category) =>
    random
      .shuffle(listOffers(category))
      .slice(0, ITEMS_PER_CATEGORY)
      .map((offer, index) => composeItem(offer, { number: index + 1, now, random })),
  );
  const soldOut = new Set(random.shuffle(items.map((item) => item.itemId)).slice(0, SOLD_OUT_COUNT));
  return items.map((item) => (soldOut.has(item.itemId) ? { ...item, stock: 0 } : item));
}

function listOffers(category: Category): Offer[] {
  return category.products.flatMap((product) =>
    VARIANTS[product.variants].map((variant) => ({ category, product, variant })),
  );
}

function composeItem(
  offer: Offer,
  { number, now, random }: { readonly number: number; readonly now: number; readonly random: Random },
): SampleItem {
  const { category, product, variant } = offer;
  const itemId = `${category.name}-${String(number).padStart(3, '0')}`;
  return {
    itemId,
    title: fillIn(product.title, variant),
    description: joinSentences(
      fillIn(product.text, variant),
      entryAt(CLOSINGS, random.integer(0, CLOSINGS.length - 1)),
    ),
    url: `${SHOP_URL}/items/${itemId}`,
    image: `${SHOP_URL}/pictures/${itemId}.png`,
    price: roundTo(100, random.integer(product.price[0], product.price[1] - 1) + random.pick(CENTS)),
    currency: 'EUR',
    categories: [category.name, product.group],
    stock: random.integer(3, 140),
    createdAt: new Date(now - chooseAgeMs(random)).toISOString(),
    look: { figure: product.figure, tint: variant.tint },
  };
}

function chooseAgeMs(random: Random): number {
  const days = random.chance(NEW_SHARE) ? random.integer(7, 80) : random.integer(95, 1100);
  return days * DAY_MS + random.integer(0, 23) * 3_600_000;
}

function fillIn(pattern: Wording, variant: Variant): Wording {
  return {
    en: pattern.en.replace('{v}', variant.en),
    de: pattern.de.replace('{v}', variant.de),
    ja: pattern.ja.replace('{v}', variant.ja),
  };
}

/** Joins two sentences; Japanese has no space between them. */
function joinSentences(first: Wording, second: Wording): Wording {
  return { en: `${first.en} ${second.en}`, de: `${first.de} ${second.de}`, ja: `${first.ja}${second.ja}` };
}
