/** Lets one process at a time do what must not be done twice. */
import { AsyncLocalStorage } from 'node:async_hooks';
import { type Kysely, sql } from 'kysely';
import type { Tables } from '../schema';
import { createSlots, type Slots } from './slots';

type Database = Kysely<Tables>;

/** How many locks a process holds or waits for at a time: each takes a connection, and its action needs others. */
const LOCKS = new WeakMap<Database, Slots>();
const inLock = new AsyncLocalStorage<Database>();

/** Bounds the locks of a handle, so that they leave connections for what is done under them. */
export function limitLocks(db: Database, most: number): void {
  LOCKS.set(db, createSlots(most));
}

/**
 * Runs `action` while holding an advisory lock of the database; others wait. A process that dies has let go, and so has
 * one whose connection breaks, without noticing: what `action` writes must bear a second one beside it.
 */
export async function withLock<T>(db: Database, name: string, action: () => Promise<T>): Promise<T> {
  const slots = LOCKS.get(db);
  const locked = () => inLock.run(db, () => lock(db, name, action));
  // A lock within a lock must not wait for a slot: the slots may all be held by such.
  return slots === undefined || inLock.getStore() === db ? locked() : slots.run(locked);
}

async function lock<T>(db: Database, name: string, action: () => Promise<T>): Promise<T> {
  return db.connection().execute(async (connection) => {
    await sql`SELECT pg_advisory_lock(hashtextextended(${name}, 0))`.execute(connection);
    try {
      return await action();
    } finally {
      await sql`SELECT pg_advisory_unlock(hashtextextended(${name}, 0))`.execute(connection);
    }
  });
}
