/** Tells how many send lanes all workers together have: each holds a shared advisory lock for as long as it lives. */
import { sql } from 'kysely';
import { promptly } from '../connecting/bounded-client';
import type { Database } from '../connecting/connection';

/** The first key of the locks; the second is the number of lanes. */
const LANES_LOCK = 0x6e6a6c; // "njl"

/** A worker's announcement. A worker that dies has taken it back, for its connection is gone. */
export interface LanePresence {
  /** Announces itself again where the connection was lost. */
  renew(): Promise<void>;
  leave(): Promise<void>;
}

/** Announces a worker with its lanes; it takes a connection of the pool. */
export async function announceLanes(db: Database, lanes: number): Promise<LanePresence> {
  let held = await hold(db, lanes);
  return {
    renew: async () => {
      if (await held.isAlive()) return;
      await held.end();
      held = await hold(db, lanes);
    },
    leave: () => held.end(),
  };
}

interface Held {
  isAlive(): Promise<boolean>;
  end(): Promise<void>;
}

/** Keeps a connection of the pool until it is told to end. */
async function hold(db: Database, lanes: number): Promise<Held> {
  let end: () => void = () => undefined;
  const ended = new Promise<void>((resolve) => {
    end = resolve;
  });
  return new Promise<Held>((resolve, reject) => {
    const holding = db.connection().execute(async (connection) => {
      await sql`SELECT pg_advisory_lock_shared(${LANES_LOCK}::integer, ${lanes}::integer)`.execute(connection);
      const ask = () => promptly(() => sql`SELECT 1`.execute(connection));
      const isAlive = () =>
        ask().then(
          () => true,
          () => false,
        );
      const leave = async () => {
        end();
        await holding.catch(() => undefined);
      };
      resolve({ isAlive, end: leave });
      await ended;
      await sql`SELECT pg_advisory_unlock_shared(${LANES_LOCK}::integer, ${lanes}::integer)`.execute(connection);
    });
    holding.catch(reject);
  });
}

/** Counts the workers that live, and sums up their lanes. */
export async function countWorkers(db: Database): Promise<{ readonly workers: number; readonly lanes: number }> {
  const found = await sql<{ workers: number; lanes: number }>`
    SELECT count(*) AS workers, coalesce(sum(objid::bigint), 0)::bigint AS lanes FROM pg_locks
    WHERE locktype = 'advisory' AND classid = ${LANES_LOCK}::oid AND objsubid = 2 AND granted
      AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
  `.execute(db);
  return found.rows[0] ?? { workers: 0, lanes: 0 };
}

/** Sums up the lanes of the workers that live. */
export async function countLanes(db: Database): Promise<number> {
  return (await countWorkers(db)).lanes;
}
