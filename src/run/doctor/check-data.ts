/** Looks at what has been imported. */
import type { Pool } from 'pg';
import { z } from 'zod';
import { type Examination, ok, skipped, type Verdict, warning } from './finding';

/** From here on the planner's estimate is told: an exact count reads the whole table. */
const COUNTED_BELOW = 1_000_000;

/** Examines the tables of contacts and items; `pool` is undefined where the database is away. */
export async function examineData(exam: Examination, pool: Pool | undefined): Promise<void> {
  const look = (table: string, name: string) =>
    exam.check('data', name, async () =>
      pool === undefined ? skipped('they are in the database') : count(pool, table, name),
    );
  await look('contact', 'contacts');
  await look('item', 'items');
}

async function count(pool: Pool, table: string, name: string): Promise<Verdict> {
  const { rows } = await pool.query('SELECT reltuples::bigint AS rows FROM pg_class WHERE oid = to_regclass($1)', [
    `nightjar.${table}`,
  ]);
  const [found] = z.array(z.object({ rows: z.number() })).parse(rows);
  if (found === undefined) return skipped('there are no tables yet');
  const estimate = found.rows;
  if (estimate >= COUNTED_BELOW) return ok(`about ${estimate.toLocaleString('en-US')}`);
  const exact = await pool.query(`SELECT count(*) AS count FROM nightjar.${table}`);
  const [{ count: rowCount }] = z.tuple([z.object({ count: z.number() })]).parse(exact.rows);
  if (rowCount > 0) return ok(rowCount.toLocaleString('en-US'));
  return warning('none', `nightjar import ${name} FILE`);
}
