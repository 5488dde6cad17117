/** Says as whom the server runs: PostgreSQL refuses root, so root gives it another user. */
import { spawnSync } from 'node:child_process';
import { statSync } from 'node:fs';
import { runProgram, type ServerUser } from './program';

/** nobody and nogroup on Debian, nobody's number on most others; a number needs no entry in /etc/passwd. */
const UNPRIVILEGED: ServerUser = { uid: 65534, gid: 65534 };

/**
 * Chooses the user of the server: undefined, for ourselves, unless we are root.
 * Root takes the owner of what is there already, so that what a user has made stays that user's.
 *
 * @param place  `data` may not exist yet; `state` does
 */
export function chooseServerUser(place: { readonly data: string; readonly state: string }): ServerUser | undefined {
  if (process.getuid?.() !== 0) return undefined;
  const made = statSync(place.data, { throwIfNoEntry: false });
  if (made !== undefined) return { uid: made.uid, gid: made.gid };
  const { uid, gid } = statSync(place.state);
  return uid !== 0 && isKnown(uid) ? { uid, gid } : UNPRIVILEGED;
}

/** PostgreSQL makes no data for a number without a name, as the owner of a folder mounted into a container often is. */
function isKnown(uid: number): boolean {
  return spawnSync('id', ['-un', String(uid)], { stdio: 'ignore' }).status === 0;
}

/** Tries whether a user can enter a folder, all folders above it included. */
export async function canEnter(folder: string, user: ServerUser): Promise<boolean> {
  const result = await runProgram({ command: '/bin/sh', args: ['-c', 'cd "$0"', folder], env: {}, user });
  return result.code === 0;
}
