/** Shares a sending rate among all workers: each takes its next slots from one row. */
import { sql } from 'kysely';
import type { Database } from './connection';

/**
 * Reserves the time for `count` mails of a sender and answers when the first may go (epoch ms).
 * The rest follow at 1/rate. Time that nobody used is not saved up, so there is no burst after a pause.
 */
export async function reservePace(
  db: Database,
  options: { readonly sender: string; readonly count: number; readonly perSecond: number; readonly now: number },
): Promise<number> {
  const { sender, count, perSecond, now } = options;
  const span = `${(count * 1000) / perSecond} milliseconds`;
  const row = await sql<{ starts_at: number }>`
    INSERT INTO pace (sender, next_at) VALUES (${sender}, ${new Date(now)}::timestamptz + ${span}::interval)
    ON CONFLICT (sender) DO UPDATE SET next_at = greatest(pace.next_at, ${new Date(now)}::timestamptz) + ${span}::interval
    RETURNING next_at - ${span}::interval AS starts_at
  `.execute(db);
  return row.rows[0]?.starts_at ?? now;
}
