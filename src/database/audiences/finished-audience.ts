/** Finds the audiences that finished runs have made, for other jobs to go by. */
import { sql } from 'kysely';
import { z } from 'zod';
import { HOLDOUT } from '../../audience/choose/split';
import type { Database } from '../connecting/connection';

/** An audience as a finished run has made it. */
export interface FinishedAudience {
  readonly runId: string;
  /** Over all parts but that which is held out. */
  readonly members: number;
  /** Member files of these parts; nobody is in two. */
  readonly uris: readonly string[];
  /** Whether files of it are deleted. */
  readonly isDeleted: boolean;
}

const rowSchema = z.object({
  run_id: z.string(),
  members: z.number(),
  uris: z.array(z.string()),
  is_deleted: z.boolean(),
});

/**
 * Finds an audience in the newest finished run that has it; undefined where there is none. Who is held out of it is not in it.
 * @param wish.slot  only runs of this slot
 * @param wish.except  a run that does not count
 */
export async function findFinishedAudience(
  db: Database,
  wish: { readonly job: string; readonly name: string; readonly slot?: string; readonly except?: string },
): Promise<FinishedAudience | undefined> {
  const slot = wish.slot === undefined ? sql`` : sql`AND v.slot = ${wish.slot}`;
  const found = await sql`
    SELECT v.run_id, sum(v.members)::float8 AS members, jsonb_agg(v.uri ORDER BY v.part) AS uris,
           bool_or(v.deleted_at IS NOT NULL) AS is_deleted
    FROM audience_version v JOIN run r USING (run_id)
    WHERE v.job = ${wish.job} AND v.audience = ${wish.name} AND r.state = 'finished' AND v.run_id <> ${wish.except ?? ''} ${slot} AND v.part <> ${HOLDOUT}
    GROUP BY v.run_id, r.finished_at, r.n ORDER BY r.finished_at DESC, r.n DESC LIMIT 1`.execute(db);
  const [row] = found.rows.map((one) => rowSchema.parse(one));
  if (row === undefined) return undefined;
  return { runId: row.run_id, members: row.members, uris: row.uris, isDeleted: row.is_deleted };
}

/** Lists the audiences that finished runs have made, as `job/name`, in order. */
export async function listFinishedAudiences(db: Database): Promise<readonly string[]> {
  const found = await sql<{ name: string }>`
    SELECT DISTINCT v.job || '/' || v.audience AS name FROM audience_version v JOIN run r USING (run_id)
    WHERE r.state = 'finished' ORDER BY name`.execute(db);
  return found.rows.map(({ name }) => name);
}

/** Lists the slots of finished runs that have made an audience, the newest first. */
export async function listFinishedSlots(
  db: Database,
  wish: { readonly job: string; readonly name: string },
): Promise<readonly string[]> {
  const found = await sql<{ slot: string }>`
    SELECT DISTINCT v.slot FROM audience_version v JOIN run r USING (run_id)
    WHERE v.job = ${wish.job} AND v.audience = ${wish.name} AND r.state = 'finished' ORDER BY v.slot DESC`.execute(db);
  return found.rows.map(({ slot }) => slot);
}
