/** Opens, describes and links objects, while puts may replace them. */
import { type FileHandle, link, open } from 'node:fs/promises';
import { join } from 'node:path';
import { replaceFile } from '../files';
import { systemCode } from '../http/fault';
import { type FoundFile, findFile, makeFolders } from './bucket-files';
import { computeFacts, formatSidecar, type ObjectFacts, readSidecar } from './object-facts';
import { type Base, metaFolders, type ObjectName, sidecarPath } from './object-place';

/** Holds an object opened for reading: the handle keeps these bytes even where the object is replaced meanwhile. */
export interface OpenObject {
  readonly facts: ObjectFacts;
  readonly handle: FileHandle;
}

/** Opens an object; undefined where there is none. */
export async function openObject(base: Base, name: ObjectName): Promise<OpenObject | undefined> {
  return retryWhileMoved(base, name, async (found) => {
    const handle = await open(found.file, 'r');
    try {
      const stat = await handle.stat();
      const mark = { sizeBytes: stat.size, modifiedMs: Math.round(stat.mtimeMs) };
      return {
        handle,
        facts: (await readSidecar(sidecarPath(base, name), mark)) ?? (await computeFacts(found.file, mark)),
      };
    } catch (error) {
      await handle.close();
      throw error;
    }
  });
}

const MOVE_RETRIES = 3;

/** A leaf may move between its two places, or be removed, after it was found. */
async function retryWhileMoved<Result>(
  base: Base,
  name: ObjectName,
  action: (found: FoundFile) => Promise<Result>,
): Promise<Result | undefined> {
  for (let attempt = 0; attempt < MOVE_RETRIES; attempt += 1) {
    const found = await findFile(join(base.folder, name.bucket), name.key);
    if (found === undefined) return undefined;
    try {
      return await action(found);
    } catch (error) {
      if (systemCode(error) !== 'ENOENT') throw error;
    }
  }
  return undefined;
}

/** Finds an object's facts, and writes a sidecar for a file that has none, so that its MD5 is read through once. */
export async function describeObject(base: Base, name: ObjectName): Promise<ObjectFacts | undefined> {
  return retryWhileMoved(base, name, async (found) => {
    const { sizeBytes, modifiedMs } = found;
    const known = await readSidecar(sidecarPath(base, name), { sizeBytes, modifiedMs });
    if (known !== undefined) return known;
    const facts = await computeFacts(found.file, { sizeBytes, modifiedMs });
    await base.takeTurns(name.bucket, async () => {
      const current = await findFile(join(base.folder, name.bucket), name.key);
      if (current?.sizeBytes === sizeBytes && current.modifiedMs === modifiedMs) await writeSidecar(base, name, facts);
    });
    return facts;
  });
}

async function writeSidecar(base: Base, name: ObjectName, facts: ObjectFacts): Promise<void> {
  await makeFolders(join(base.folder, '.meta'), metaFolders(name));
  await replaceFile(sidecarPath(base, name), formatSidecar([facts]), base.temporaryFolder);
}

/** Makes a hard link to an object's bytes; false where there is none. */
export async function linkObject(base: Base, name: ObjectName, target: string): Promise<boolean> {
  const linked = await retryWhileMoved(base, name, async (found) => {
    await link(found.file, target);
    return true;
  });
  return linked ?? false;
}
