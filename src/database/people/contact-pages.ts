/** Streams contacts in pages, each column of a page as one text: several times faster than row by row. */
import { type RawBuilder, sql } from 'kysely';
import { z } from 'zod';
import type { SuppressionScope } from '../../content/suppression';
import { type ContactColumns, ContactPage } from '../../job/contact-page';
import { SEPARATOR, TextColumn } from '../../job/text-column';
import type { Database } from '../connecting/connection';
import type { StoredContact } from './contacts';
import { readSieve, type SuppressionSieve } from './suppression-sieve';
import { joinSuppression } from './suppressions';

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
const PAGE_BYTES = 16 * 1024 * 1024;
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
  options: PageOptions = {},
): AsyncGenerator<readonly StoredContact[]> {
  for await (const page of streamContactColumns(db, topic, options)) {
    yield Array.from({ length: page.rows }, (_, row) => storedAt(page, row));
  }
}

/** What is stored of the contact of a row. */
export function storedAt(page: ContactPage, row: number): StoredContact {
  return {
    contact: page.contactAt(row),
    addressHash: page.column('address_hash')?.texts()[row] || undefined,
    suppression: page.suppressionAt(row),
  };
}

/** Streams what `streamContactPages` streams, in columns. */
export async function* streamContactColumns(
  db: Database,
  topic?: string,
  { columns, pageRows = PAGE_ROWS }: PageOptions = {},
): AsyncGenerator<ContactPage> {
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
      if (page.contacts !== undefined) yield page.contacts;
    }
  } finally {
    await next?.catch(() => undefined);
  }
}

/** Contacts with long attributes come in smaller pages, by what those of the page before took. */
function rowsThatFit({ rows, bytes }: Page): number {
  return Math.max(LEAST_ROWS, Math.floor((PAGE_BYTES * rows) / Math.max(1, bytes)));
}

interface Page {
  /** Undefined where there are none. */
  readonly contacts: ContactPage | undefined;
  readonly rows: number;
  readonly bytes: number;
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

const textsSchema = z.record(z.string(), z.union([z.string(), z.number()]).nullable());
const rowsSchema = z.array(z.record(z.string(), z.string()));

async function readPage(db: Database, page: PageCase): Promise<Page> {
  const columns = await readColumns(db, page);
  const userIds = columns?.get('user_id');
  if (columns === undefined || userIds === undefined)
    return { contacts: undefined, rows: 0, bytes: 0, last: undefined };
  const { rows } = userIds;
  const bytes = [...columns.values()].reduce((sum, column) => sum + column.bytes.length, 0);
  const suppressions = await findSuppressed(db, columns, page);
  return { contacts: new ContactPage(columns, suppressions), rows, bytes, last: userIds.textAt(rows - 1) };
}

/** Undefined where there are no more rows. */
async function readColumns(db: Database, page: PageCase): Promise<ContactColumns | undefined> {
  const lists = page.names.map((name) => sql`string_agg(${textOf(name)}, ${sql.lit(SEPARATOR)}) AS ${sql.ref(name)}`);
  const answer = await sql`SELECT count(*) AS rows, ${sql.join(lists)} FROM ${pageOf(page)}`.execute(db);
  const texts = textsSchema.parse(answer.rows[0]);
  const rows = Number(texts.rows);
  if (rows === 0) return undefined;
  const columns = new Map<string, TextColumn>();
  for (const name of page.names) {
    const column = TextColumn.split(String(texts[name]), rows);
    if (column === undefined) return readByRow(db, page);
    columns.set(name, column);
  }
  return columns;
}

/** Reads a page in which a text holds the separator. */
async function readByRow(db: Database, page: PageCase): Promise<ContactColumns | undefined> {
  const values = page.names.map((name) => sql`${textOf(name)} AS ${sql.ref(name)}`);
  const answer = await sql`SELECT ${sql.join(values)} FROM ${pageOf(page)} ORDER BY page.user_id`.execute(db);
  const rows = rowsSchema.parse(answer.rows);
  if (rows.length === 0) return undefined;
  return new Map(page.names.map((name) => [name, TextColumn.of(rows.map((row) => row[name] ?? ''))]));
}

function textOf(name: string) {
  return sql`coalesce(${COLUMNS.get(name) ?? SUBJECTS.get(name)?.value ?? sql`user_id`}, '')`;
}

function pageOf({ after, limit }: PageCase) {
  const where = after === undefined ? sql`` : sql`WHERE user_id > ${after}`;
  return sql`(SELECT * FROM contact ${where} ORDER BY user_id LIMIT ${sql.lit(limit)}) page`;
}

const suppressionSchema = z.object({ user_id: z.string(), reason: z.string() });

/**
 * Asks the database only about those whom the sieve does not let through; answers row → reason. It asks by what was read of
 * them: a contact may have gone meanwhile, or have another address.
 */
async function findSuppressed(
  db: Database,
  columns: ContactColumns,
  { sieve, topic }: PageCase,
): Promise<ReadonlyMap<number, string>> {
  const suppressed = new Map<number, string>();
  const userIds = columns.get('user_id');
  if (sieve.isEmpty || userIds === undefined) return suppressed;
  const [hashes, domains] = [columns.get('address_hash'), columns.get('address_domain')];
  const asked = sieve.sift(userIds, hashes, domains);
  if (asked.length === 0) return suppressed;
  const textsOf = (column: TextColumn | undefined) => asked.map((row) => column?.textAt(row) ?? '');
  const found = await sql`
    SELECT c.user_id, s.reason
    FROM unnest(${textsOf(userIds)}::text[], ${textsOf(hashes)}::text[], ${textsOf(domains)}::text[])
      AS c(user_id, address_hash, address_domain) ${joinSuppression(topic)}
    WHERE s.reason IS NOT NULL`.execute(db);
  const reasons = new Map<string, string>();
  for (const row of found.rows) {
    const { user_id, reason } = suppressionSchema.parse(row);
    reasons.set(user_id, reason);
  }
  for (const row of asked) {
    const reason = reasons.get(userIds.textAt(row));
    if (reason !== undefined) suppressed.set(row, reason);
  }
  return suppressed;
}
