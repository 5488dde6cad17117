/** Finds the objects that an import or a deletion of data reads, and keeps their bytes as they are now. */
import { constants } from 'node:fs';
import { copyFile, open, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { isAwsFault } from '../../http/fault';
import type { ObjectName } from '../../s3/object-place';
import type { NamedFile } from '../data/csv-check';
import type { Plane } from '../plane';
import { findObjects, parseS3Path } from '../s3-path';

/** Objects that one job takes at most; AWS states no number. */
const MAX_FILES = 10_000;

/** Holds an object's bytes. */
export interface TakenFile extends NamedFile {
  /** File name in the folder. */
  readonly file: string;
  readonly bytes: number;
}

/**
 * Takes the object that a location names, or those of the folder where it ends in `/`, into a folder. Objects without
 * bytes, which other programs leave as marks, are passed over. Imports take the first level of the folder, deletions
 * all levels: API reference, `DataSource`.
 *
 * @param folder  must exist
 * @param asCopies  makes copies, flushed to disk, of which another program's writing into the object's file changes
 * nothing; links otherwise
 * @returns the files in the order of the objects' keys, none where nothing is there
 */
export async function takeData(
  plane: Plane,
  location: string,
  { folder, allLevels, asCopies }: { readonly folder: string; readonly allLevels: boolean; readonly asCopies: boolean },
): Promise<readonly TakenFile[]> {
  const files: TakenFile[] = [];
  for (const object of await findData(plane, location, allLevels)) {
    const file = `${String(files.length).padStart(5, '0')}.csv`;
    const path = join(folder, file);
    if (!(await takeObject(plane, object, { path, asCopies }))) continue;
    const bytes = (await stat(path)).size;
    if (bytes > 0) files.push({ file, path, name: `s3://${object.bucket}/${object.key}`, bytes });
    else await rm(path);
  }
  return files;
}

async function takeObject(
  { store }: Plane,
  object: ObjectName,
  { path, asCopies }: { readonly path: string; readonly asCopies: boolean },
): Promise<boolean> {
  if (!asCopies) return store.linkTo(object, path);
  const link = `${path}.link`;
  if (!(await store.linkTo(object, link))) return false;
  await copyFile(link, path, constants.COPYFILE_FICLONE);
  await rm(link);
  const copy = await open(path, 'r+');
  try {
    await copy.sync();
  } finally {
    await copy.close();
  }
  return true;
}

async function findData(plane: Plane, location: string, allLevels: boolean): Promise<readonly ObjectName[]> {
  const path = parseS3Path(location);
  if (path === undefined) return [];
  const { prefix } = path;
  const isFolder = prefix === '' || prefix.endsWith('/');
  try {
    const names = await findObjects(plane, path, isFolder ? MAX_FILES : 1);
    if (!isFolder) return names.filter(({ key }) => key === prefix);
    return allLevels ? names : names.filter(({ key }) => !key.slice(prefix.length).includes('/'));
  } catch (error) {
    if (isAwsFault(error)) return [];
    throw error;
  }
}
