/** Queries on the rows that formats made of a version, and on where its files were delivered. */
import type { Database } from '../connecting/connection';
import type { AudienceVersion } from './versions';

type VersionKey = Pick<AudienceVersion, 'runId' | 'audience' | 'part'>;

/** What a format made of a version of an audience. */
export interface DeliveredRows {
  readonly format: string;
  /** Of the format. */
  readonly version: number;
  /** The columns as the files have them, as JSON text; rows of other columns can't be compared. */
  readonly columns: string;
  /** Of the row file; undefined where none was kept. */
  readonly uri: string | undefined;
  readonly rows: number;
  /** Versions since the last whole file, which is 0. */
  readonly sinceFull: number;
}

/** Stores what a format made; made again, it replaces it. */
export async function saveRows(
  db: Database,
  { runId, audience, part }: VersionKey,
  rows: DeliveredRows,
): Promise<void> {
  const values = {
    version: rows.version,
    columns: rows.columns,
    uri: rows.uri ?? null,
    row_count: rows.rows,
    since_full: rows.sinceFull,
  };
  await db
    .insertInto('audience_rows')
    .values({ run_id: runId, audience, part, format: rows.format, ...values })
    .onConflict((conflict) => conflict.columns(['run_id', 'audience', 'part', 'format']).doUpdateSet(values))
    .execute();
}

/** Lists what the formats made of a version, by format. */
export async function listRows(
  db: Database,
  { runId, audience, part }: VersionKey,
): Promise<ReadonlyMap<string, DeliveredRows>> {
  const query = db.selectFrom('audience_rows').selectAll().where('run_id', '=', runId).where('audience', '=', audience);
  const rows = await query.where('part', '=', part).orderBy('format').execute();
  return new Map(
    rows.map((row) => {
      const { format, version, columns, uri, row_count: count, since_full: sinceFull } = row;
      return [format, { format, version, columns, uri: uri ?? undefined, rows: count, sinceFull }];
    }),
  );
}

/** Notes that a destination has all files of a version; noted once. */
export async function noteDelivery(
  db: Database,
  { runId, audience, part }: VersionKey,
  delivery: { readonly destination: string; readonly now: number },
): Promise<void> {
  const { destination, now } = delivery;
  await db
    .insertInto('audience_delivery')
    .values({ run_id: runId, audience, part, destination, delivered_at: new Date(now) })
    .onConflict((conflict) => conflict.doNothing())
    .execute();
}

/** Lists where a version has been delivered, by name. */
export async function listDeliveries(
  db: Database,
  { runId, audience, part }: VersionKey,
): Promise<readonly { readonly destination: string; readonly deliveredAt: number }[]> {
  const query = db.selectFrom('audience_delivery').selectAll().where('run_id', '=', runId);
  const rows = await query.where('audience', '=', audience).where('part', '=', part).orderBy('destination').execute();
  return rows.map((row) => ({ destination: row.destination, deliveredAt: row.delivered_at }));
}
