/** Writes what was imported as the datasets of Personalize: schemas from the columns, rows streamed as CSV. */
import { currentCatalogueVersion, readCatalogue } from '../../database/catalogue';
import type { Database } from '../../database/connecting/connection';
import { streamContactPages } from '../../database/people/contact-pages';
import { countContacts } from '../../database/people/contacts';
import { listEventTypes, streamInteractions } from '../../database/people/interactions';
import type { Contact, Item } from '../../job/people';
import type { Dataset } from './dataset-text';
import { type AttributeField, cellOf, tallyAttributes } from './fields';
import type { FormerFields, SchemaField } from './former-fields';

/** The datasets, and what they can teach. */
export interface OwnDatasets {
  readonly datasets: readonly Dataset[];
  /** Fields of the items by which segments can be asked for, such as CATEGORIES. */
  readonly itemAttributes: readonly string[];
  /** Fields that only stay because the datasets had them. */
  readonly kept: readonly KeptField[];
}

/** A field that would not be there in a new dataset. */
export interface KeptField {
  readonly dataset: Dataset['type'];
  readonly field: string;
  /** `gone`: no row has the attribute, all its values are null. `texts`: only those that are numbers have a value. */
  readonly reason: 'gone' | 'texts';
}

type Cell = string | number | undefined;

const CATEGORICAL = { type: ['null', 'string'], categorical: true } as const;
const NUMBER = { type: ['null', 'float'] } as const;

/**
 * Derives the datasets. Fields that nightjar knows are always there, so that later imports fit the schema; e-mail
 * addresses, names and phone numbers are never written.
 */
export async function describeOwnData(db: Database, former: FormerFields): Promise<OwnDatasets> {
  const catalogue = await readCatalogue(db, await currentCatalogueVersion(db));
  const items = [...catalogue.values()].sort((a, b) => (a.itemId < b.itemId ? -1 : 1));
  const itemFields = chooseItemFields(items, former.Items ?? []);
  const userFields = await chooseUserFields(db, former.Users ?? []);
  const datasets = [
    await interactionsOf(db),
    ...(items.length === 0 ? [] : [itemsOf(items, { own: itemFields, former: former.Items ?? [] })]),
    ...((await countContacts(db)) === 0 ? [] : [usersOf(db, { own: userFields, former: former.Users ?? [] })]),
  ];
  const hasCategories = items.some((item) => item.categories.length > 0);
  const itemAttributes = [
    ...(hasCategories ? ['CATEGORIES'] : []),
    ...itemFields.filter(({ type, kept }) => type === 'categorical' && kept === undefined).map(({ field }) => field),
  ];
  return { datasets, itemAttributes, kept: [...listKept('Items', itemFields), ...listKept('Users', userFields)] };
}

function listKept(dataset: Dataset['type'], fields: readonly AttributeField[]): readonly KeptField[] {
  return fields.flatMap(({ field, kept }) => (kept === undefined ? [] : [{ dataset, field, reason: kept }]));
}

/** Personalize takes ten event types and optional columns together, of which there are two. */
const MOST_EVENT_TYPES = 8;
const NO_EVENT_TYPE = 'interaction';

async function interactionsOf(db: Database): Promise<Dataset> {
  const types = (await listEventTypes(db)).map((type) => type || NO_EVENT_TYPE);
  const kept = new Set(types.length <= MOST_EVENT_TYPES ? types : types.slice(0, MOST_EVENT_TYPES - 1));
  const fields: SchemaField[] = [
    { name: 'USER_ID', type: 'string' },
    { name: 'ITEM_ID', type: 'string' },
    { name: 'TIMESTAMP', type: 'long' },
    { name: 'EVENT_TYPE', type: 'string' },
    { name: 'EVENT_VALUE', ...NUMBER },
  ];
  const rows = async function* (): AsyncGenerator<readonly Cell[]> {
    for await (const { userId, itemId, timestamp, eventType = NO_EVENT_TYPE, eventValue } of streamInteractions(db)) {
      yield [userId, itemId, Math.floor(timestamp), kept.has(eventType) ? eventType : 'other', eventValue];
    }
  };
  return makeDataset('Interactions', fields, rows);
}

const ITEM_FIELDS: ReadonlySet<string> = new Set(['ITEM_ID', 'CATEGORIES', 'PRICE', 'CREATION_TIMESTAMP']);
const MOST_ITEM_FIELDS = 50;

