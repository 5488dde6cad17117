/** Puts files at the places of their keys, finds and removes them. Callers take turns per bucket. */
import { lstat, mkdir, rename, rm, rmdir, stat } from 'node:fs/promises';
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

/** Moves a file to the place of a key, replacing what is there, and flushes the folder. */
export async function placeFile(temporary: string, folder: string, key: string): Promise<void> {
  const plain = plainPath(folder, key);
  const outcome = await tryRename(temporary, plain);
  if (outcome === 'taken') {
    await rename(temporary, `${plain}${LEAF_MARK}`);
  } else if (outcome === 'noFolder') {
    await makeFolders(folder, keyToPath(key).directories);
    await rename(temporary, plain);
  } else {
    await rm(`${plain}${LEAF_MARK}`, { force: true });
  }
  await syncFolder(dirname(plain));
}

async function tryRename(from: string, to: string): Promise<'done' | 'noFolder' | 'taken'> {
  if (await isFolder(to)) return 'taken';
  try {
    await rename(from, to);
    return 'done';
  } catch (error) {
    const code = systemCode(error) ?? '';
    if (code === 'ENOENT' || code === 'ENOTDIR') return 'noFolder';
    throw error;
  }
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

/** Removes the file of a key and the folders that it leaves empty; does nothing where there is none. */
export async function removeFile(folder: string, key: string): Promise<void> {
  const plain = plainPath(folder, key);
  await removeLeaf(`${plain}${LEAF_MARK}`);
  await removeLeaf(plain);
  await removeEmptyFolders(dirname(plain), folder);
}

async function removeLeaf(path: string): Promise<void> {
  if (!(await isFile(path))) return;
  await rm(path);
  await syncFolder(dirname(path));
}

/** Removes a folder and its parents while they are empty, up to and without `top`. */
export async function removeEmptyFolders(folder: string, top: string): Promise<void> {
  let path = folder;
  while (path.length > top.length) {
    try {
      await rmdir(path);
    } catch (error) {
      const code = systemCode(error) ?? '';
      if (code === 'ENOENT' || code === 'ENOTDIR') {
        path = dirname(path);
        continue;
      }
      return;
    }
    path = dirname(path);
  }
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
