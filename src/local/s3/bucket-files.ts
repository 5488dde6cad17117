/** Puts files at the places of their keys, finds and removes them. Callers take turns per bucket. */
import { lstat, mkdir, rename, rmdir, stat, unlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { syncFolder } from '../files';
import { systemCode } from '../http/fault';
import { keyToPath, LEAF_MARK } from './key-path';

/** Holds a file that was found, with the size and time that its facts must match. */
export interface FoundFile {
  readonly file: string;
  readonly sizeBytes: number;
  readonly modifiedMs: number;
}

const ABSENT = new Set(['ENOENT', 'ENOTDIR', 'EISDIR']);

/** Finds the file of a key below a bucket's folder; undefined where there is none. */
export async function findFile(folder: string, key: string): Promise<FoundFile | undefined> {
  const plain = plainPath(folder, key);
  // The plain place first: a put that found it free again has left an older file at the marked one for a moment.
  for (const file of [plain, `${plain}${LEAF_MARK}`]) {
    const found = await stat(file).catch((error: unknown) => {
      if (ABSENT.has(systemCode(error) ?? '')) return undefined;
      throw error;
    });
    if (found?.isFile()) return { file, sizeBytes: found.size, modifiedMs: Math.round(found.mtimeMs) };
  }
  return undefined;
}

function plainPath(folder: string, key: string): string {
  const path = keyToPath(key);
  return join(folder, ...path.directories, path.leaf);
}

/** Moves a file to the place of a key, replacing what is there; its folder is not flushed yet. */
export async function placeFile(temporary: string, folder: string, key: string): Promise<void> {
  const plain = plainPath(folder, key);
  if ((await tryRename(temporary, plain)) === 'taken') {
    await rename(temporary, `${plain}${LEAF_MARK}`);
    return;
  }
  await unlink(`${plain}${LEAF_MARK}`).catch(ignoreAbsent);

  async function tryRename(from: string, to: string): Promise<'done' | 'taken'> {
    try {
      await renameInto(from, { folder, names: keyToPath(key).directories, target: to });
      return 'done';
    } catch (error) {
      if (await isFolder(to)) return 'taken';
      throw error;
    }
  }
}

/** Renames a file into a folder below `folder`, which is made where it is not there. */
export async function renameInto(
  from: string,
  to: { readonly folder: string; readonly names: readonly string[]; readonly target: string },
): Promise<void> {
  try {
    await rename(from, to.target);
  } catch (error) {
    const code = systemCode(error) ?? '';
    if (code !== 'ENOENT' && code !== 'ENOTDIR') throw error;
    await makeFolders(to.folder, to.names);
    await rename(from, to.target);
  }
}

function ignoreAbsent(error: unknown): void {
  if (!ABSENT.has(systemCode(error) ?? '')) throw error;
}

/** Makes the folders of a key or sidecar below `folder`, moving a leaf out of the way where it has a folder's name. */
export async function makeFolders(folder: string, names: readonly string[]): Promise<void> {
  let path = folder;
  for (const name of names) {
    const parent = path;
    path = join(path, name);
    if (await isFolder(path)) continue;
    if (await isFile(path)) await rename(path, `${path}${LEAF_MARK}`);
    await mkdir(path);
    await syncFolder(parent);
  }
}

/**
 * Removes the file of a key and the folders that it leaves empty; does nothing where there is none.
 *
 * @returns the folder whose entries changed last, not flushed yet
 */
export async function removeFile(folder: string, key: string): Promise<string> {
  const plain = plainPath(folder, key);
  await removeLeaf(`${plain}${LEAF_MARK}`);
  await removeLeaf(plain);
  return removeEmptyFolders(dirname(plain), folder);
}

async function removeLeaf(path: string): Promise<void> {
  try {
    await unlink(path);
  } catch (error) {
    // Systems differ in the code for a folder.
    if (!ABSENT.has(systemCode(error) ?? '') && !(await isFolder(path))) throw error;
  }
}

/** Removes a folder and its parents while they are empty, up to and without `top`; gives the one that stays. */
export async function removeEmptyFolders(folder: string, top: string): Promise<string> {
  let path = folder;
  while (path.length > top.length) {
    try {
      await rmdir(path);
    } catch (error) {
      if (!['ENOENT', 'ENOTDIR'].includes(systemCode(error) ?? '')) return path;
    }
    path = dirname(path);
  }
  return path;
}

async function isFile(path: string): Promise<boolean> {
  return (await statOrNothing(path))?.isFile() ?? false;
}

/** Tells whether a folder is there. */
export async function isFolder(path: string): Promise<boolean> {
  return (await statOrNothing(path))?.isDirectory() ?? false;
}

async function statOrNothing(path: string): Promise<Awaited<ReturnType<typeof lstat>> | undefined> {
  return lstat(path).catch((error: unknown) => {
    if (ABSENT.has(systemCode(error) ?? '')) return undefined;
    throw error;
  });
}
