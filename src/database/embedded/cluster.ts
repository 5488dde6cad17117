/** Makes the data folder of a database: beside its final place, renamed when it is complete, so that a half-made one is never seen. */
import { randomBytes } from 'node:crypto';
import { chownSync, closeSync, existsSync, mkdirSync, readdirSync, rmdirSync } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { systemErrorCode } from '../../errors';
import { explainProgramFailure } from './failures';
import { type Fifos, hasReader, holdReading } from './fifo';
import { recordCreated } from './outside';
import type { Place } from './place';
import { runProgram } from './program';
import type { Programs } from './programs';

/** The owner of everything in the database; the only one, as the socket's folder lets nobody else in. */
export const USER = 'nightjar';
export const DATABASE = 'nightjar';

const DRAFT = /^draft-data-/;
const WAIT_MS = 20;
/** The first version with a collation of its own, which needs no locale of the system. */
const BUILTIN_LOCALE_MAJOR = 17;

/** Tells whether the data folder is complete. */
export function hasCluster(place: Place): boolean {
  return existsSync(join(place.data, 'PG_VERSION'));
}

/**
 * Makes the data folder where it is missing; takes about a second.
 * Of simultaneous callers one makes it and the others wait; where the one is killed, another makes it anew. Should two
 * be at it all the same, the first to rename wins and the other discards its own.
 *
 * @throws E_ENGINE_DISK_FULL, E_ENGINE_STATE, E_ENGINE_DATABASE; nothing half-made is left
 */
export async function ensureCluster(place: Place, fifos: Fifos, programs: () => Promise<Programs>): Promise<void> {
  const lock = join(place.folder, 'creating');
  while (!hasCluster(place)) {
    const claim = holdReading(fifos.creators);
    try {
      if (makeFolder(lock)) {
        await programs()
          .then((found) => createCluster(place, found))
          .finally(() => removeFolder(lock));
        return;
      }
    } finally {
      closeSync(claim);
    }
    await wait(WAIT_MS);
    if (!hasReader(fifos.creators)) removeFolder(lock);
  }
}

async function createCluster(place: Place, programs: Programs): Promise<void> {
  if (hasCluster(place)) return;
  await removeDrafts(place);
  const draft = join(place.folder, `draft-data-${randomBytes(6).toString('hex')}`);
  try {
    mkdirSync(draft, { mode: 0o700 });
    if (place.user !== undefined) chownSync(draft, place.user.uid, place.user.gid);
    await initialise(draft, place, programs);
    await rename(draft, place.data);
    recordCreated(place.folder);
  } catch (error) {
    await rm(draft, { recursive: true, force: true, maxRetries: 3 });
    if (!hasCluster(place)) throw error;
  }
}

async function initialise(draft: string, place: Place, programs: Programs): Promise<void> {
  const locale =
    programs.major >= BUILTIN_LOCALE_MAJOR
      ? ['--locale-provider=builtin', '--builtin-locale=C.UTF-8', '--locale=C']
      : ['--no-locale'];
  const call = { env: programs.env, user: place.user };
  const made = await runProgram({
    ...call,
    command: programs.initdb,
    args: ['-D', draft, '-U', USER, '-A', 'trust', '--encoding=UTF8', '--no-instructions', ...locale],
  });
  if (made.code !== 0) throw explainProgramFailure(made.errno ?? made.output, place.folder);
  // Renaming the empty database that initdb makes is cheaper than a new one, and needs no server.
  const renamed = await runProgram({
    ...call,
    command: programs.postgres,
    args: ['--single', '-D', draft, 'template1'],
    input: `ALTER DATABASE postgres RENAME TO ${DATABASE};\n`,
  });
  if (renamed.code !== 0 || /ERROR:/.test(renamed.output)) {
    throw explainProgramFailure(renamed.errno ?? renamed.output, place.folder);
  }
}

async function removeDrafts(place: Place): Promise<void> {
  const drafts = readdirSync(place.folder).filter((name) => DRAFT.test(name));
  for (const name of drafts) await rm(join(place.folder, name), { recursive: true, force: true, maxRetries: 3 });
}

function makeFolder(path: string): boolean {
  try {
    mkdirSync(path, { mode: 0o700 });
    return true;
  } catch (error) {
    if (systemErrorCode(error) === 'EEXIST') return false;
    throw error;
  }
}

function removeFolder(path: string): void {
  try {
    rmdirSync(path);
  } catch (error) {
    if (systemErrorCode(error) !== 'ENOENT') throw error;
  }
}
