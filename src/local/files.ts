/** Writes files so that a kill or a power cut leaves the old one or the new one, never a part; and takes turns by name. */
import { randomUUID } from 'node:crypto';
import { mkdir, open, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { diskFullFault } from './http/fault';

/** Flushes a folder's entries to disk; does nothing where the platform has no such thing. */
export async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r').catch(() => undefined);
  try {
    await handle?.sync();
  } catch {
    // Windows and some network file systems can't flush a folder; the rename itself is still atomic.
  } finally {
    await handle?.close();
  }
}

/** Names a new file in the folder for temporary files. */
export function temporaryPath(folder: string): string {
  return join(folder, randomUUID());
}

/** Writes a text to a new temporary file and flushes it; gives the file's path. */
export async function writeTemporary(text: string, temporaryFolder: string): Promise<string> {
  const temporary = temporaryPath(temporaryFolder);
  try {
    const handle = await open(temporary, 'wx');
    try {
      await handle.writeFile(text);
      await handle.sync();
    } finally {
      await handle.close();
    }
    return temporary;
  } catch (error) {
    await rm(temporary, { force: true });
    throw diskFullFault(error) ?? error;
  }
}

/** Replaces a file by new text: written to a temporary file, flushed, renamed. The target's folder must exist. */
export async function replaceFile(target: string, text: string, temporaryFolder: string): Promise<void> {
  const temporary = await writeTemporary(text, temporaryFolder);
  try {
    await rename(temporary, target);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
  await syncFolder(dirname(target));
}

/** Empties a folder of temporary files, making it where it does not exist. */
export async function clearFolder(folder: string): Promise<void> {
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
}

/** Runs actions of one name one after the other; those of different names run side by side. */
export type TakeTurns = <Result>(name: string, action: () => Promise<Result>) => Promise<Result>;

/** Creates a `TakeTurns`; a failed action does not stop those behind it. */
export function createTurns(): TakeTurns {
  const last = new Map<string, Promise<unknown>>();
  return async (name, action) => {
    const before = last.get(name) ?? Promise.resolve();
    const own = before.then(action, action);
    const settled = own.catch(() => undefined);
    last.set(name, settled);
    void settled.then(() => {
      if (last.get(name) === settled) last.delete(name);
    });
    return own;
  };
}
