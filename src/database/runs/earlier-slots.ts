/** Queries on what earlier slots of a job were like. */
import { sql } from 'kysely';
import type { ParamValues } from '../../job/params';
import type { Database } from '../connecting/connection';

interface Slot {
  readonly job: string;
  readonly slot: string;
}

/**
 * Tells how many recipients the last finished slot before this one had, over all of its runs; undefined where there is none.
 * A run notes it in its plan; of one that has not, the number chosen counts. Runs that were kept to some recipients by
 * whoever started them count for nothing, and so do those with other params.
 */
export async function findEarlierRecipients(
  db: Database,
  { job, slot, params }: Slot & { readonly params: ParamValues | undefined },
): Promise<number | undefined> {
  const same = params === undefined ? null : JSON.stringify(params);
  const found = await sql<{ recipients: number | null }>`
    SELECT coalesce((plan->>'recipients')::float8, (summary->>'chosen')::float8) AS recipients FROM run
    WHERE job = ${job} AND slot < ${slot} AND state = 'finished'
      AND recipient_limit IS NULL AND only_to IS NULL AND params IS NOT DISTINCT FROM ${same}::jsonb ORDER BY slot DESC, n DESC LIMIT 1
  `.execute(db);
  return found.rows[0]?.recipients ?? undefined;
}

/**
 * Tells how many members each audience had in the last finished slot before this one, by name; empty where there is none.
 * Runs with other params count for nothing: their queries may be others of the same names.
 */
export async function findEarlierMembers(
  db: Database,
  { job, slot, params }: Slot & { readonly params: ParamValues | undefined },
): Promise<ReadonlyMap<string, number>> {
  const same = params === undefined ? null : JSON.stringify(params);
  const found = await sql<{ name: string; members: number }>`
    SELECT a->>'name' AS name, (a->>'members')::float8 AS members
    FROM (SELECT summary FROM run WHERE job = ${job} AND slot < ${slot} AND state = 'finished'
            AND params IS NOT DISTINCT FROM ${same}::jsonb
          ORDER BY slot DESC, n DESC LIMIT 1) AS earlier, jsonb_array_elements(summary->'audiences') AS a
  `.execute(db);
  return new Map(found.rows.map(({ name, members }) => [name, members]));
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
