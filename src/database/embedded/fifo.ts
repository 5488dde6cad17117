/** The FIFOs by which processes that share a server see each other: the kernel closes them with their holder, even after SIGKILL. */
import { execFile } from 'node:child_process';
import { chownSync, closeSync, constants, lstatSync, openSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { NightjarError, systemErrorCode } from '../../errors';
import type { ServerUser } from './program';

const NAMES = ['users', 'keepers', 'stopping', 'creators'] as const;

/**
 * Lists the FIFOs of one server; they are made once and stay.
 * `users`: each process that uses the server holds the writing end; the keepers read it and learn when the last is gone.
 * `keepers`, `stopping`, `creators`: a process says that it keeps the server, has decided to stop it, or makes the data
 * folder by holding the reading end, which `hasReader` sees.
 */
export type Fifos = Readonly<Record<(typeof NAMES)[number], string>>;

/**
 * Makes the FIFOs of a server in a folder, where they are missing.
 *
 * @throws E_ENGINE_STATE where the file system has none (some network and desktop mounts)
 */
export async function makeFifos(folder: string, user: ServerUser | undefined): Promise<Fifos> {
  const fifos = {
    users: join(folder, 'users'),
    keepers: join(folder, 'keepers'),
    stopping: join(folder, 'stopping'),
    creators: join(folder, 'creators'),
  };
  const missing = NAMES.map((name) => fifos[name]).filter((path) => !isFifo(path));
  if (missing.length === 0) return fifos;
  // A simultaneous start may have made some of them meanwhile: what counts is that all are there in the end.
  const failure = await promisify(execFile)('mkfifo', ['-m', '600', ...missing]).then(() => undefined, String);
  const absent = missing.find((path) => !isFifo(path));
  if (absent !== undefined) {
    throw new NightjarError('E_ENGINE_STATE', `no FIFO can be made at "${absent}": ${failure ?? 'mkfifo made none'}`, {
      fix: 'name a folder on a local disk: --state DIR',
    });
  }
  if (user !== undefined) for (const path of missing) chownSync(path, user.uid, user.gid);
  return fifos;
}

/** Tells whether any living process holds the reading end. */
export function hasReader(path: string): boolean {
  try {
    closeSync(openSync(path, constants.O_WRONLY | constants.O_NONBLOCK));
    return true;
  } catch (error) {
    if (systemErrorCode(error) === 'ENXIO') return false;
    throw error;
  }
}

/** Holds the reading end, without waiting for a writer; returns the descriptor to close. */
export function holdReading(path: string): number {
  return openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
}

/** Holds the writing end, also while nobody reads; returns the descriptor to close. */
export function holdWriting(path: string): number {
  const reader = holdReading(path);
  try {
    return openSync(path, constants.O_WRONLY | constants.O_NONBLOCK);
  } finally {
    closeSync(reader);
  }
}

function isFifo(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false })?.isFIFO() ?? false;
}
