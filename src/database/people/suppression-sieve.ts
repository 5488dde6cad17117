/** Tells of nearly everybody who is not suppressed that they are not, without asking the database about each. */
import { sql } from 'kysely';
import { z } from 'zod';
import { readSubject, type SuppressionScope } from '../../content/suppression';
import type { TextColumn } from '../../job/text-column';
import type { Database } from '../connecting/connection';
import { BloomFilter } from './bloom-filter';

/** Memory: 2 to 4 bytes a suppression. */
export interface SuppressionSieve {
  readonly isEmpty: boolean;
  /** What suppressions name: of a scope that none names, `sift` needs nothing. */
  readonly scopes: ReadonlySet<SuppressionScope>;
  /**
   * Tells of which rows to ask: of every suppressed one and of about one in 100 others, ascending.
   * @param hashes  of addresses; of rows without one the empty text, as of `domains`, which are A-labels
   */
  sift(userIds: TextColumn, hashes: TextColumn | undefined, domains: TextColumn | undefined): readonly number[];
}

const PAGE_ROWS = 50_000;

const rowSchema = z.object({ subject: z.string() });
const countSchema = z.object({ scope: z.string(), rows: z.number() });

/** Reads the suppressions of every job, and those of the topic. */
export async function readSieve(db: Database, topic: string | undefined): Promise<SuppressionSieve> {
  const filters = await makeFilters(db, topic);
  let after = '';
  let read = PAGE_ROWS;
  while (filters.size > 0 && read === PAGE_ROWS) {
    const page = await sql`
      SELECT subject FROM suppression WHERE subject > ${after} AND topic IN ('', ${topic ?? ''})
      ORDER BY subject LIMIT ${sql.lit(PAGE_ROWS)}`.execute(db);
    for (const row of page.rows) {
      after = rowSchema.parse(row).subject;
      const { scope, value } = readSubject(after);
      const bytes = Buffer.from(value, 'utf8');
      filters.get(scope)?.add(bytes, 0, bytes.length);
    }
    read = page.rows.length;
  }
  const [users, addresses, domainsHeld] = [filters.get('user'), filters.get('address'), filters.get('domain')];
  return {
    isEmpty: filters.size === 0,
    scopes: new Set(filters.keys()),
    sift: (userIds, hashes, domains) => {
      const asked: number[] = [];
      for (let row = 0; row < userIds.rows; row++) {
        if (mayHold(users, userIds, row) || mayHold(addresses, hashes, row) || mayHold(domainsHeld, domains, row))
          asked.push(row);
      }
      return asked;
    },
  };
}

function mayHold(filter: BloomFilter | undefined, column: TextColumn | undefined, row: number): boolean {
  if (filter === undefined || column === undefined) return false;
  return filter.mayHold(column.bytes, column.startOf(row), column.endOf(row));
}

/** Makes a filter for each scope that has suppressions. A scope that gets its first while they are read is not seen. */
async function makeFilters(
  db: Database,
  topic: string | undefined,
): Promise<ReadonlyMap<SuppressionScope, BloomFilter>> {
  const counted = await sql`
    SELECT split_part(subject, ':', 1) AS scope, count(*) AS rows FROM suppression
    WHERE topic IN ('', ${topic ?? ''}) GROUP BY scope`.execute(db);
  return new Map(
    counted.rows.map((row) => {
      const { scope, rows } = countSchema.parse(row);
      return [readSubject(`${scope}:`).scope, new BloomFilter(rows)];
    }),
  );
}
