/** Finds what destinations hold of the audiences of a job: what was delivered last, and what may have been since. */
import { sql } from 'kysely';
import { HOLDOUT } from '../../audience/choose/split';
import type { Database } from '../connecting/connection';

/** A part of an audience, of which somebody may still have the people. */
export interface HeldPart {
  readonly audience: string;
  /** `''` where the audience was not split. */
  readonly part: string;
  /** Of the largest of these versions. */
  readonly members: number;
  /** Of the newest of these versions. */
  readonly slot: string;
  /** By name; none where the files stayed on S3. */
  readonly destinations: readonly string[];
}

/**
 * Lists them by audience and part. Versions without members are not among them: nobody holds anything.
 * @param until  leaves out what a run that began after this time has made
 */
export async function listHeldParts(db: Database, job: string, until?: number): Promise<readonly HeldPart[]> {
  const latest = until === undefined ? null : new Date(until);
  const found = await sql<HeldPart>`
    WITH last AS (
      SELECT DISTINCT ON (audience, part) audience, part, run_id AS last_run, delivered_at AS last_at FROM audience_version
      WHERE job = ${job} AND delivered_at IS NOT NULL ORDER BY audience, part, delivered_at DESC),
    held AS (
      SELECT v.*, run.created_at AS began_at FROM audience_version v JOIN run ON run.run_id = v.run_id
        LEFT JOIN last ON last.audience = v.audience AND last.part = v.part
      WHERE v.job = ${job} AND v.part <> ${HOLDOUT} AND v.members > 0 AND (v.run_id = last_run
        OR (v.delivered_at IS NULL AND v.delivery_began_at > coalesce(last_at, '-infinity'))))
    SELECT audience, part, max(members)::float8 AS members, max(slot) AS slot,
      coalesce(jsonb_agg(DISTINCT destination) FILTER (WHERE destination IS NOT NULL), '[]') AS destinations
    FROM held LEFT JOIN audience_delivery USING (run_id, audience, part)
    GROUP BY audience, part HAVING ${latest}::timestamptz IS NULL OR max(began_at) <= ${latest}::timestamptz
    ORDER BY audience, part`.execute(db);
  return found.rows;
}
