/** Queries on versions of audiences: who was in them, what was delivered, and which the next one is compared with. */
import { type Selectable, sql } from 'kysely';
import type { Database } from '../connecting/connection';
import { RESTORED } from '../runs/starts';
import type { Tables } from '../schema';

/** One part of an audience of a job; `part` is empty where it is not split. */
export interface AudienceKey {
  readonly job: string;
  readonly audience: string;
  readonly part: string;
}

export interface AudienceVersion extends AudienceKey {
  readonly runId: string;
  readonly slot: string;
  readonly members: number;
  /** Of the member file. */
  readonly uri: string;
  /** The run of the delivered version that it was compared with. */
  readonly baseRunId: string | undefined;
  /** Members that the version before did not have, and those that it had beyond this one. */
  readonly gained: number | undefined;
  readonly lost: number | undefined;
  readonly madeAt: number;
  /** Of the last attempt. */
  readonly deliveryBeganAt: number | undefined;
  readonly deliveredAt: number | undefined;
  /** When its member file and row files were deleted. */
  readonly deletedAt: number | undefined;
}

/** Stores a version; one that is made again replaces it, and nothing of it has been delivered, though a delivery may have begun. */
export async function saveVersion(
  db: Database,
  version: Omit<AudienceVersion, 'madeAt' | 'deliveryBeganAt' | 'deliveredAt' | 'deletedAt'> & { readonly now: number },
): Promise<void> {
  const values = {
    job: version.job,
    slot: version.slot,
    members: version.members,
    uri: version.uri,
    base_run_id: version.baseRunId ?? null,
    gained: version.gained ?? null,
    lost: version.lost ?? null,
    made_at: new Date(version.now),
  };
  const key = { run_id: version.runId, audience: version.audience, part: version.part };
  await db
    .insertInto('audience_version')
    .values({ ...key, ...values })
    .onConflict((conflict) =>
      conflict.columns(['run_id', 'audience', 'part']).doUpdateSet({ ...values, delivered_at: null }),
    )
    .execute();
  await sql`
    DELETE FROM audience_delivery WHERE run_id = ${version.runId} AND audience = ${version.audience} AND part = ${version.part}
  `.execute(db);
}

/** Finds the version that was delivered last, by another run than `except`; undefined where there is none. */
export async function findDelivered(
  db: Database,
  { job, audience, part }: AudienceKey,
  except?: string,
): Promise<AudienceVersion | undefined> {
  let query = db.selectFrom('audience_version').selectAll().where('job', '=', job).where('audience', '=', audience);
  query = query.where('part', '=', part).where('delivered_at', 'is not', null);
  if (except !== undefined) query = query.where('run_id', '<>', except);
  const row = await query.orderBy('delivered_at', 'desc').limit(1).executeTakeFirst();
  return row === undefined ? undefined : readVersion(row);
}

/** Lists later versions of which a delivery began, by another run, and never came to its end: nobody knows what was taken. */
export async function listUnfinished(
  db: Database,
  { job, audience, part }: AudienceKey,
  run: { readonly except: string; readonly since: number | undefined },
): Promise<readonly AudienceVersion[]> {
  const since = new Date(run.since ?? 0);
  const found = await sql<Selectable<Tables['audience_version']>>`
    SELECT * FROM audience_version WHERE job = ${job} AND audience = ${audience} AND part = ${part} AND run_id <> ${run.except}
      AND delivery_began_at > ${since} AND delivered_at IS NULL ORDER BY delivery_began_at
  `.execute(db);
  return found.rows.map(readVersion);
}

/** Tells whether runs of a job that another database has made were found since a time. */
export async function hasRestoredRuns(db: Database, job: string, since: number): Promise<boolean> {
  const found = await sql<{ any: boolean }>`
    SELECT EXISTS (SELECT FROM run WHERE job = ${job} AND state = 'cancelled' AND paused_reason = ${RESTORED}
      AND updated_at > ${new Date(since)}) AS any`.execute(db);
  return found.rows[0]?.any === true;
}

