/** Queries on calls of the API that bear an idempotency key: which run each stands for. */
import { type Selectable, sql } from 'kysely';
import type { Database } from '../connecting/connection';
import type { Tables } from '../schema';
import { type RunRow, readRun } from './run-row';

/** Names a call: keys of one caller are no keys of another. */
export interface ApiCallKey {
  readonly caller: string;
  readonly key: string;
}

export interface ApiCall extends ApiCallKey {
  /** Of what the call asked for. */
  readonly requestHash: string;
  readonly job: string;
  readonly slot: string;
  /** Number of the slot's newest run when the call was first seen, 0 for none. */
  readonly runsBefore: number;
}

export interface KnownApiCall extends ApiCall {
  /** Undefined until its run is known. */
  readonly runId: string | undefined;
}

/** Notes a call unless it is known, and answers what holds. */
export async function noteApiCall(db: Database, call: ApiCall, now: number): Promise<KnownApiCall> {
  const row = await db
    .insertInto('api_call')
    .values({
      caller: call.caller,
      key: call.key,
      request_hash: call.requestHash,
      job: call.job,
      slot: call.slot,
      runs_before: call.runsBefore,
      created_at: new Date(now),
    })
    // Changes nothing, and so answers the row that is there.
    .onConflict((conflict) => conflict.columns(['caller', 'key']).doUpdateSet({ key: call.key }))
    .returningAll()
    .executeTakeFirstOrThrow();
  return readCall(row);
}

/** Finds a call; undefined where the key is new. */
export async function findApiCall(db: Database, { caller, key }: ApiCallKey): Promise<KnownApiCall | undefined> {
  const query = db.selectFrom('api_call').selectAll().where('caller', '=', caller).where('key', '=', key);
  const row = await query.executeTakeFirst();
  return row === undefined ? undefined : readCall(row);
}

function readCall(row: Selectable<Tables['api_call']>): KnownApiCall {
  return {
    caller: row.caller,
    key: row.key,
    requestHash: row.request_hash,
    job: row.job,
    slot: row.slot,
    runsBefore: row.runs_before,
    runId: row.run_id ?? undefined,
  };
}

/** Notes the run that a call stands for. */
export async function nameRunOfCall(db: Database, { caller, key }: ApiCallKey, runId: string): Promise<void> {
  const query = db.updateTable('api_call').set({ run_id: runId });
  await query.where('caller', '=', caller).where('key', '=', key).execute();
}

/** Forgets a call that came to nothing. */
export async function forgetApiCall(db: Database, { caller, key }: ApiCallKey): Promise<void> {
  const query = db.deleteFrom('api_call').where('caller', '=', caller).where('key', '=', key);
  await query.where('run_id', 'is', null).execute();
}

/** Forgets the calls that are older than a time, epoch ms. */
export async function forgetOldCalls(db: Database, before: number): Promise<void> {
  await db
    .deleteFrom('api_call')
    .where('created_at', '<', sql<number>`${new Date(before)}`)
    .execute();
}

/** Finds the first run of a slot that was made after a number of others. */
export async function findRunAfter(
  db: Database,
  { job, slot, runsBefore }: Pick<ApiCall, 'job' | 'slot' | 'runsBefore'>,
): Promise<RunRow | undefined> {
  const query = db.selectFrom('run').selectAll().where('job', '=', job).where('slot', '=', slot);
  const row = await query.where('n', '>', runsBefore).orderBy('n').limit(1).executeTakeFirst();
  return row === undefined ? undefined : readRun(row);
}
