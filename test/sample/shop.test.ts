/** Checks the sample shop as a whole: sizes, gaps, uniqueness, and that a seed decides everything. */

import { createHash } from 'node:crypto';
import { contactsCsv, interactionsCsv, itemsCsv, suppressionsCsv } from '../../src/sample/csv';
import { generateShop, type Shop } from '../../src/sample/shop';

const DAY_MS = 86_400_000;
const shop = generateShop(1);
const { contacts, items, interactions, unsubscribed } = shop;
const count = <T>(list: readonly T[], test: (entry: T) => boolean): number => list.filter(test).length;
const distinct = <T>(list: readonly T[]): number => new Set(list).size;

function digest(of: Shop): string {
  const hash = createHash('sha256');
  for (const text of [of.slot, contactsCsv(of), itemsCsv(of), interactionsCsv(of), suppressionsCsv(of)])
    hash.update(text);
  for (const { userId } of of.contacts.slice(0, 50))
    hash.update(of.items.map(({ itemId }) => of.affinity(userId, itemId)).join());
  return hash.digest('hex');
}

describe('a seed', () => {
  it('gives the same shop twice', () => {
    expect(digest(generateShop(1))).toBe(digest(shop));
  });

  it('gives another shop than another seed', () => {
    const other = generateShop(2);
    expect(digest(other)).not.toBe(digest(shop));
    expect(other.slot).not.toBe(shop.slot);
  });

  it('gives this very shop on every machine', () => {
    expect(digest(shop)).toMatchInlineSnapshot(`"573d95f4de8608d8a273f49cfab332bcd6befbf39eccd8fb42feffc9ea457c0b"`);
  });

  it('fixes the slot and the night that belongs to it', () => {
    expect(shop.slot).toMatch(/^2026-\d\d-\d\d$/);
    expect(new Date(shop.now).toISOString()).toBe(`${shop.slot}T02:00:00.000Z`);
  });
});

describe('the contacts', () => {
  it('are 1,200 with ids of their own, in order', () => {
    const ids = contacts.map((contact) => contact.userId);
    expect(ids).toHaveLength(1200);
    expect(distinct(ids)).toBe(1200);
    expect([...ids].sort()).toEqual(ids);
  });

  it('have the gaps that real lists have', () => {
    const addresses = contacts.flatMap((contact) => contact.email ?? []);
    expect(count(contacts, (contact) => !contact.consent)).toBe(36);
    expect(count(contacts, (contact) => contact.email === undefined)).toBe(24);
    expect(addresses.length - distinct(addresses)).toBe(8);
    expect(unsubscribed).toHaveLength(24);
    expect(unsubscribed.every(({ email }) => addresses.includes(email))).toBe(true);
  });

  it('leave more than a thousand addresses that can be written to', () => {
    const suppressed = new Set(unsubscribed.map(({ email }) => email));
    const mailable = contacts.filter((contact) => contact.consent && contact.email && !suppressed.has(contact.email));
    expect(distinct(mailable.map((contact) => contact.email))).toBe(1108);
  });

  it('use only domains that are reserved for examples', () => {
    const hosts = contacts.flatMap((contact) => contact.email?.split('@')[1] ?? []);
    expect(hosts.length).toBeGreaterThan(1100);
    expect(hosts.filter((host) => !/(^|\.)example(\.org|\.net|\.com)?$/.test(host))).toEqual([]);
  });

  it('have addresses in plain ASCII', () => {
    const odd = contacts.filter(({ email }) => email !== undefined && !/^[a-z]+[._]?[a-z]+\d*@[a-z.]+$/.test(email));
    expect(odd).toEqual([]);
  });

  it('bear names and live in places that fit their language', () => {
    const japanese = contacts.filter((contact) => contact.locale === 'ja');
    const german = contacts.filter((contact) => contact.locale === 'de');
    expect(count(japanese, ({ lastName }) => /^[\p{Script=Han}々]+$/u.test(lastName))).toBe(japanese.length);
    expect(japanese.every((contact) => contact.timeZone === 'Asia/Tokyo' && contact.country === 'JP')).toBe(true);
    expect(count(german, ({ lastName }) => /[äöüß]/.test(lastName))).toBeGreaterThan(german.length / 5);
    expect(german.every(({ country }) => ['DE', 'AT', 'CH'].includes(country))).toBe(true);
    expect(count(contacts, (contact) => contact.locale === 'en')).toBeGreaterThan(500);
    expect(japanese.length).toBeGreaterThan(150);
  });

  it('live in time zones that exist', () => {
    const zones = new Set(contacts.map((contact) => contact.timeZone));
    for (const timeZone of zones) expect(() => new Intl.DateTimeFormat('en', { timeZone })).not.toThrow();
  });

  it('consented, where they did, before the history begins', () => {
    for (const { consent, consentAt, consentSource } of contacts) {
      expect(consentAt !== undefined && Date.parse(consentAt) < shop.now - 90 * DAY_MS).toBe(consent);
      expect(consentSource !== undefined).toBe(consent);
    }
  });
});

