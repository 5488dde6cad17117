/** Stores objects as files below `<state>/s3/<bucket>/`, each put whole or not at all. */
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { clearFolder, createTurns, type TakeTurns, temporaryPath } from '../files';
import type { ObjectFacts } from './object-facts';
import type { Base, ObjectName } from './object-place';
import { describeObject, linkObject, type OpenObject, openObject } from './object-reading';
import { changeFacts, type NewObject, putObject, removeObject } from './object-writing';

/** Stores objects; all paths that it gives are absolute. */
export interface ObjectStore {
  /** Names a new temporary file on the same file system, cleared when the store is next opened. */
  temporaryFile(): string;
  readonly folder: string;
  /** Folder of multipart uploads. */
  readonly uploadsFolder: string;
  readonly temporaryFolder: string;
  /** Takes the body's file over, also where it throws. */
  put(name: ObjectName, object: NewObject): Promise<ObjectFacts>;
  /** Reads an object's facts; undefined where there is none. */
  describe(name: ObjectName): Promise<ObjectFacts | undefined>;
  /** Opens an object; the caller closes the handle. */
  open(name: ObjectName): Promise<OpenObject | undefined>;
  /** Removes an object; `check` is called with the facts of what is there and throws to refuse. */
  remove(name: ObjectName, check?: NewObject['check']): Promise<void>;
  /** Changes what is known of an object and leaves its bytes; undefined where there is none. */
  change(name: ObjectName, change: (facts: ObjectFacts) => ObjectFacts): Promise<ObjectFacts | undefined>;
  /** Makes a hard link to an object's bytes, which stay as they are where the object is replaced; false where there is none. */
  linkTo(name: ObjectName, target: string): Promise<boolean>;
  readonly takeTurns: TakeTurns;
  now(): number;
}

/** Opens the store in a folder, making it where it is new and clearing what a killed process left half-received. */
export async function openObjectStore(folder: string, now: () => number): Promise<ObjectStore> {
  const temporaryFolder = join(folder, '.tmp');
  const uploadsFolder = join(folder, '.uploads');
  await clearFolder(temporaryFolder);
  await mkdir(uploadsFolder, { recursive: true });
  await mkdir(join(folder, '.meta'), { recursive: true });
  const takeTurns = createTurns();
  const base: Base = { folder, temporaryFolder, takeTurns, now };
  return {
    folder,
    temporaryFolder,
    uploadsFolder,
    takeTurns,
    now,
    temporaryFile: () => temporaryPath(temporaryFolder),
    put: async (name, object) => {
      try {
        return await putObject(base, name, object);
      } catch (error) {
        await rm(object.body.file, { force: true });
        throw error;
      }
    },
    describe: (name) => describeObject(base, name),
    open: (name) => openObject(base, name),
    remove: (name, check) => removeObject(base, name, check),
    change: (name, change) => takeTurns(name.bucket, () => changeFacts(base, name, change)),
    linkTo: (name, target) => linkObject(base, name, target),
  };
}
