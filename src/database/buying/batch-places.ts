/**
 * Shares the quota of batch jobs in flight among all runs: a place is taken here before the create call.
 * A batch job holds a place from then on until it is seen to be done or failed.
 */
import { sql } from 'kysely';
import type { Database } from '../connecting/connection';
import { type BatchJobRow, readBatchJob } from './batch-jobs';

export interface PlaceWish {
  readonly name: string;
  readonly kind: 'inference' | 'segment';
  /** How many of the kind may be in flight. */
  readonly limit: number;
  readonly now: number;
}

/** `isFull` where the wish is the next in the queue, and no place is free. */
export type Place = { readonly taken: true } | { readonly taken: false; readonly isFull: boolean };

/**
 * Takes a place for a batch job if its turn has come; one that holds a place keeps it.
 * Whose run has the fewest in flight comes first, then who intended first: a run of twenty parts can't starve a run of one.
 */
export async function takePlace(db: Database, wish: PlaceWish): Promise<Place> {
  const now = new Date(wish.now);
  return db.transaction().execute(async (trx) => {
    await sql`
      INSERT INTO batch_quota (kind, blocked_until, refusals) VALUES (${wish.kind}, ${new Date(0)}, 0) ON CONFLICT DO NOTHING
    `.execute(trx);
    // The lock of the row lets one at a time count and take.
    const quota = await trx
      .selectFrom('batch_quota')
      .select('blocked_until')
      .where('kind', '=', wish.kind)
      .forUpdate()
      .executeTakeFirstOrThrow();
    const { state, place_at: placeAt } = await trx
      .selectFrom('batch_job')
      .select(['state', 'place_at'])
      .where('name', '=', wish.name)
      .executeTakeFirstOrThrow();
    if (state !== 'intended' || placeAt !== null) return { taken: true };
    if (quota.blocked_until > wish.now) return { taken: false, isFull: false };
    const queue = await readQueue(trx, wish.kind);
    const position = queue.waiting.find((waiting) => waiting.name === wish.name)?.position;
    if (position === undefined || position > wish.limit - queue.held)
      return { taken: false, isFull: position === 1 && queue.held >= wish.limit };
    await trx.updateTable('batch_job').set({ place_at: now }).where('name', '=', wish.name).execute();
    return { taken: true };
  });
}

/** Gives the place of a batch job back that was surely not created. */
export async function releasePlace(db: Database, name: string): Promise<void> {
  await db
    .updateTable('batch_job')
    .set({ place_at: null })
    .where('name', '=', name)
    .where('state', '=', 'intended')
    .execute();
}

/**
 * Puts a batch job back into the queue because AWS has no place: others than we have jobs in flight.
 * Nobody asks for the kind again before a while, which doubles from `firstMs` to `mostMs` while AWS goes on refusing.
 */
export async function refusePlace(
  db: Database,
  refusal: {
    readonly name: string;
    readonly kind: 'inference' | 'segment';
    readonly firstMs: number;
    readonly mostMs: number;
    readonly now: number;
  },
): Promise<void> {
  const { firstMs, mostMs } = refusal;
  await db.transaction().execute(async (trx) => {
    await releasePlace(trx, refusal.name);
    await sql`
      UPDATE batch_quota SET refusals = refusals + 1, blocked_until = ${new Date(refusal.now)}::timestamptz
        + least(${firstMs}::float8 * 2 ^ least(refusals, 20), ${mostMs}::float8) * interval '1 millisecond'
      WHERE kind = ${refusal.kind}
    `.execute(trx);
  });
}

/** Forgets AWS's refusals: it has taken one. */
export async function clearRefusals(db: Database, kind: 'inference' | 'segment'): Promise<void> {
  await db.updateTable('batch_quota').set({ refusals: 0 }).where('kind', '=', kind).where('refusals', '>', 0).execute();
}

/** Lists the batch jobs that hold a place and that no run waits for: it was cancelled, or it has failed. */
export async function listAbandoned(db: Database, kind: 'inference' | 'segment'): Promise<readonly BatchJobRow[]> {
  const rows = await db
    .selectFrom('batch_job')
    .selectAll()
    .where('kind', '=', kind)
    .where(sql<boolean>`(state IN ('created', 'running') OR (state = 'intended' AND place_at IS NOT NULL))`)
    .where(
      sql<boolean>`NOT EXISTS (SELECT FROM run_batch_job u JOIN run USING (run_id) WHERE u.name = batch_job.name AND run.state = 'waiting')`,
    )
    .execute();
  return rows.map(readBatchJob);
}

export interface QueuePosition {
  /** The run's foremost batch job that waits. */
  readonly name: string;
  readonly kind: 'inference' | 'segment';
  /** From 1. */
  readonly position: number;
  /** How many of the kind wait, and how many are in flight. */
  readonly waiting: number;
  readonly inFlight: number;
}

/** Tells where a run stands in the queue for a place; undefined where none of its batch jobs waits. */
export async function queuePosition(db: Database, runId: string): Promise<QueuePosition | undefined> {
  for (const kind of ['inference', 'segment'] as const) {
    const { waiting, held } = await readQueue(db, kind);
    const first = waiting.find((candidate) => candidate.runId === runId);
    if (first !== undefined)
      return { name: first.name, kind, position: first.position, waiting: waiting.length, inFlight: held };
  }
  return undefined;
}

interface Waiting {
  readonly name: string;
  readonly runId: string;
  readonly position: number;
}

/** One that two runs wait for stands there once, for the first of them. */
async function readQueue(
  db: Database,
  kind: 'inference' | 'segment',
): Promise<{ readonly waiting: readonly Waiting[]; readonly held: number }> {
  const held = await sql<{ name: string; run_id: string }>`
    SELECT name, run_id FROM batch_job JOIN run_batch_job USING (name)
    WHERE kind = ${kind} AND (state IN ('created', 'running') OR (state = 'intended' AND place_at IS NOT NULL))
  `.execute(db);
  const waiting = await sql<{ name: string; run_id: string }>`
    SELECT j.name, min(run.run_id) AS run_id FROM batch_job j JOIN run_batch_job u USING (name) JOIN run USING (run_id)
    WHERE j.kind = ${kind} AND j.state = 'intended' AND j.place_at IS NULL AND run.state = 'waiting'
    GROUP BY j.name ORDER BY j.intended_at, j.part, j.name
  `.execute(db);
  const inFlight = new Map<string, number>();
  for (const { run_id: runId } of held.rows) inFlight.set(runId, (inFlight.get(runId) ?? 0) + 1);
  return {
    waiting: orderFairly(
      waiting.rows.map((row) => ({ name: row.name, runId: row.run_id })),
      inFlight,
    ),
    held: new Set(held.rows.map((row) => row.name)).size,
  };
}

/** Deals places out as they would go one by one: each to the run that then has the fewest, the earlier intent first. */
function orderFairly(
  waiting: readonly Omit<Waiting, 'position'>[],
  inFlight: ReadonlyMap<string, number>,
): readonly Waiting[] {
  const dealt = new Map(inFlight);
  const turns = waiting.map((row, index) => {
    const turn = dealt.get(row.runId) ?? 0;
    dealt.set(row.runId, turn + 1);
    return { ...row, turn, index };
  });
  return turns
    .sort((a, b) => a.turn - b.turn || a.index - b.index)
    .map(({ name, runId }, index) => ({ name, runId, position: index + 1 }));
}