function chooseItemFields(items: readonly Item[], former: readonly SchemaField[]): readonly AttributeField[] {
  const tally = tallyAttributes();
  for (const item of items) tally.add(item.attributes);
  return tally.fields({ reserved: ITEM_FIELDS, most: MOST_ITEM_FIELDS, former });
}

/** The fields of attributes, and all those that the dataset has already. */
interface Fields {
  readonly own: readonly AttributeField[];
  readonly former: readonly SchemaField[];
}

function itemsOf(items: readonly Item[], { own, former }: Fields): Dataset {
  const fields: SchemaField[] = [
    { name: 'ITEM_ID', type: 'string' },
    { name: 'CATEGORIES', ...CATEGORICAL },
    { name: 'PRICE', ...NUMBER },
    { name: 'CREATION_TIMESTAMP', type: ['null', 'long'] },
    ...own.map(fieldOf),
  ];
  const rows = async function* (): AsyncGenerator<readonly Cell[]> {
    for (const { itemId, categories, price, createdAt, attributes } of items) {
      const created = createdAt === undefined ? undefined : Math.floor(Date.parse(createdAt) / 1000);
      yield [itemId, categories.join('|'), price, created, ...own.map((field) => cellOf(field, attributes))];
    }
  };
  return makeDataset('Items', asBefore(fields, former), rows);
}

const USER_FIELDS: ReadonlySet<string> = new Set(['USER_ID', 'LOCALE', 'COUNTRY']);
const MOST_USER_FIELDS = 20;

async function chooseUserFields(db: Database, former: readonly SchemaField[]): Promise<readonly AttributeField[]> {
  const tally = tallyAttributes();
  for await (const page of streamContactPages(db, undefined, { columns: ['attributes'] })) {
    for (const { contact } of page) tally.add(contact.attributes);
  }
  return tally.fields({ reserved: USER_FIELDS, most: MOST_USER_FIELDS, former });
}

function usersOf(db: Database, { own, former }: Fields): Dataset {
  const fields: SchemaField[] = [
    { name: 'USER_ID', type: 'string' },
    { name: 'LOCALE', ...CATEGORICAL },
    { name: 'COUNTRY', ...CATEGORICAL },
    ...own.map(fieldOf),
  ];
  const cells = ({ userId, locale, country, attributes }: Contact): readonly Cell[] => [
    userId,
    locale,
    country,
    ...own.map((field) => cellOf(field, attributes)),
  ];
  const rows = async function* (): AsyncGenerator<readonly Cell[]> {
    const columns = ['locale', 'country', 'attributes'];
    for await (const page of streamContactPages(db, undefined, { columns })) {
      for (const { contact } of page) yield cells(contact);
    }
  };
  return makeDataset('Users', asBefore(fields, former), rows);
}

function fieldOf({ field, type }: AttributeField): SchemaField {
  return { name: field, ...(type === 'number' ? NUMBER : CATEGORICAL) };
}

/** A field that the dataset has is written as it has it: a schema that says otherwise would be refused. */
function asBefore(fields: readonly SchemaField[], former: readonly SchemaField[]): readonly SchemaField[] {
  return fields.map((field) => former.find(({ name }) => name === field.name) ?? field);
}

function makeDataset(
  type: Dataset['type'],
  fields: readonly SchemaField[],
  rows: () => AsyncIterable<readonly Cell[]>,
): Dataset {
  const namespace = 'com.amazonaws.personalize.schema';
  return {
    type,
    schema: JSON.stringify({ type: 'record', name: type, namespace, fields, version: '1.0' }),
    csv: () => writeRows([fields.map((field) => field.name)], rows()),
  };
}

const CHUNK_CHARACTERS = 65_536;

async function* writeRows(
  header: readonly (readonly Cell[])[],
  rows: AsyncIterable<readonly Cell[]>,
): AsyncGenerator<string> {
  let text = header.map(writeRow).join('');
  for await (const row of rows) {
    text += writeRow(row);
    if (text.length < CHUNK_CHARACTERS) continue;
    yield text;
    text = '';
  }
  if (text !== '') yield text;
}

function writeRow(cells: readonly Cell[]): string {
  return `${cells.map((cell) => writeCell(cell === undefined ? '' : String(cell))).join(',')}\n`;
}

function writeCell(text: string): string {
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
