/** Shares a sending rate among all workers: each takes its next slots from one row. */
import { sql } from 'kysely';
import { promptly } from '../connecting/bounded-client';
import type { Database } from '../connecting/connection';

/** What a worker may catch up on after a short gap between two reservations, such as a slow statement. */
export const CATCH_UP_MS = 250;

export interface PaceWish {
  readonly sender: string;
  readonly count: number;
  readonly perSecond: number;
  readonly now: number;
}

/**
 * Reserves the time for `count` mails of a sender and answers when the first may go (epoch ms); the rest follow at 1/rate.
 * But for CATCH_UP_MS, time that nobody used is not saved up, so there is no burst after a pause.
 *
 * Times are those of the worker that asks. Where the clocks of two machines differ by a second, the slots of one are a second
 * earlier: once, a second's worth more may leave; the rate stays. A slot that lies further ahead than all lanes together
 * reserve comes from a clock that was wrong, and is forgotten.
 */
export async function reservePace(db: Database, { sender, count, perSecond, now }: PaceWish): Promise<number> {
  const span = `${(count * 1000) / perSecond} milliseconds`;
  const earliest = new Date(now - CATCH_UP_MS);
  const reserving = sql<{ starts_at: number }>`
    INSERT INTO pace (sender, next_at) VALUES (${sender}, ${new Date(now)}::timestamptz + ${span}::interval)
    ON CONFLICT (sender) DO UPDATE SET next_at = ${span}::interval + CASE
      WHEN pace.next_at > ${new Date(now + mostAhead(perSecond))} THEN ${new Date(now)}::timestamptz
      ELSE greatest(pace.next_at, ${earliest}::timestamptz) END
    RETURNING next_at - ${span}::interval AS starts_at
  `;
  const row = await promptly(() => reserving.execute(db));
  return row.rows[0]?.starts_at ?? now;
}

/** How far ahead of now slots can be reserved in earnest: by a hundred lanes, each with a slot or a quarter of a second. */
export function mostAhead(perSecond: number): number {
  return 60_000 + 100 * (1000 / perSecond);
}
