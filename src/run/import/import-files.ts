/** Imports files into the database: all of them, or, where a row is wrong, none. */
import { sql } from 'kysely';
import { type CatalogueChange, saveItems } from '../../database/catalogue';
import type { Database } from '../../database/connection';
import { type ContactRow, removeContactsExcept, saveContacts, saveSuppressions } from '../../database/contacts';
import { saveInteractions } from '../../database/interactions';
import type { Interaction, Item } from '../../job/people';
import { ProblemList } from './cells';
import { readRows } from './read-rows';
import { contactReader, interactionReader, itemReader, type RowReader, suppressionReader } from './row-readers';

export interface ImportWish {
  readonly db: Database;
  /** Paths of files. */
  readonly contacts?: string;
  readonly items?: string;
  readonly interactions?: string;
  readonly suppressions?: string;
  /** Also removes contacts and items that their file no longer has. */
  readonly replace: boolean;
  readonly now: number;
}

export interface ImportReport {
  readonly contacts?: { readonly read: number; readonly changed: number; readonly removed: number };
  readonly items?: { readonly read: number } & CatalogueChange;
  readonly interactions?: { readonly read: number; readonly added: number };
  readonly suppressions?: { readonly read: number; readonly added: number };
  /** What is odd and was imported all the same, by kind. */
  readonly warnings: readonly { readonly name: string; readonly count: number }[];
}

const BATCH_ROWS = 5000;

/**
 * Imports in one transaction; contacts and interactions go through in batches, so memory is flat but for the ids of contacts.
 * @throws E_IMPORT_FILE, E_IMPORT_ROW with every problem of the first file that has one
 */
export async function importFiles(wish: ImportWish): Promise<ImportReport> {
  const warnings = new Map<string, number>();
  const warn = (kind: string, count = 1) => void (count > 0 && warnings.set(kind, (warnings.get(kind) ?? 0) + count));
  const report = await wish.db.transaction().execute(async (db) => {
    const task = { wish: { ...wish, db }, warn };
    return {
      ...(wish.contacts === undefined ? {} : { contacts: await importContacts(task, wish.contacts) }),
      ...(wish.items === undefined ? {} : { items: await importItems(task, wish.items) }),
      ...(wish.interactions === undefined ? {} : { interactions: await importInteractions(task, wish.interactions) }),
      ...(wish.suppressions === undefined ? {} : { suppressions: await importSuppressions(task, wish.suppressions) }),
    };
  });
  return { ...report, warnings: [...warnings].map(([name, count]) => ({ name, count })) };
}

interface Task {
  readonly wish: ImportWish;
  readonly warn: (kind: string, count?: number) => void;
}

async function importContacts({ wish, warn }: Task, file: string) {
  const ids = new Set<string>();
  let changed = 0;
  const read = await eachBatch<ContactRow>({ file, reader: contactReader, warn }, async (rows) => {
    changed += await saveContacts(wish.db, rows, wish.now);
    for (const row of rows) ids.add(row.contact.userId);
  });
  const removed = wish.replace ? await removeContactsExcept(wish.db, ids) : 0;
  return { read, changed, removed };
}

async function importItems({ wish, warn }: Task, file: string) {
  const items: Item[] = [];
  const read = await eachBatch<Item>({ file, reader: itemReader, warn }, async (rows) => void items.push(...rows));
  return { read, ...(await saveItems(wish.db, items, { replace: wish.replace, now: wish.now })) };
}

async function importInteractions({ wish, warn }: Task, file: string) {
  let added = 0;
  const read = await eachBatch<Interaction>({ file, reader: interactionReader, warn }, async (rows) => {
    added += await saveInteractions(wish.db, rows);
    warn(
      'interactions of users who are no contacts',
      await countUnknown(wish.db, { table: 'contact', column: 'user_id', ids: rows.map((row) => row.userId) }),
    );
    warn(
      'interactions with items that are not in the catalogue',
      await countUnknown(wish.db, { table: 'item', column: 'item_id', ids: rows.map((row) => row.itemId) }),
    );
  });
  return { read, added };
}

async function importSuppressions({ wish, warn }: Task, file: string) {
  let added = 0;
  const read = await eachBatch({ file, reader: suppressionReader(wish.now), warn }, async (rows) => {
    added += await saveSuppressions(wish.db, rows);
  });
  return { read, added };
}

interface FileTask<Row> {
  readonly file: string;
  readonly reader: RowReader<Row>;
  readonly warn: (kind: string) => void;
}

/** Reads all rows; they are handed on only as long as none was wrong, since the transaction is lost then. */
async function eachBatch<Row>(
  { file, reader, warn }: FileTask<Row>,
  take: (rows: readonly Row[]) => Promise<void>,
): Promise<number> {
  const problems = new ProblemList(file);
  const lineOf = new Map<string, number>();
  let read = 0;
  let batch: Row[] = [];
  const flush = async () => {
    if (problems.count === 0 && batch.length > 0) await take(batch);
    batch = [];
  };
  for await (const row of readRows({ file, required: reader.required, known: reader.known })) {
    read += 1;
    const key = reader.key === undefined ? undefined : row.cells[reader.key];
    if (key !== undefined && reader.key !== undefined) {
      const before = lineOf.get(key);
      if (before === undefined) lineOf.set(key, row.line);
      else
        problems.add({
          line: row.line,
          column: reader.key,
          value: key,
          expected: `an id that line ${before} does not have already`,
          fix: 'remove one of the two rows',
        });
    }
    batch.push(reader.read(row, problems, warn));
    if (batch.length >= BATCH_ROWS) await flush();
  }
  await flush();
  problems.throwIfAny();
  return read;
}

async function countUnknown(
  db: Database,
  look: { table: 'contact' | 'item'; column: 'user_id' | 'item_id'; ids: readonly string[] },
): Promise<number> {
  const { table, column, ids } = look;
  const counted = await sql<{ count: number }>`
    SELECT count(*) AS count FROM unnest(${[...ids]}::text[]) AS r(id)
    WHERE NOT EXISTS (SELECT 1 FROM ${sql.table(table)} t WHERE t.${sql.ref(column)} = r.id)
  `.execute(db);
  return counted.rows[0]?.count ?? 0;
}
