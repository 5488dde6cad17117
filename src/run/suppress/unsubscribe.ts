/** Takes an unsubscribe: into the database, or while that is away into the spool. */
import { hashSubject, type Suppression, userSubject } from '../../content/suppression';
import type { Database } from '../../database/connection';
import { findContacts } from '../../database/contacts';
import { saveSuppressions } from '../../database/suppressions';
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
    await bounded(storeUnsubscribe(engines.db, entry), DATABASE_MS, () => new Error(SILENT));
    return 'stored';
  } catch (error) {
    const { code, message } = explainFailure(error);
    await spool(engines.spoolDir, entry);
    engines.log('warn', 'unsubscribe spooled', { code, reason: message });
    return 'spooled';
  }
}

/**
 * Stores what is spooled, oldest first; several processes may do so at a time. Answers how many were stored.
 * @throws what the database throws; what is not stored stays
 */
export async function drainSpool(engines: SpoolEngines): Promise<number> {
  const unreadable = (file: string) => engines.log('error', 'spooled unsubscribe unreadable', { file });
  const spooled = await listSpooled(engines.spoolDir, unreadable);
  for (const one of spooled) {
    await storeUnsubscribe(engines.db, one.entry);
    await forgetSpooled(one);
  }
  if (spooled.length > 0) engines.log('info', 'spooled unsubscribes stored', { count: spooled.length });
  return spooled.length;
}

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
