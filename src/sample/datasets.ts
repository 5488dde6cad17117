/** Writes the sample shop as the three datasets of Amazon Personalize, each a CSV file with its Avro schema. */

import { writeCsv } from './csv';
import type { Shop } from './shop';

/** One dataset: the schema as the JSON string that CreateSchema takes, and a CSV whose header has the fields' order. */
export interface PersonalizeDataset {
  readonly schema: string;
  readonly csv: string;
}

/** The datasets of a custom dataset group. */
export interface PersonalizeDatasets {
  readonly interactions: PersonalizeDataset;
  readonly items: PersonalizeDataset;
  readonly users: PersonalizeDataset;
}

interface Field {
  readonly name: string;
  readonly type: 'string' | 'float' | 'long';
  /** Strings of metadata are used in training only if they are marked so. */
  readonly categorical?: true;
  /** Text that similar items are found by. */
  readonly textual?: true;
}

type Cell = string | number;

/**
 * Writes interactions (USER_ID, ITEM_ID, TIMESTAMP, EVENT_TYPE), items (ITEM_ID, ITEM_NAME, DESCRIPTION, CATEGORY, PRICE,
 * CREATION_TIMESTAMP) and users (USER_ID, LOCALE, COUNTRY, SEGMENT). Times are epoch seconds; several categories of an item are joined by `|`.
 */
export function personalizeDatasets(shop: Pick<Shop, 'contacts' | 'items' | 'interactions'>): PersonalizeDatasets {
  return { interactions: writeInteractions(shop), items: writeItems(shop), users: writeUsers(shop) };
}

function writeInteractions({ interactions }: Pick<Shop, 'interactions'>): PersonalizeDataset {
  const fields: Field[] = [
    { name: 'USER_ID', type: 'string' },
    { name: 'ITEM_ID', type: 'string' },
    { name: 'TIMESTAMP', type: 'long' },
    { name: 'EVENT_TYPE', type: 'string' },
  ];
  return writeDataset('Interactions', {
    fields,
    rows: interactions.map((event) => [event.userId, event.itemId, event.timestamp, event.eventType]),
  });
}

function writeItems({ items }: Pick<Shop, 'items'>): PersonalizeDataset {
  const fields: Field[] = [
    { name: 'ITEM_ID', type: 'string' },
    { name: 'ITEM_NAME', type: 'string' },
    { name: 'DESCRIPTION', type: 'string', textual: true },
    { name: 'CATEGORY', type: 'string', categorical: true },
    { name: 'PRICE', type: 'float' },
    { name: 'CREATION_TIMESTAMP', type: 'long' },
  ];
  return writeDataset('Items', {
    fields,
    rows: items.map((item) => [
      item.itemId,
      item.title.en,
      item.description.en,
      item.categories.join('|'),
      item.price.toFixed(2),
      Math.floor(Date.parse(item.createdAt) / 1000),
    ]),
  });
}

function writeUsers({ contacts }: Pick<Shop, 'contacts'>): PersonalizeDataset {
  const fields: Field[] = [
    { name: 'USER_ID', type: 'string' },
    { name: 'LOCALE', type: 'string', categorical: true },
    { name: 'COUNTRY', type: 'string', categorical: true },
    { name: 'SEGMENT', type: 'string', categorical: true },
  ];
  return writeDataset('Users', {
    fields,
    rows: contacts.map((contact) => [contact.userId, contact.locale, contact.country, contact.segment]),
  });
}

function writeDataset(
  name: string,
  { fields, rows }: { readonly fields: readonly Field[]; readonly rows: readonly (readonly Cell[])[] },
): PersonalizeDataset {
  const namespace = 'com.amazonaws.personalize.schema';
  return {
    schema: JSON.stringify({ type: 'record', name, namespace, fields, version: '1.0' }),
    csv: writeCsv(
      fields.map((field) => field.name),
      rows,
    ),
  };
}
