/** Chooses a folder whose path leaves room for the name of a unix socket, which the operating system limits. */
import { createHash } from 'node:crypto';
import { chownSync, lstatSync, mkdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { NightjarError, systemErrorCode } from '../../errors';
import { canEnter } from './identity';
import type { Place } from './place';

/** Part of the socket's name; the server listens on no network. */
export const PORT = 5432;

/** `sun_path` holds 108 bytes on Linux and 104 on macOS, the final zero included; node cuts longer paths silently. */
const SOCKET_PATH_BYTES_MAX = process.platform === 'darwin' ? 103 : 107;

/** Names the socket in a folder, as PostgreSQL and pg do. */
export function nameSocket(folder: string): string {
  return join(folder, `.s.PGSQL.${PORT}`);
}

/** Tells whether the socket's path in a folder is short enough. */
export function fitsSocket(folder: string): boolean {
  return Buffer.byteLength(nameSocket(folder)) <= SOCKET_PATH_BYTES_MAX;
}

/**
 * Chooses the folder of the socket: the place's own, else a hashed one in the temporary folder, mode 0700.
 *
 * @throws E_ENGINE_STATE where that name is taken by somebody else
 */
export async function prepareSocketFolder(place: Place): Promise<string> {
  if (fitsSocket(place.run)) return place.run;
  const name = `nightjar-${createHash('sha256').update(place.run).digest('hex').slice(0, 16)}`;
  for (const base of [tmpdir(), '/tmp']) {
    const folder = join(base, name);
    if (!fitsSocket(folder) || (place.user !== undefined && !(await canEnter(base, place.user)))) continue;
    claimFolder(folder, place);
    return folder;
  }
  throw new NightjarError(
    'E_ENGINE_STATE',
    `no folder for the database's socket: "${place.run}" and "${tmpdir()}" are too long`,
    {
      fix: 'name a state folder with a shorter path: --state DIR',
    },
  );
}

function claimFolder(folder: string, place: Place): void {
  try {
    mkdirSync(folder, { mode: 0o700 });
    if (place.user !== undefined) chownSync(folder, place.user.uid, place.user.gid);
  } catch (error) {
    if (systemErrorCode(error) !== 'EEXIST') throw error;
  }
  const found = lstatSync(folder);
  const owner = place.user?.uid ?? process.getuid?.();
  if (found.isDirectory() && found.uid === owner && (found.mode & 0o077) === 0) return;
  throw new NightjarError('E_ENGINE_STATE', `"${folder}" is not a folder of user ${owner} with mode 0700`, {
    fix: `remove ${folder}, or name a state folder with a shorter path: --state DIR`,
  });
}
