/** Takes an unsubscribe: into the database, or while that is away into the spool. */
import { hashSubject, type Suppression, userSubject } from '../../content/suppression';
import { promptly } from '../../database/connecting/bounded-client';
import type { Database } from '../../database/connecting/connection';
import { findContacts } from '../../database/people/contacts';
import { saveSuppressions } from '../../database/people/suppressions';
import { bounded } from '../../queue/bounded';
import type { Engines } from '../engines';
import { explainFailure } from '../explain-failure';
import { forgetSpooled, listSpooled, spool, type Unsubscribed } from './spool';

type SpoolEngines = Pick<Engines, 'db' | 'log'> & {
  /** Where the spool lies: a folder that outlives the process. */
  readonly spoolDir: string;
};

/** A mail client waits for the answer, and so does a person. */
const DATABASE_MS = 3000;
const SILENT = `the database did not answer for ${DATABASE_MS} ms`;

/**
 * Takes an unsubscribe. When the promise is fulfilled it is durable: `stored` is in the database and holds from the next claim
 * on, `spooled` is on disk and will be stored when the database is back. Done again it changes nothing.
 * @throws the system's error where neither the database nor the disk takes it
 */
export async function takeUnsubscribe(engines: SpoolEngines, entry: Unsubscribed): Promise<'stored' | 'spooled'> {
  try {
    // What is stored after the time is over is in the spool as well, which is no harm.
    await bounded(store(engines.db, entry), DATABASE_MS, () => new Error(SILENT));
    return 'stored';
  } catch (error) {
    const { code, message } = explainFailure(error);
    await spool(engines.spoolDir, entry);
    engines.log('warn', 'unsubscribe spooled', { code, reason: message });
    return 'spooled';
  }
}

/**
 * Stores what is spooled, oldest first; several processes may do so at a time. Answers how many were stored. What is not stored
 * stays; one that the database refuses for itself holds up no other.
 * @throws what the database throws where it is away
 */
export async function drainSpool(engines: SpoolEngines): Promise<number> {
  const unreadable = (file: string) => engines.log('error', 'spooled unsubscribe unreadable', { file });
  const spooled = await listSpooled(engines.spoolDir, unreadable);
  let stored = 0;
  for (const one of spooled) {
    try {
      await store(engines.db, one.entry);
    } catch (error) {
      const { code, message } = explainFailure(error);
      if (code !== 'E_BUG') throw error;
      engines.log('error', 'spooled unsubscribe refused', { file: one.file, reason: message });
      continue;
    }
    await forgetSpooled(one);
    stored += 1;
  }
  if (stored > 0) engines.log('info', 'spooled unsubscribes stored', { count: stored });
  return stored;
}

/** A statement without an answer must not keep a connection of the pool from whoever comes next. */
const store = (db: Database, entry: Unsubscribed) => promptly(() => storeUnsubscribe(db, entry));

/**
 * The user is suppressed, whatever the address becomes; and the address, which other contacts and audiences may share.
 * A contact that is gone has no address any more.
 */
async function storeUnsubscribe(db: Database, { userId, list, source, at }: Unsubscribed): Promise<void> {
  const stored = (await findContacts(db, [userId])).get(userId);
  const subjects = [
    userSubject(userId),
    ...(stored?.addressHash === undefined ? [] : [hashSubject(stored.addressHash)]),
  ];
  const rows = subjects.map((subject): Suppression => ({ subject, topic: list, reason: 'unsubscribe', source, at }));
  await saveSuppressions(db, rows);
}
