/** Streams contacts in pages, each column of a page as one text: several times faster than row by row. */
import { type RawBuilder, sql } from 'kysely';
import { z } from 'zod';
import type { SuppressionScope } from '../../content/suppression';
import type { Database } from '../connecting/connection';
import { makeContacts } from './contact-columns';
import { findContacts, type StoredContact } from './contacts';
import { readSieve, type SuppressionSieve } from './suppression-sieve';

/** Columns that a reader may do without, with what is read of them; `user_id` is always read. */
const COLUMNS = new Map([
  ['email', sql`email`],
  ['first_name', sql`first_name`],
  ['last_name', sql`last_name`],
  ['locale', sql`locale`],
  ['country', sql`country`],
  ['time_zone', sql`time_zone`],
  ['phone', sql`phone`],
  ['consent', sql`consent::text`],
  ['consent_at', sql`to_char(consent_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`],
  ['consent_source', sql`consent_source`],
  ['attributes', sql`nullif(attributes::text, '{}')`],
]);
/** What a suppression may name beside the user. */
const SUBJECTS = new Map<string, { readonly scope: SuppressionScope; readonly value: RawBuilder<unknown> }>([
  ['address_hash', { scope: 'address', value: sql`address_hash` }],
  ['address_domain', { scope: 'domain', value: sql`address_domain` }],
]);

export interface PageOptions {
  /** Import columns, and `attributes`; all unless told. Contacts lack the others, and their hash of the address. */
  readonly columns?: readonly string[];
  readonly pageRows?: number;
}

/** The first page is small, for readers that want a few contacts only. */
const FIRST_ROWS = 1000;
const PAGE_ROWS = 8000;
const PAGE_CHARACTERS = 16 * 1024 * 1024;
const LEAST_ROWS = 100;

/**
 * Streams all contacts in the byte order of `user_id`; no page is empty. An empty text counts as none.
 * The next page is read while one is worked on. What changes meanwhile may or may not be seen; suppressions are those at
 * the beginning.
 * @param topic whose suppressions count beside those of every job: the job's name
 */
export async function* streamContactPages(
  db: Database,
  topic?: string,
  { columns, pageRows = PAGE_ROWS }: PageOptions = {},
): AsyncGenerator<readonly StoredContact[]> {
  const sieve = await readSieve(db, topic);
  const names = [...COLUMNS.keys()].filter((name) => columns === undefined || columns.includes(name));
  const subjects = [...SUBJECTS].flatMap(([name, { scope }]) =>
    columns === undefined || sieve.scopes.has(scope) ? [name] : [],
  );
  const wanted = { names: ['user_id', ...names, ...subjects], topic, sieve };
  let limit = Math.min(FIRST_ROWS, pageRows);
  let next: Promise<Page> | undefined = readPage(db, { ...wanted, after: undefined, limit });
  try {
    while (next !== undefined) {
      const page: Page = await next;
      const isLast = page.rows < limit;
      limit = Math.min(pageRows, rowsThatFit(page));
      next = isLast ? undefined : readPage(db, { ...wanted, after: page.last, limit });
      // Until it is awaited, a failure must not end the process.
      next?.catch(() => undefined);
      if (page.contacts.length > 0) yield page.contacts;
    }
  } finally {
    await next?.catch(() => undefined);
  }
}

/** Contacts with long attributes come in smaller pages, by what those of the page before took. */
function rowsThatFit({ rows, characters }: Page): number {
  return Math.max(LEAST_ROWS, Math.floor((PAGE_CHARACTERS * rows) / Math.max(1, characters)));
}

interface Page {
  readonly contacts: readonly StoredContact[];
  /** In the database; some may be gone since. */
  readonly rows: number;
  readonly characters: number;
  /** The user id of the last row. */
  readonly last: string | undefined;
}

interface PageCase {
  readonly names: readonly string[];
  readonly after: string | undefined;
  readonly limit: number;
  readonly topic: string | undefined;
  readonly sieve: SuppressionSieve;
}

/** Parts the values of a column; a page where a value holds it is read in another way. */
const SEPARATOR = '\x1e';

const textsSchema = z.record(z.string(), z.union([z.string(), z.number()]).nullable());

async function readPage(db: Database, page: PageCase): Promise<Page> {
  const texts = textsSchema.parse((await pageQuery(page).execute(db)).rows[0]);
  const rows = Number(texts.rows);
  if (rows === 0) return { contacts: [], rows, characters: 0, last: undefined };
  const columns = new Map(page.names.map((name) => [name, String(texts[name]).split(SEPARATOR)]));
  const isClear = [...columns.values()].every((values) => values.length === rows);
  if (!isClear) return readByRow(db, page);
  const characters = page.names.reduce((sum, name) => sum + String(texts[name]).length, 0);
  const contacts = await addSuppressions(db, { contacts: makeContacts(columns), columns, page });
  return { contacts, rows, characters, last: contacts.at(-1)?.contact.userId };
}

function pageQuery({ names, after, limit }: PageCase) {
  const lists = names.map((name) => {
    const value = COLUMNS.get(name) ?? SUBJECTS.get(name)?.value ?? sql`user_id`;
    return sql`string_agg(coalesce(${value}, ''), ${sql.lit(SEPARATOR)}) AS ${sql.ref(name)}`;
  });
  const where = after === undefined ? sql`` : sql`WHERE user_id > ${after}`;
  return sql`
    SELECT count(*) AS rows, ${sql.join(lists)}
    FROM (SELECT * FROM contact ${where} ORDER BY user_id LIMIT ${sql.lit(limit)}) page`;
}

interface PageRead {
  readonly contacts: readonly StoredContact[];
  readonly columns: ReadonlyMap<string, readonly string[]>;
  readonly page: PageCase;
}

/** Asks the database only about those whom the sieve does not let through. */
async function addSuppressions(
  db: Database,
  { contacts, columns, page: { sieve, topic } }: PageRead,
): Promise<readonly StoredContact[]> {
  if (sieve.isEmpty) return contacts;
  const [hashes = [], domains = []] = [...SUBJECTS.keys()].map((name) => columns.get(name));
  const places: number[] = [];
  for (const [place, { contact }] of contacts.entries()) {
    if (sieve.mayHold(contact.userId, hashes[place] ?? '', domains[place] ?? '')) places.push(place);
  }
  if (places.length === 0) return contacts;
  const ids = places.flatMap((place) => contacts[place]?.contact.userId ?? []);
  const found = await findContacts(db, ids, topic);
  const told = [...contacts];
  for (const place of places) {
    const stored = contacts[place];
    const suppression = stored === undefined ? undefined : found.get(stored.contact.userId)?.suppression;
    if (stored !== undefined && suppression !== undefined) told[place] = { ...stored, suppression };
  }
  return told;
}

async function readByRow(db: Database, { after, limit, topic }: PageCase): Promise<Page> {
  const where = after === undefined ? sql`` : sql`WHERE user_id > ${after}`;
  const page = await sql<{ user_id: string }>`
    SELECT user_id FROM contact ${where} ORDER BY user_id LIMIT ${sql.lit(limit)}`.execute(db);
  const ids = page.rows.map((row) => row.user_id);
  const found = await findContacts(db, ids, topic);
  return { contacts: ids.flatMap((id) => found.get(id) ?? []), rows: ids.length, characters: 0, last: ids.at(-1) };
}
