/** Writes the sample shop as the CSV files that a team would import. */

import type { Shop } from './shop';

type Cell = string | number | boolean | undefined;

/** Writes rows as CSV (RFC 4180, but lines end in a line feed): quotes only where needed, undefined as an empty cell. */
export function writeCsv(header: readonly string[], rows: Iterable<readonly Cell[]>): string {
  const lines = [header.join(',')];
  for (const row of rows) lines.push(row.map(writeCell).join(','));
  return `${lines.join('\n')}\n`;
}

function writeCell(cell: Cell): string {
  const text = cell === undefined ? '' : String(cell);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** Writes the contacts; `segment`, `favourite_store` and `last_order` (the day, UTC; empty for none) are attributes. */
export function contactsCsv(shop: Pick<Shop, 'contacts' | 'interactions'>): string {
  const header =
    'user_id,email,first_name,last_name,locale,country,time_zone,consent,consent_at,consent_source,segment,favourite_store,last_order';
  const orderedOn = lastOrders(shop);
  return writeCsv(
    header.split(','),
    shop.contacts.map((contact) => [
      contact.userId,
      contact.email,
      contact.firstName,
      contact.lastName,
      contact.locale,
      contact.country,
      contact.timeZone,
      contact.consent,
      contact.consentAt,
      contact.consentSource,
      contact.segment,
      contact.favouriteStore,
      orderedOn.get(contact.userId),
    ]),
  );
}

/** User id → the day of the last purchase; events are ascending by time. */
function lastOrders({ interactions }: Pick<Shop, 'interactions'>): ReadonlyMap<string, string> {
  const purchases = interactions.filter(({ eventType }) => eventType === 'purchase');
  return new Map(
    purchases.map(({ userId, timestamp }) => [userId, new Date(timestamp * 1000).toISOString().slice(0, 10)]),
  );
}

/** Writes the items; descriptions and the titles in German and Japanese are attributes. */
export function itemsCsv(shop: Pick<Shop, 'items'>): string {
  const header =
    'item_id,title,url,image,price,currency,categories,stock,created_at,description,title_de,title_ja,description_de,description_ja';
  return writeCsv(
    header.split(','),
    shop.items.map((item) => [
      item.itemId,
      item.title.en,
      item.url,
      item.image,
      item.price.toFixed(2),
      item.currency,
      item.categories.join('|'),
      item.stock,
      item.createdAt,
      item.description.en,
      item.title.de,
      item.title.ja,
      item.description.de,
      item.description.ja,
    ]),
  );
}

/** Writes the events; `timestamp` is in epoch seconds, `event_value` the price paid for a purchase. */
export function interactionsCsv(shop: Pick<Shop, 'interactions'>): string {
  return writeCsv(
    ['user_id', 'item_id', 'timestamp', 'event_type', 'event_value'],
    shop.interactions.map((event) => [
      event.userId,
      event.itemId,
      event.timestamp,
      event.eventType,
      event.eventValue?.toFixed(2),
    ]),
  );
}

/** Writes who must not be written to, with the reason `unsubscribe`. */
export function suppressionsCsv(shop: Pick<Shop, 'unsubscribed'>): string {
  return writeCsv(
    ['email', 'reason', 'at'],
    shop.unsubscribed.map(({ email, at }) => [email, 'unsubscribe', at]),
  );
}