describe('the items', () => {
  it('are 50 in each of twelve categories, with ids of their own', () => {
    const categories = items.map((item) => item.categories[0]);
    expect(items).toHaveLength(600);
    expect(distinct(items.map((item) => item.itemId))).toBe(600);
    expect(distinct(categories)).toBe(12);
    for (const category of new Set(categories)) expect(count(categories, (name) => name === category)).toBe(50);
  });

  it.each(['en', 'de', 'ja'] as const)('have titles of their own in %s, with nothing left to fill in', (locale) => {
    const titles = items.map((item) => item.title[locale]);
    expect(distinct(titles)).toBe(600);
    expect(titles.filter((title) => /[{}]|undefined/.test(title))).toEqual([]);
    expect(items.filter((item) => /[{}]|undefined/.test(item.description[locale]))).toEqual([]);
  });

  it('have prices with two decimals at most, a few of them sold out', () => {
    expect(items.filter(({ price }) => price < 5 || price > 480 || Number(price.toFixed(2)) !== price)).toEqual([]);
    expect(count(items, (item) => item.stock === 0)).toBe(12);
    expect(distinct(items.map((item) => item.currency))).toBe(1);
  });

  it('link to pages and pictures on the example shop', () => {
    for (const { itemId, url, image } of items) {
      expect(url).toBe(`https://shop.example/items/${itemId}`);
      expect(image).toBe(`https://shop.example/pictures/${itemId}.png`);
    }
  });

  it('include some that are new', () => {
    const fresh = count(items, (item) => Date.parse(item.createdAt) > shop.now - 90 * DAY_MS);
    expect(fresh).toBeGreaterThan(40);
    expect(fresh).toBeLessThan(110);
  });
});

describe('the interactions', () => {
  const created = new Map(items.map((item) => [item.itemId, Date.parse(item.createdAt)]));
  const share = (type: string): number =>
    count(interactions, (event) => event.eventType === type) / interactions.length;

  it('are about 60,000 within the 90 days before the night, in order of time', () => {
    const times = interactions.map((event) => event.timestamp * 1000);
    expect(Math.abs(interactions.length - 60_000)).toBeLessThan(3000);
    expect(times.every((time, index) => index === 0 || time >= (times[index - 1] ?? 0))).toBe(true);
    expect(times[0]).toBeGreaterThanOrEqual(shop.now - 90 * DAY_MS);
    expect(times.at(-1)).toBeLessThan(shop.now);
  });

  it('are mostly views, some carts and fewer purchases, at the price paid', () => {
    expect(share('view')).toBeGreaterThan(0.7);
    expect(share('cart')).toBeGreaterThan(0.05);
    expect(share('purchase')).toBeGreaterThan(0.03);
    expect(share('purchase')).toBeLessThan(share('cart'));
    const price = new Map(items.map((item) => [item.itemId, item.price]));
    const wrong = interactions.filter(
      (event) => event.eventValue !== (event.eventType === 'purchase' ? price.get(event.itemId) : undefined),
    );
    expect(wrong).toEqual([]);
  });

  it('never repeat person, item, time and type', () => {
    const keys = interactions.map((event) => [event.userId, event.itemId, event.timestamp, event.eventType].join());
    expect(distinct(keys)).toBe(keys.length);
  });

  it('concern only items that the shop had at that time, and known people', () => {
    const users = new Set(contacts.map((contact) => contact.userId));
    const early = interactions.filter((event) => event.timestamp * 1000 < (created.get(event.itemId) ?? Infinity));
    expect(early).toEqual([]);
    expect(interactions.filter((event) => !users.has(event.userId))).toEqual([]);
  });

  it('have a long tail, and leave a few people without any', () => {
    const perItem = new Map<string, number>();
    for (const { itemId } of interactions) perItem.set(itemId, (perItem.get(itemId) ?? 0) + 1);
    const counts = [...perItem.values()].sort((one, other) => other - one);
    const head = counts.slice(0, 60).reduce((sum, value) => sum + value, 0) / interactions.length;
    expect(head).toBeGreaterThan(0.25);
    expect(head).toBeLessThan(0.6);
    const silent = 1200 - distinct(interactions.map((event) => event.userId));
    expect(silent).toBeGreaterThan(4);
    expect(silent).toBeLessThan(40);
  });
});

describe('affinity', () => {
  it('lies over 0 and at most at 1', () => {
    const values = contacts
      .slice(0, 100)
      .flatMap(({ userId }) => items.map(({ itemId }) => shop.affinity(userId, itemId)));
    expect(Math.min(...values)).toBeGreaterThan(0);
    expect(Math.max(...values)).toBeLessThanOrEqual(1);
  });

  it('refuses ids that the shop does not have', () => {
    expect(() => shop.affinity('u0001', 'nothing')).toThrow('the sample shop has no "nothing"');
  });
});
