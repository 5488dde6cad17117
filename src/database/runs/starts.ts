/** Queries on the starts of runs: the random number by which a run on S3 is known to be of this database (D5). */
import { sql } from 'kysely';
import { z } from 'zod';
import type { Database } from '../connecting/connection';

/** A shard's row holds it, as it holds all that a stage must not do twice. */
const STAGE = 'started';

const specSchema = z.object({ nonce: z.string() });

/** The start of a run as this database knows it. */
export interface KnownStart {
  readonly nonce: string | undefined;
  /** The start was written to S3, and nothing spoke against it then. */
  readonly announced: boolean;
}

/** Notes the random number of a run's start unless it has one, and answers what holds. */
export async function noteStart(db: Database, runId: string, nonce: string): Promise<KnownStart> {
  const spec = JSON.stringify({ nonce });
  await sql`
    INSERT INTO shard (run_id, stage, shard, spec, attempt) VALUES (${runId}, ${STAGE}, 0, ${spec}::jsonb, 0) ON CONFLICT DO NOTHING
  `.execute(db);
  return (await findStarts(db, [runId])).get(runId) ?? { nonce: undefined, announced: false };
}

/** Notes that the start stands on S3. */
export async function markAnnounced(db: Database, runId: string, now: number): Promise<void> {
  const query = db.updateTable('shard').set({ done_at: new Date(now) });
  await query.where('run_id', '=', runId).where('stage', '=', STAGE).where('shard', '=', 0).execute();
}

/** Finds the starts of those runs that this database knows; one without a random number is of an older release, or not begun. */
export async function findStarts(db: Database, runIds: readonly string[]): Promise<ReadonlyMap<string, KnownStart>> {
  const rows = await sql<{ run_id: string; spec: unknown; done: boolean }>`
    SELECT run.run_id, shard.spec, shard.done_at IS NOT NULL AS done
    FROM unnest(${[...runIds]}::text[]) AS r(run_id) JOIN run ON run.run_id = r.run_id
    LEFT JOIN shard ON shard.run_id = run.run_id AND shard.stage = ${STAGE} AND shard.shard = 0
  `.execute(db);
  return new Map(rows.rows.map((row) => [row.run_id, { nonce: readNonce(row.spec), announced: row.done }]));
}

function readNonce(spec: unknown): string | undefined {
  const read = specSchema.safeParse(spec);
  return read.success ? read.data.nonce : undefined;
}

export interface ForeignStart {
  readonly runId: string;
  readonly job: string;
  readonly slot: string;
  readonly n: number;
  readonly kind: 'email' | 'audience';
  readonly nonce: string;
  readonly createdAt: number;
}

/** Why such a run is cancelled. */
export const RESTORED = 'restored';

/**
 * Records a run that another database has started: as cancelled where this one doesn't know it, and under the other's
 * random number, so that it is no surprise again.
 */
export async function recordForeignStart(db: Database, start: ForeignStart, now: number): Promise<void> {
  await db.transaction().execute(async (trx) => {
    const times = { created_at: new Date(start.createdAt), updated_at: new Date(now) };
    const added = await trx
      .insertInto('run')
      .values({
        run_id: start.runId,
        job: start.job,
        slot: start.slot,
        n: start.n,
        kind: start.kind,
        state: 'cancelled',
        paused_reason: RESTORED,
        bundle_uri: '',
        catalogue_version: 0,
        ...times,
      })
      .onConflict((conflict) => conflict.doNothing())
      .executeTakeFirst();
    if (added.numInsertedOrUpdatedRows === 1n)
      await trx
        .insertInto('run_event')
        .values({ run_id: start.runId, seq: 1, state: 'cancelled', at: new Date(now) })
        .execute();
    const spec = JSON.stringify({ nonce: start.nonce });
    await sql`
      INSERT INTO shard (run_id, stage, shard, spec, attempt, done_at)
      VALUES (${start.runId}, ${STAGE}, 0, ${spec}::jsonb, 0, ${new Date(now)})
      ON CONFLICT (run_id, stage, shard) DO UPDATE SET spec = excluded.spec, done_at = excluded.done_at
    `.execute(trx);
  });
}
