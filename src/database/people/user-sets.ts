/** Reads sets of users that the database knows, in the byte order of `user_id`, each user once. */
import { type RawBuilder, sql } from 'kysely';
import { z } from 'zod';
import type { Database } from '../connecting/connection';
import { ENDED_STATES } from '../keeping/archive';
import { joinSuppression } from './suppressions';

/** Times are epoch ms. */
export type UserSet =
  /** All contacts. */
  | { readonly of: 'contacts' }
  /** Contacts whose user, address or domain is suppressed, for every job or for the topic. */
  | { readonly of: 'suppressed'; readonly topic: string }
  /** Users with an interaction of these types, compared without case, at the time or later. */
  | { readonly of: 'buyers'; readonly since: number; readonly events: readonly string[] }
  /** Users to whom an e-mail of the slot was accepted. */
  | { readonly of: 'slot'; readonly job: string; readonly slot: string }
  /** Users to whom an e-mail of the job was accepted at the time or later. */
  | { readonly of: 'recipients'; readonly job: string; readonly since: number };

const rowSchema = z.object({ user_id: z.string() });
const countSchema = z.object({ count: z.number() });
const BATCH_USERS = 10_000;

/**
 * Reads a set as it is at one moment, a batch at a time. A connection is held until `read` has ended.
 * @param read  takes the batches; none is empty
 */
export async function readUserSet<T>(
  db: Database,
  set: UserSet,
  read: (batches: AsyncIterable<readonly string[]>) => Promise<T>,
): Promise<T> {
  return db
    .transaction()
    .setAccessMode('read only')
    .execute(async (trx) => {
      await sql`DECLARE user_set NO SCROLL CURSOR FOR ${queryOf(set)}`.execute(trx);
      return read(fetchAll(trx));
    });
}

async function* fetchAll(trx: Database): AsyncGenerator<readonly string[]> {
  while (true) {
    const { rows } = await sql`FETCH ${sql.lit(BATCH_USERS)} FROM user_set`.execute(trx);
    if (rows.length > 0) yield rows.map((row) => rowSchema.parse(row).user_id);
    if (rows.length < BATCH_USERS) return;
  }
}

function queryOf(set: UserSet): RawBuilder<unknown> {
  switch (set.of) {
    case 'contacts':
      return sql`SELECT user_id FROM contact ORDER BY user_id`;
    case 'suppressed':
      return sql`
        SELECT c.user_id FROM contact c ${joinSuppression(set.topic)} WHERE s.reason IS NOT NULL ORDER BY c.user_id`;
    case 'buyers':
      return sql`
        SELECT DISTINCT user_id FROM interaction
        WHERE at >= ${new Date(set.since)} AND lower(event_type) = ANY (${set.events.map((name) => name.toLowerCase())}::text[])
        ORDER BY user_id`;
    case 'slot':
      return sql`
        SELECT user_id FROM delivery WHERE job = ${set.job} AND slot = ${set.slot} AND state = 'accepted' ORDER BY user_id`;
    case 'recipients':
      return sql`
        SELECT DISTINCT d.user_id FROM delivery d
        WHERE d.job = ${set.job} AND d.state = 'accepted' AND d.answered_at >= ${new Date(set.since)} AND d.slot IN (
          SELECT slot FROM run WHERE job = ${set.job}
            AND (updated_at >= ${new Date(set.since)} OR state NOT IN (${sql.join(ENDED_STATES)})))
        ORDER BY d.user_id`;
  }
}

/** Counts the users of a set. */
export async function countUserSet(db: Database, set: UserSet): Promise<number> {
  const { rows } = await sql`SELECT count(*)::float8 AS count FROM (${queryOf(set)}) AS found`.execute(db);
  return countSchema.parse(rows[0]).count;
}

/** Finds the newest slot of a job in which an e-mail was accepted; undefined where there is none. */
export async function findLastWrittenSlot(db: Database, job: string): Promise<string | undefined> {
  const query = db.selectFrom('delivery').select('slot').where('job', '=', job).where('state', '=', 'accepted');
  return (await query.orderBy('slot', 'desc').limit(1).executeTakeFirst())?.slot;
}

/** Finds a run of a job that was going on since a time (epoch ms) and is archived: its recipients are gone from the ledger. */
export async function findArchivedSince(db: Database, job: string, since: number): Promise<string | undefined> {
  const query = db.selectFrom('run').select('run_id').where('job', '=', job).where('archive_began_at', 'is not', null);
  const recent = query.where(sql<boolean>`updated_at >= ${new Date(since)}`);
  return (await recent.limit(1).executeTakeFirst())?.run_id;
}

/** Lists the names of the e-mail jobs that have had a run, in order. */
export async function listEmailJobs(db: Database): Promise<readonly string[]> {
  const query = db.selectFrom('run').select('job').distinct().where('kind', '=', 'email');
  return (await query.orderBy('job').execute()).map(({ job }) => job);
}
