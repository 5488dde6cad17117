/** Finds the server that runs on a place, if any, and clears the lock files of one that doesn't. */
import { NightjarError } from '../../errors';
import { DATABASE, USER } from './cluster';
import { askServer, type Readiness } from './handshake';
import {
  dropEmptyPidFile,
  dropPidFile,
  hasProcess,
  isServer,
  namePidFile,
  type PidFile,
  readPidFile,
} from './pid-file';
import type { Place } from './place';
import { nameSocket } from './socket-folder';

/** Returns the folder of the socket where the server takes sessions. */
export async function findReadySocket(place: Place): Promise<string | undefined> {
  const found = readPidFile(namePidFile(place.data));
  if (found?.socketFolder === undefined || !found.ready) return undefined;
  return (await ask(found.socketFolder)) === 'ready' ? found.socketFolder : undefined;
}

/**
 * Returns the process id of the server, be it starting, ready or shutting down; clears a pid file that names a stranger.
 *
 * @throws E_ENGINE_STATE where the server runs in another container
 */
export async function findServer(place: Place): Promise<number | undefined> {
  const path = namePidFile(place.data);
  dropEmptyPidFile(path);
  const found = readPidFile(path);
  if (found === undefined) return undefined;
  if (await isServer(found.pid, place.data)) return found.pid;
  await checkNobodyAnswers(place, found);
  if (hasProcess(found.pid)) dropPidFile(path, found.text);
  return undefined;
}

/** Clears the lock file of a dead server's socket where its number belongs to a stranger now. */
export async function clearSocketLock(place: Place, socketFolder: string): Promise<void> {
  const path = `${nameSocket(socketFolder)}.lock`;
  dropEmptyPidFile(path);
  const found = readPidFile(path);
  if (found === undefined || !hasProcess(found.pid)) return;
  if (!(await isServer(found.pid, place.data))) dropPidFile(path, found.text);
}

/** A server that answers, but isn't the process of its number, lives in another container: a second one would destroy the data. */
async function checkNobodyAnswers(place: Place, found: PidFile): Promise<void> {
  if (found.socketFolder === undefined || (await ask(found.socketFolder)) === 'absent') return;
  // One that was started a moment ago has another number by now.
  if (readPidFile(namePidFile(place.data))?.text !== found.text) return;
  throw new NightjarError('E_ENGINE_STATE', `the database in "${place.folder}" is in use from another container`, {
    fix: 'stop nightjar there, or set DATABASE_URL to a PostgreSQL server that both can reach',
  });
}

function ask(socketFolder: string): Promise<Readiness> {
  return askServer(nameSocket(socketFolder), { user: USER, database: DATABASE });
}
