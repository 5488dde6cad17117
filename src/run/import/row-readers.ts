/** Turns rows of import files into contacts, items, interactions and suppressions. */
import { checkAddress, hashAddress } from '../../content/address';
import type { ContactRow, Suppression } from '../../database/contacts';
import type { Interaction, Item } from '../../job/people';
import { Cells, type Problems } from './cells';
import type { FileRow } from './read-rows';

/** One kind of file: its columns and how a row is read. */
export interface RowReader<Row> {
  readonly required: readonly string[];
  readonly known: readonly string[];
  /** Column that must not repeat within the file; none for files that may. */
  readonly key?: string;
  read(row: FileRow, problems: Problems, warn: (kind: string) => void): Row;
}

const CONTACT_COLUMNS = [
  'user_id',
  'email',
  'first_name',
  'last_name',
  'locale',
  'country',
  'time_zone',
  'phone',
  'consent',
  'consent_at',
  'consent_source',
];
const ITEM_COLUMNS = ['item_id', 'title', 'url', 'image', 'price', 'currency', 'categories', 'stock', 'created_at'];

export const contactReader: RowReader<ContactRow> = {
  required: ['user_id'],
  known: CONTACT_COLUMNS,
  key: 'user_id',
  read: (row, problems, warn) => {
    const cells = new Cells(row, problems);
    const email = cells.text('email')?.trim();
    const usable = email !== undefined && checkAddress(email).ok;
    if (email !== undefined && !usable) warn('addresses that can not be written to');
    const consentAt = cells.time('consent_at');
    const contact = defined({
      userId: cells.id('user_id'),
      email,
      firstName: cells.text('first_name'),
      lastName: cells.text('last_name'),
      locale: cells.matching('locale', { read: readLocale, expected: 'a BCP 47 locale', example: 'de-AT' }),
      country: cells.matching('country', {
        read: readCountry,
        expected: 'an ISO 3166-1 alpha-2 country',
        example: 'DE',
      }),
      timeZone: cells.matching('time_zone', {
        read: readZone,
        expected: 'an IANA time zone',
        example: 'Europe/Berlin',
      }),
      phone: cells.text('phone'),
      consent: readConsent(cells),
      consentAt: consentAt === undefined ? undefined : new Date(consentAt).toISOString(),
      consentSource: cells.text('consent_source'),
      attributes: cells.attributes(new Set(CONTACT_COLUMNS)),
    });
    return { contact, addressHash: usable ? hashAddress(email) : undefined };
  },
};

export const itemReader: RowReader<Item> = {
  required: ['item_id', 'title'],
  known: ITEM_COLUMNS,
  key: 'item_id',
  read: (row, problems) => {
    const cells = new Cells(row, problems);
    const title = cells.text('title')?.trim() ?? '';
    if (title === '') cells.refuse('title', { value: '', expected: 'a text', fix: 'fill title in, or remove the row' });
    const createdAt = cells.time('created_at');
    return defined({
      itemId: cells.id('item_id'),
      title,
      url: cells.text('url'),
      image: cells.text('image'),
      price: cells.number('price', { least: 0, whole: false }),
      currency: cells.matching('currency', {
        read: (text) => (/^[A-Za-z]{3}$/.test(text) ? text.toUpperCase() : undefined),
        expected: 'an ISO 4217 currency',
        example: 'EUR',
      }),
      categories: (cells.text('categories') ?? '')
        .split('|')
        .map((name) => name.trim())
        .filter((name) => name !== ''),
      stock: cells.number('stock', { least: 0, whole: true }),
      createdAt: createdAt === undefined ? undefined : new Date(createdAt).toISOString(),
      attributes: cells.attributes(new Set(ITEM_COLUMNS)),
    });
  },
};

export const interactionReader: RowReader<Interaction> = {
  required: ['user_id', 'item_id', 'timestamp'],
  known: ['user_id', 'item_id', 'timestamp', 'event_type', 'event_value'],
  read: (row, problems) => {
    const cells = new Cells(row, problems);
    const at = cells.time('timestamp');
    if (row.cells.timestamp === undefined)
      cells.refuse('timestamp', {
        value: '',
        expected: 'epoch seconds or an ISO 8601 time',
        fix: 'fill timestamp in, or remove the row',
      });
    return defined({
      userId: cells.id('user_id'),
      itemId: cells.id('item_id'),
      timestamp: (at ?? 0) / 1000,
      eventType: cells.text('event_type'),
      eventValue: cells.number('event_value', { least: Number.NEGATIVE_INFINITY, whole: false }),
    });
  },
};

/** Reads suppressions; `now` (epoch ms) stands where a row has no time. */
export function suppressionReader(now: number): RowReader<Suppression> {
  return {
    required: ['email'],
    known: ['email', 'reason', 'at', 'source'],
    read: (row, problems) => {
      const cells = new Cells(row, problems);
      const email = cells.text('email')?.trim() ?? '';
      if (!email.includes('@'))
        cells.refuse('email', { value: email, expected: 'an e-mail address', fix: 'fill email in, or remove the row' });
      return {
        addressHash: hashAddress(email),
        reason: cells.text('reason') ?? 'manual',
        source: cells.text('source') ?? 'import',
        at: cells.time('at') ?? now,
      };
    },
  };
}

function readConsent(cells: Cells): boolean | readonly string[] | undefined {
  const text = cells.text('consent')?.trim();
  if (text === undefined) return undefined;
  if (text === 'true' || text === 'false') return text === 'true';
  const topics = text.split('|').map((topic) => topic.trim());
  if (topics.every((topic) => /^[a-z][a-z0-9-]*$/.test(topic) && !['yes', 'no', 'y', 'n', 'on', 'off'].includes(topic)))
    return topics;
  cells.refuse('consent', {
    value: text,
    expected: 'true, false, or topics by |',
    fix: 'write consent as true, false, or nightly-picks|news',
  });
  return undefined;
}

function readLocale(text: string): string | undefined {
  try {
    return Intl.getCanonicalLocales(text.replaceAll('_', '-'))[0];
  } catch {
    return undefined;
  }
}

function readCountry(text: string): string | undefined {
  return /^[A-Za-z]{2}$/.test(text) ? text.toUpperCase() : undefined;
}

const zones = new Map<string, boolean>();

function readZone(text: string): string | undefined {
  const known = zones.get(text);
  if (known !== undefined) return known ? text : undefined;
  try {
    new Intl.DateTimeFormat('en', { timeZone: text });
    zones.set(text, true);
    return text;
  } catch {
    zones.set(text, false);
    return undefined;
  }
}

type Defined<T> = { [K in keyof T as undefined extends T[K] ? never : K]: T[K] } & {
  [K in keyof T as undefined extends T[K] ? K : never]?: Exclude<T[K], undefined>;
};

/** Leaves members out that are undefined. */
function defined<T extends object>(value: T): Defined<T> {
  return Object.fromEntries(Object.entries(value).filter(([, member]) => member !== undefined)) as Defined<T>;
}
