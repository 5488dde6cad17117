/** Remembers the keys of a file in a temporary table of the import's transaction, so that a file of any length fits in memory. */
import { sql } from 'kysely';
import type { Database } from '../../database/connecting/connection';
import type { GoodRow } from './batches';

/** A key that an earlier line has. */
export interface DoubledKey {
  readonly line: number;
  readonly userId: string;
  readonly firstLine: number;
}

/** Makes the table, which ends with the transaction. */
export async function createSeenKeys(db: Database): Promise<void> {
  await sql`
    CREATE TEMPORARY TABLE import_key (user_id text COLLATE "C" PRIMARY KEY, line bigint NOT NULL) ON COMMIT DROP
  `.execute(db);
}

/** Adds keys and gives the rows whose key was there before, in the same batch or an earlier one. */
export async function addSeenKeys(db: Database, rows: readonly GoodRow<string>[]): Promise<readonly DoubledKey[]> {
  const added = await sql<{ line: number }>`
    INSERT INTO import_key (user_id, line)
    SELECT user_id, line FROM unnest(${rows.map((row) => row.value)}::text[], ${rows.map((row) => row.line)}::bigint[]) AS g(user_id, line)
    ORDER BY line ON CONFLICT DO NOTHING RETURNING line
  `.execute(db);
  if (added.rows.length === rows.length) return [];
  const lines = new Set(added.rows.map((row) => row.line));
  const doubled = rows.filter((row) => !lines.has(row.line));
  const first = await sql<{ user_id: string; line: number }>`
    SELECT k.user_id, k.line FROM import_key k
    JOIN unnest(${[...new Set(doubled.map((row) => row.value))]}::text[]) AS d(user_id) ON d.user_id = k.user_id
  `.execute(db);
  const firstLines = new Map(first.rows.map((row) => [row.user_id, row.line]));
  return doubled.map(({ line, value }) => ({ line, userId: value, firstLine: firstLines.get(value) ?? line }));
}

/** Removes the contacts whose keys were not added and tells how many. */
export async function removeUnseenContacts(db: Database): Promise<number> {
  await sql`ANALYZE import_key`.execute(db);
  const removed = await sql`
    DELETE FROM contact c WHERE NOT EXISTS (SELECT FROM import_key k WHERE k.user_id = c.user_id)
  `.execute(db);
  return Number(removed.numAffectedRows ?? 0n);
}
