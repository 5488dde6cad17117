/** Keeps databases outside their state folders (`/var/lib/nightjar/<id>`), for a root whose server can't enter the state folder. */
import { randomBytes } from 'node:crypto';
import {
  chmodSync,
  existsSync,
  linkSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  statSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { NightjarError, systemErrorCode } from '../../errors';
import { hasReader } from './fifo';

/** In the state folder: the id of its database. */
const ID_FILE = 'outside';
/** In the state folder: says that the database was complete once, so that its loss is noticed. */
const CREATED_FILE = 'outside-created';
/** In the database's folder: the path of its state folder. */
const OWNER_FILE = 'state-folder';
/** A folder without owner may be one that is just being made. */
const UNOWNED_MS = 3_600_000;

/** Reads the id kept in a state folder's `db`; undefined where its database isn't outside. */
export function readOutsideId(inside: string): string | undefined {
  return readLine(join(inside, ID_FILE));
}

/**
 * Finds or makes the outside folder of a state folder, and records the one in the other.
 *
 * @param state  real path of the state folder
 * @throws E_ENGINE_STATE where the state folder is a copy of another, or its database has been removed
 */
export function claimOutsideFolder(state: string, outsideRoot: string): string {
  const inside = join(state, 'db');
  const id = readOutsideId(inside) ?? claimId(inside);
  const folder = join(outsideRoot, id);
  if (existsSync(join(inside, CREATED_FILE)) && !existsSync(join(folder, 'data'))) {
    throw new NightjarError('E_ENGINE_STATE', `the database of "${state}" lay in "${folder}" and is gone`, {
      fix: `restore ${folder}, or delete ${state} to start afresh`,
    });
  }
  mkdirSync(folder, { recursive: true });
  for (const path of [outsideRoot, folder]) chmodSync(path, 0o711);
  const owner = readLine(join(folder, OWNER_FILE));
  if (owner !== undefined && owner !== state && readOutsideId(join(owner, 'db')) === id) {
    throw new NightjarError(
      'E_ENGINE_STATE',
      `the state folder "${state}" is a copy of "${owner}", which owns its database`,
      {
        fix: `use --state ${owner}, or delete ${state} to start afresh`,
      },
    );
  }
  if (owner !== state) replaceFile(join(folder, OWNER_FILE), state);
  return folder;
}

/** Notes in the state folder that its outside database is complete; does nothing where the database lies inside. */
export function recordCreated(folder: string): void {
  const owner = readLine(join(folder, OWNER_FILE));
  if (owner !== undefined) writeFileSync(join(owner, 'db', CREATED_FILE), '', { mode: 0o600 });
}

/** Removes the databases whose state folder is gone or has another database; a disk that isn't mounted keeps its own. */
export async function removeOrphans(outsideRoot: string): Promise<void> {
  const ids = existsSync(outsideRoot) ? readdirSync(outsideRoot) : [];
  for (const id of ids.filter((name) => /^[0-9a-f]{16}$/.test(name))) {
    const folder = join(outsideRoot, id);
    if (isOrphan(folder, id)) await rm(folder, { recursive: true, force: true, maxRetries: 3 });
  }
}

function isOrphan(folder: string, id: string): boolean {
  const keepers = join(folder, 'run', 'keepers');
  if (existsSync(keepers) && hasReader(keepers)) return false;
  const owner = readLine(join(folder, OWNER_FILE));
  if (owner === undefined)
    return Date.now() - (statSync(folder, { throwIfNoEntry: false })?.mtimeMs ?? Infinity) > UNOWNED_MS;
  return existsSync(dirname(owner)) && readOutsideId(join(owner, 'db')) !== id;
}

function claimId(inside: string): string {
  const id = randomBytes(8).toString('hex');
  const draft = join(inside, `${ID_FILE}.${id}`);
  writeFileSync(draft, id, { mode: 0o600 });
  try {
    linkSync(draft, join(inside, ID_FILE));
    return id;
  } catch (error) {
    if (systemErrorCode(error) !== 'EEXIST') throw error;
    return readOutsideId(inside) ?? id;
  } finally {
    unlinkSync(draft);
  }
}

function replaceFile(path: string, text: string): void {
  const draft = `${path}.${randomBytes(6).toString('hex')}`;
  writeFileSync(draft, text, { mode: 0o600 });
  renameSync(draft, path);
}

function readLine(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8').trim();
  } catch (error) {
    if (systemErrorCode(error) === 'ENOENT' || systemErrorCode(error) === 'ENOTDIR') return undefined;
    throw error;
  }
}
