/** Marks what is archived, so that nothing of it changes any more and no slot of it is run again. */
import { sql } from 'kysely';
import { NightjarError } from '../../errors';
import type { Database } from '../connecting/connection';

/** A run in one of these has ended. */
export const ENDED_STATES = ['finished', 'failed', 'cancelled'] as const;

export interface JobSlot {
  readonly job: string;
  readonly slot: string;
}

/** Held to the end of the transaction: a slot is not begun to be archived while a run of it is made. */
async function lockSlot(db: Database, { job, slot }: JobSlot): Promise<void> {
  await sql`SELECT pg_advisory_xact_lock(hashtextextended(${`slot ${job} ${slot}`}, 0))`.execute(db);
}

/**
 * Checks that no run of a slot is archived. Where the result must hold until a run is written, `db` is its transaction.
 * @throws E_RUN_ARCHIVED: the ledger no longer knows who got the slot's mail, so a further run would send it again
 */
export async function refuseArchivedSlot(db: Database, slot: JobSlot): Promise<void> {
  await lockSlot(db, slot);
  const archived = await db
    .selectFrom('run')
    .select('run_id')
    .where('job', '=', slot.job)
    .where('slot', '=', slot.slot)
    .where('archive_began_at', 'is not', null)
    .limit(1)
    .executeTakeFirst();
  if (archived === undefined) return;
  throw new NightjarError(
    'E_RUN_ARCHIVED',
    `the run ${archived.run_id} is archived, so nobody can tell any more who got the mail of the slot ${slot.slot}; expected a slot without archived runs`,
    { fix: `run today's slot: nightjar run ${slot.job}` },
  );
}

/**
 * Marks a run as being archived; once marked it stays so. False where it has not ended, or a run of its slot is going on.
 */
export async function beginArchive(db: Database, run: JobSlot & { readonly runId: string }, now: number) {
  return db.transaction().execute(async (trx) => {
    await lockSlot(trx, run);
    const ended = sql.join(ENDED_STATES);
    const marked = await sql`
      UPDATE run SET archive_began_at = coalesce(archive_began_at, ${new Date(now)}) WHERE run_id = ${run.runId} AND state IN (${ended})
        AND NOT EXISTS (SELECT FROM run other WHERE other.job = run.job AND other.slot = run.slot AND other.state NOT IN (${ended}))
    `.execute(trx);
    return marked.numAffectedRows === 1n;
  });
}

/** Stores the summary of a run that has none. */
export async function saveMissingSummary(db: Database, runId: string, summary: unknown): Promise<void> {
  const query = db
    .updateTable('run')
    .set({ summary: JSON.stringify(summary) })
    .where('run_id', '=', runId);
  await query.where('summary', 'is', null).execute();
}

/** Marks a run as archived: its deliveries and objects are gone. */
export async function endArchive(db: Database, runId: string, now: number): Promise<void> {
  await db
    .updateTable('run')
    .set({ archived_at: new Date(now) })
    .where('run_id', '=', runId)
    .where('archived_at', 'is', null)
    .execute();
}
