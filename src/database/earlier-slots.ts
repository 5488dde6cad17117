/** Queries on what earlier slots of a job were like. */
import { sql } from 'kysely';
import type { Database } from './connection';

interface Slot {
  readonly job: string;
  readonly slot: string;
}

/**
 * Tells how many recipients the last finished slot before this one had, over all of its runs; undefined where there is none.
 * A run notes it in its plan; of one that has not, the number chosen counts.
 */
export async function findEarlierRecipients(db: Database, { job, slot }: Slot): Promise<number | undefined> {
  const found = await sql<{ recipients: number | null }>`
    SELECT coalesce((plan->>'recipients')::float8, (summary->>'chosen')::float8) AS recipients FROM run
    WHERE job = ${job} AND slot < ${slot} AND state = 'finished' ORDER BY slot DESC, n DESC LIMIT 1
  `.execute(db);
  return found.rows[0]?.recipients ?? undefined;
}

/** Counts the recipients of a slot over all of its runs: those who get a mail, have got one, or were to. */
export async function countSlotRecipients(db: Database, { job, slot }: Slot): Promise<number> {
  const query = db.selectFrom('delivery').select(sql<number>`count(*)`.as('count')).where('job', '=', job);
  return (await query.where('slot', '=', slot).where('state', '<>', 'excluded').executeTakeFirstOrThrow()).count;
}

/** Picks planned recipients of a run, the same ones each time, in an order that has nothing to do with who they are. */
export async function sampleRecipients(
  db: Database,
  runId: string,
  limit: number,
): Promise<readonly { readonly userId: string; readonly addressHash: string }[]> {
  const query = db.selectFrom('delivery').select(['user_id', 'address_hash']).where('run_id', '=', runId);
  const rows = await query.where('state', '=', 'planned').orderBy('address_hash').limit(limit).execute();
  return rows.map((row) => ({ userId: row.user_id, addressHash: row.address_hash }));
}
