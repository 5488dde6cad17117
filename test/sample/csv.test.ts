/** Checks the import files and the Personalize datasets of the sample shop, as a CSV library reads them. */

import { parse } from 'csv-parse/sync';
import { contactsCsv, interactionsCsv, itemsCsv, suppressionsCsv, writeCsv } from '../../src/sample/csv';
import { personalizeDatasets } from '../../src/sample/datasets';
import { generateShop } from '../../src/sample/shop';

const shop = generateShop(3);
const read = (csv: string): Record<string, string>[] => parse(csv, { columns: true });
const headerOf = (csv: string): string => csv.slice(0, csv.indexOf('\n'));

describe('the import files', () => {
  it('give contacts back', () => {
    const rows = read(contactsCsv(shop));
    expect(rows).toHaveLength(1200);
    for (const [index, row] of rows.entries()) {
      const contact = shop.contacts[index];
      expect([row.user_id, row.email, row.last_name, row.consent, row.consent_at]).toEqual([
        contact?.userId,
        contact?.email ?? '',
        contact?.lastName,
        String(contact?.consent),
        contact?.consentAt ?? '',
      ]);
    }
    expect(headerOf(contactsCsv(shop))).toBe(
      'user_id,email,first_name,last_name,locale,country,time_zone,consent,consent_at,consent_source,segment,favourite_store,last_order',
    );
  });

  it('say on which day each contact has bought last', () => {
    const last = new Map<string, number>();
    for (const { userId, eventType, timestamp } of shop.interactions) {
      if (eventType === 'purchase') last.set(userId, Math.max(timestamp, last.get(userId) ?? 0));
    }
    expect(last.size).toBeGreaterThan(600);
    for (const row of read(contactsCsv(shop))) {
      const at = last.get(row.user_id ?? '');
      expect(row.last_order).toBe(at === undefined ? '' : new Date(at * 1000).toISOString().slice(0, 10));
    }
  });

  it('give items back, in three languages', () => {
    const rows = read(itemsCsv(shop));
    expect(rows).toHaveLength(600);
    for (const [index, row] of rows.entries()) {
      const item = shop.items[index];
      expect([row.item_id, row.title, row.title_de, row.title_ja, row.categories, Number(row.price)]).toEqual([
        item?.itemId,
        item?.title.en,
        item?.title.de,
        item?.title.ja,
        item?.categories.join('|'),
        item?.price,
      ]);
    }
  });

  it('give interactions and suppressions back', () => {
    const events = read(interactionsCsv(shop));
    expect(events).toHaveLength(shop.interactions.length);
    expect(events.map((row) => Number(row.timestamp))).toEqual(shop.interactions.map((event) => event.timestamp));
    const suppressions = read(suppressionsCsv(shop));
    expect(suppressions.map((row) => row.email)).toEqual(shop.unsubscribed.map(({ email }) => email));
    expect(new Set(suppressions.map((row) => row.reason))).toEqual(new Set(['unsubscribe']));
  });

  it('quote only what needs it', () => {
    expect(
      writeCsv(
        ['a', 'b'],
        [
          ['x, "y"', undefined],
          [1.5, true],
          ['two\nlines', ''],
        ],
      ),
    ).toBe('a,b\n"x, ""y""",\n1.5,true\n"two\nlines",\n');
  });
});

describe('the datasets of Personalize', () => {
  const datasets = personalizeDatasets(shop);
  const names = { interactions: 'Interactions', items: 'Items', users: 'Users' } as const;

  it.each(['interactions', 'items', 'users'] as const)('have a schema whose fields are the header of %s', (kind) => {
    const { schema, csv } = datasets[kind];
    const { fields, ...rest } = JSON.parse(schema);
    expect(rest).toEqual({
      type: 'record',
      name: names[kind],
      namespace: 'com.amazonaws.personalize.schema',
      version: '1.0',
    });
    expect(fields.map((field: { name: string }) => field.name).join(',')).toBe(headerOf(csv));
  });

  it('mark their strings of metadata as categorical, and nothing else', () => {
    const marked = Object.values(datasets).flatMap(({ schema }) =>
      JSON.parse(schema).fields.flatMap((field: { name: string; categorical?: boolean }) =>
        field.categorical ? [field.name] : [],
      ),
    );
    expect(marked).toEqual(['CATEGORY', 'LOCALE', 'COUNTRY', 'SEGMENT']);
    const { fields } = JSON.parse(datasets.items.schema);
    expect(fields.filter((field: { textual?: boolean }) => field.textual)).toMatchObject([{ name: 'DESCRIPTION' }]);
  });

  it('count times in seconds and hold every row', () => {
    const items = read(datasets.items.csv);
    expect(items).toHaveLength(600);
    expect(read(datasets.users.csv)).toHaveLength(1200);
    expect(read(datasets.interactions.csv)).toHaveLength(shop.interactions.length);
    for (const [index, row] of items.entries())
      expect(Number(row.CREATION_TIMESTAMP)).toBe(Date.parse(shop.items[index]?.createdAt ?? '') / 1000);
  });
});
