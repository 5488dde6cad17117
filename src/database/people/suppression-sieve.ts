/** Tells of nearly everybody who is not suppressed that they are not, without asking the database about each. */
import { sql } from 'kysely';
import { z } from 'zod';
import { readSubject, type SuppressionScope } from '../../content/suppression';
import type { Database } from '../connecting/connection';
import { BloomFilter } from './bloom-filter';

/** Memory: 2 to 4 bytes a suppression. */
export interface SuppressionSieve {
  readonly isEmpty: boolean;
  /** What suppressions name: of a scope that none names, `mayHold` needs nothing. */
  readonly scopes: ReadonlySet<SuppressionScope>;
  /**
   * False: surely not suppressed. True, of every suppressed one and of about one in 100 others: ask.
   * @param addressHash  empty where there is none, as `domain`, which is an A-label
   */
  mayHold(userId: string, addressHash: string, domain: string): boolean;
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
      filters.get(scope)?.add(value);
    }
    read = page.rows.length;
  }
  const [users, addresses, domains] = [filters.get('user'), filters.get('address'), filters.get('domain')];
  return {
    isEmpty: filters.size === 0,
    scopes: new Set(filters.keys()),
    mayHold: (userId, addressHash, domain) =>
      users?.mayHold(userId) === true || addresses?.mayHold(addressHash) === true || domains?.mayHold(domain) === true,
  };
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