/** Audience of a job → members that were delivered of it last, over its parts, by another run than `except`. */
export async function countDeliveredMembers(
  db: Database,
  job: string,
  except: string,
): Promise<ReadonlyMap<string, number>> {
  const found = await sql<{ audience: string; members: number }>`
    SELECT v.audience, sum(v.members)::float8 AS members FROM audience_version v JOIN (
      SELECT DISTINCT ON (audience) audience, run_id FROM audience_version
      WHERE job = ${job} AND run_id <> ${except} AND delivered_at IS NOT NULL
      ORDER BY audience, delivered_at DESC) AS last USING (run_id, audience)
    GROUP BY v.audience
  `.execute(db);
  return new Map(found.rows.map(({ audience, members }) => [audience, members]));
}

type VersionKey = Pick<AudienceVersion, 'runId' | 'audience' | 'part'>;

/** Notes that from here on somebody may have taken files of a version. */
export async function beginDelivery(db: Database, { runId, audience, part }: VersionKey, now: number): Promise<void> {
  await sql`
    UPDATE audience_version SET delivery_began_at = ${new Date(now)}
    WHERE run_id = ${runId} AND audience = ${audience} AND part = ${part}
  `.execute(db);
}

/** Notes that a version is wherever it was to go. */
export async function endDelivery(db: Database, { runId, audience, part }: VersionKey, now: number): Promise<void> {
  await sql`
    UPDATE audience_version SET delivered_at = ${new Date(now)}
    WHERE run_id = ${runId} AND audience = ${audience} AND part = ${part}
  `.execute(db);
}

/** Lists the versions of a job's audiences, of all its parts, the oldest first; of all jobs where none is named. */
export async function listVersions(
  db: Database,
  filter: { readonly job?: string; readonly audience?: string; readonly runId?: string } = {},
): Promise<readonly AudienceVersion[]> {
  let query = db.selectFrom('audience_version').selectAll();
  if (filter.job !== undefined) query = query.where('job', '=', filter.job);
  if (filter.audience !== undefined) query = query.where('audience', '=', filter.audience);
  if (filter.runId !== undefined) query = query.where('run_id', '=', filter.runId);
  const rows = await query.orderBy('job').orderBy('audience').orderBy('part').orderBy('made_at').execute();
  return rows.map(readVersion);
}

/**
 * Lists versions of archived runs that still have files and with which nothing is compared any more: neither the last
 * delivered ones nor those of which a delivery began after them and never came to its end.
 */
export async function listDeletableVersions(db: Database, job: string): Promise<readonly AudienceVersion[]> {
  const found = await sql<Selectable<Tables['audience_version']>>`
    SELECT v.* FROM audience_version v JOIN run USING (run_id) LEFT JOIN LATERAL (
      SELECT run_id, delivered_at FROM audience_version
      WHERE job = v.job AND audience = v.audience AND part = v.part AND delivered_at IS NOT NULL
      ORDER BY delivered_at DESC LIMIT 1) AS last ON true
    WHERE v.job = ${job} AND v.deleted_at IS NULL AND run.archive_began_at IS NOT NULL
      AND v.run_id IS DISTINCT FROM last.run_id
      AND NOT (v.delivered_at IS NULL AND v.delivery_began_at IS NOT NULL
        AND v.delivery_began_at > coalesce(last.delivered_at, '-infinity'))
    ORDER BY v.run_id, v.audience, v.part
  `.execute(db);
  return found.rows.map(readVersion);
}

/** Notes that the files of a version are deleted. */
export async function markVersionDeleted(
  db: Database,
  { runId, audience, part }: VersionKey,
  now: number,
): Promise<void> {
  await sql`
    UPDATE audience_version SET deleted_at = ${new Date(now)}
    WHERE run_id = ${runId} AND audience = ${audience} AND part = ${part}
  `.execute(db);
}

function readVersion(row: Selectable<Tables['audience_version']>): AudienceVersion {
  return {
    job: row.job,
    audience: row.audience,
    part: row.part,
    runId: row.run_id,
    slot: row.slot,
    members: row.members,
    uri: row.uri,
    baseRunId: row.base_run_id ?? undefined,
    gained: row.gained ?? undefined,
    lost: row.lost ?? undefined,
    madeAt: row.made_at,
    deliveryBeganAt: row.delivery_began_at ?? undefined,
    deliveredAt: row.delivered_at ?? undefined,
    deletedAt: row.deleted_at ?? undefined,
  };
}
