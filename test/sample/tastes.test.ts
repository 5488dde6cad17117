/** Checks that people's hidden tastes can be found in their clicks, and only in their own. */

import { generateShop, type Shop } from '../../src/sample/shop';

const SHOWN = 6;

/** Recommends by item neighbours: cosine of the sets of people who looked at each item, summed over a person's own. */
function recommendByNeighbours(shop: Shop): number[][] {
  const itemAt = new Map(shop.items.map((item, index) => [item.itemId, index]));
  const seen = new Map(shop.contacts.map((contact) => [contact.userId, new Set<number>()]));
  for (const { userId, itemId } of shop.interactions) seen.get(userId)?.add(itemAt.get(itemId) ?? -1);
  const size = shop.items.length;
  const together = new Float64Array(size * size);
  for (const own of seen.values()) {
    for (const one of own)
      for (const other of own) together[one * size + other] = (together[one * size + other] ?? 0) + 1;
  }
  const norms = shop.items.map((_, item) => Math.sqrt(together[item * size + item] ?? 0));
  return [...seen.values()].map((own) => {
    const scores = new Float64Array(size);
    for (const one of own) {
      for (let other = 0; other < size; other++) {
        const both = one === other ? 0 : (together[one * size + other] ?? 0);
        if (both > 0) scores[other] = (scores[other] ?? 0) + both / ((norms[one] ?? 1) * (norms[other] ?? 1));
      }
    }
    return chooseBest(scores);
  });
}

function chooseBest(scores: Float64Array): number[] {
  const order = [...scores.keys()].sort((one, other) => (scores[other] ?? 0) - (scores[one] ?? 0) || one - other);
  return order.slice(0, SHOWN);
}

function listBestSellers(shop: Shop): number[] {
  const sold = new Map(shop.items.map((item) => [item.itemId, 0]));
  for (const { itemId, eventType } of shop.interactions)
    if (eventType === 'purchase') sold.set(itemId, (sold.get(itemId) ?? 0) + 1);
  return chooseBest(Float64Array.from(sold.values()));
}

function meanAffinity(shop: Shop, shownTo: (person: number) => readonly number[]): number {
  let sum = 0;
  for (const [person, { userId }] of shop.contacts.entries()) {
    for (const item of shownTo(person)) sum += shop.affinity(userId, shop.items[item]?.itemId ?? '');
  }
  return sum / (shop.contacts.length * SHOWN);
}

describe.each([1, 2026])('with seed %i', (seed) => {
  const shop = generateShop(seed);
  const recommended = recommendByNeighbours(shop);
  const sellers = listBestSellers(shop);
  const bestSellers = meanAffinity(shop, () => sellers);

  it('a plain recommender finds items that people like at least 1.5 times as much as the best sellers', () => {
    expect(meanAffinity(shop, (person) => recommended[person] ?? []) / bestSellers).toBeGreaterThan(1.5);
  });

  it('the recommendations of somebody else are liked no more than the best sellers', () => {
    const ofAnother = (person: number): readonly number[] => recommended[(person + 617) % 1200] ?? [];
    expect(meanAffinity(shop, ofAnother) / bestSellers).toBeLessThan(1.05);
  });
});
