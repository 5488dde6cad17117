/** Finds rows of the ledger by their key, whatever the server's statistics say. */
import { type RawBuilder, sql } from 'kysely';
import type { JobSlot } from '../keeping/archive';

/**
 * Puts job and slot beside each row of a list called `r`, to be joined with `delivery d` by `SAME_KEY`.
 * The server has no statistics of tonight's slot and takes it for one row: joined with the slot as a constant it would
 * read the whole slot for each batch, so that N mails cost N². OFFSET 0 hides from it that the slot is one and the same;
 * what is left to it is the whole primary key.
 */
export function withSlot({ job, slot }: JobSlot, list: RawBuilder<unknown>): RawBuilder<unknown> {
  return sql`(SELECT ${job}::text AS job, ${slot}::text AS slot, r.* FROM ${list} OFFSET 0) AS r`;
}

/** As `withSlot`, with the slot of a run. */
export function withSlotOf(runId: string, list: RawBuilder<unknown>): RawBuilder<unknown> {
  return sql`(SELECT run.job, run.slot, r.* FROM run CROSS JOIN ${list} WHERE run.run_id = ${runId} OFFSET 0) AS r`;
}

export const SAME_KEY = sql<boolean>`d.job = r.job AND d.slot = r.slot AND d.user_id = r.user_id`;

/**
 * Checks a condition on rows that are found by their key. Behind coalesce no index is asked for it, and the server guesses
 * that half of the rows fulfil it: told that it is one row, it would go through all of them for each row of the list.
 */
export function checked(condition: RawBuilder<unknown>): RawBuilder<boolean> {
  return sql<boolean>`coalesce(${condition}, false)`;
}
