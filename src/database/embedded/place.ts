/** Decides where the data of a state folder lies and who owns it: in the folder itself, or, where root's server can't go there, outside. */
import { chmodSync, chownSync, existsSync, mkdirSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { NightjarError } from '../../errors';
import { canEnter, chooseServerUser } from './identity';
import { claimOutsideFolder, readOutsideId, removeOrphans } from './outside';
import type { ServerUser } from './program';
import { makeStateRoot } from './state-folder';

/** The folders of one embedded database. */
export interface Place {
  /** Holds the others, the log and our library links; entered, but not written, by the server's user. */
  readonly folder: string;
  /** PostgreSQL's own folder; absent until it is complete. */
  readonly data: string;
  /** FIFOs, and the socket where its path is short enough. */
  readonly run: string;
  /** The user that the server runs as; undefined where that is ourselves. */
  readonly user: ServerUser | undefined;
}

/**
 * Makes the folders of a database, mode 0700, and removes what deleted state folders left outside.
 *
 * @param outsideRoot  holds the databases that can't lie in their state folder: `/var/lib/nightjar`
 * @throws E_ENGINE_STATE where the folder belongs to another user, or its database outside is gone
 */
export async function preparePlace(stateDir: string, outsideRoot: string): Promise<Place> {
  const state = makeStateRoot(stateDir);
  const inside = join(state, 'db');
  const user = chooseServerUser({ data: join(inside, 'data'), state });
  mkdirSync(inside, { recursive: true, mode: 0o700 });
  if (user === undefined) return makePlace(inside, user);
  openInside(state, inside, user);
  const isOutside = readOutsideId(inside) !== undefined || !(await isReachable(inside, user));
  const folder = isOutside ? claimOutsideFolder(state, outsideRoot) : inside;
  // Only now, as the claim tells that a state folder was moved, not deleted.
  await removeOrphans(outsideRoot);
  return makePlace(folder, user);
}

/** Lets the server's user pass; a user's own state folder gets no part that only root can write. */
function openInside(state: string, inside: string, user: ServerUser): void {
  chmodSync(inside, 0o711);
  if (statSync(state).uid === user.uid) chownSync(inside, user.uid, user.gid);
}

async function isReachable(inside: string, user: ServerUser): Promise<boolean> {
  return existsSync(join(inside, 'data')) || (await canEnter(inside, user));
}

function makePlace(folder: string, user: ServerUser | undefined): Place {
  const place = { folder, data: join(folder, 'data'), run: join(folder, 'run'), user };
  mkdirSync(place.run, { recursive: true, mode: 0o700 });
  if (user !== undefined) chownSync(place.run, user.uid, user.gid);
  checkOwner(place);
  return place;
}

function checkOwner(place: Place): void {
  const expected = place.user?.uid ?? process.getuid?.();
  const found = statSync(place.data, { throwIfNoEntry: false })?.uid;
  if (found === undefined || found === expected) return;
  throw new NightjarError(
    'E_ENGINE_STATE',
    `the database in "${place.data}" belongs to user ${found}; this process would use it as user ${expected}`,
    { fix: `run nightjar as that user, or delete ${dirname(place.folder)} to start afresh` },
  );
}
