/** Says as whom the server runs: PostgreSQL refuses root, so root gives it another user. */
import { statSync } from 'node:fs';
import { runProgram } from './program';

/** The user that the programs of PostgreSQL run as; ids as the operating system counts them. */
export interface ServerUser {
  readonly uid: number;
  readonly gid: number;
}

/** nobody and nogroup on Debian, nobody's number on most others; a number needs no entry in /etc/passwd. */
const UNPRIVILEGED: ServerUser = { uid: 65534, gid: 65534 };

/**
 * Chooses the user of the server: undefined, for ourselves, unless we are root.
 * Root takes the owner of what is there already, so that data made by a user stays that user's.
 *
 * @param paths  the data folder, then the folders above it; the first that exists and isn't root's decides
 */
export function chooseServerUser(paths: readonly string[]): ServerUser | undefined {
  if (process.getuid?.() !== 0) return undefined;
  for (const path of paths) {
    const found = statSync(path, { throwIfNoEntry: false });
    if (found !== undefined && found.uid !== 0) return { uid: found.uid, gid: found.gid };
  }
  return UNPRIVILEGED;
}

/** Tries whether a user can enter a folder, all folders above it included. */
export async function canEnter(folder: string, user: ServerUser): Promise<boolean> {
  const result = await runProgram({ command: '/bin/sh', args: ['-c', 'cd "$0"', folder], env: {}, user });
  return result.code === 0;
}
