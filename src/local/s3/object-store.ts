/** Stores objects as files below `<state>/s3/<bucket>/`, each put whole or not at all. */
import { type FileHandle, link, mkdir, open, rm, utimes } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { clearFolder, createTurns, replaceFile, type TakeTurns, temporaryPath } from '../files';
import { AwsFault, systemCode } from '../http/fault';
import {
  type FoundFile,
  findFile,
  isFolder,
  makeFolders,
  placeFile,
  removeEmptyFolders,
  removeFile,
} from './bucket-files';
import { isBucketName } from './bucket-name';
import type { Checksum } from './checksums';
import { keyToPath } from './key-path';
import { computeFacts, formatSidecar, type ObjectFacts, readSidecar } from './object-facts';
import type { ReceivedBody } from './receive';

/** Names an object. */
export interface ObjectName {
  readonly bucket: string;
  readonly key: string;
}

/** Holds what a put stores beside the bytes of a received body. */
export interface NewObject {
  readonly body: ReceivedBody;
  readonly headers: Readonly<Record<string, string>>;
  /** In place of the body's MD5, for objects made of parts. */
  readonly etag?: string;
  /** In place of the body's own checksum. */
  readonly checksum?: Checksum;
  /** Called with the facts of what is there now, before it is replaced; throws to refuse. */
  readonly check?: (current: ObjectFacts | undefined) => void;
}

/** Holds an object opened for reading: the handle keeps these bytes even where the object is replaced meanwhile. */
export interface OpenObject {
  readonly facts: ObjectFacts;
  readonly handle: FileHandle;
}

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
  remove(name: ObjectName): Promise<void>;
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
  const base = { folder, temporaryFolder };
  const takeTurns = createTurns();
  return {
    folder,
    temporaryFolder,
    uploadsFolder,
    takeTurns,
    now,
    temporaryFile: () => temporaryPath(temporaryFolder),
    put: async (name, object) => {
      try {
        return await takeTurns(name.bucket, () => putObject(base, name, { ...object, now: now() }));
      } catch (error) {
        await rm(object.body.file, { force: true });
        throw error;
      }
    },
    describe: (name) => describeObject(base, name, takeTurns),
    open: (name) => openObject(base, name),
    remove: (name) => takeTurns(name.bucket, () => removeObject(base, name)),
    linkTo: (name, target) => linkObject(base, name, target),
  };
}

interface Base {
  readonly folder: string;
  readonly temporaryFolder: string;
}

/** Ends the name of a sidecar; no escaped key ends so. */
const SIDECAR_MARK = '%m';

function sidecarPath(base: Base, name: ObjectName): string {
  const path = keyToPath(name.key);
  return join(base.folder, '.meta', name.bucket, ...path.directories, `${path.leaf}${SIDECAR_MARK}`);
}

async function putObject(base: Base, name: ObjectName, object: NewObject & { now: number }): Promise<ObjectFacts> {
  const { body } = object;
  await requireBucket(base.folder, name.bucket);
  const current = await readCurrent(base, name);
  object.check?.(current);
  // Times of one key only grow, so that size and time tell its former bytes from the new ones.
  const modifiedMs = Math.max(Math.round(object.now), (current?.modifiedMs ?? -1) + 1);
  const checksum = object.checksum ?? body.checksum;
  const facts: ObjectFacts = {
    etag: object.etag ?? body.md5Hex,
    sizeBytes: body.sizeBytes,
    modifiedMs,
    headers: { ...object.headers },
    ...(checksum === undefined ? {} : { checksum }),
  };
  await utimes(body.file, modifiedMs / 1000, modifiedMs / 1000);
  await writeSidecar(base, name, current === undefined ? [facts] : [facts, current]);
  await placeFile(body.file, join(base.folder, name.bucket), name.key);
  return facts;
}

async function readCurrent(base: Base, name: ObjectName): Promise<ObjectFacts | undefined> {
  const found = await findFile(join(base.folder, name.bucket), name.key);
  if (found === undefined) return undefined;
  const mark = { sizeBytes: found.sizeBytes, modifiedMs: found.modifiedMs };
  return (await readSidecar(sidecarPath(base, name), mark)) ?? computeFacts(found.file, mark);
}

async function openObject(base: Base, name: ObjectName): Promise<OpenObject | undefined> {
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
async function describeObject(base: Base, name: ObjectName, takeTurns: TakeTurns): Promise<ObjectFacts | undefined> {
  return retryWhileMoved(base, name, async (found) => {
    const { sizeBytes, modifiedMs } = found;
    const known = await readSidecar(sidecarPath(base, name), { sizeBytes, modifiedMs });
    if (known !== undefined) return known;
    const facts = await computeFacts(found.file, { sizeBytes, modifiedMs });
    await takeTurns(name.bucket, async () => {
      const current = await findFile(join(base.folder, name.bucket), name.key);
      if (current?.sizeBytes === sizeBytes && current.modifiedMs === modifiedMs)
        await writeSidecar(base, name, [facts]);
    });
    return facts;
  });
}

async function writeSidecar(base: Base, name: ObjectName, entries: readonly ObjectFacts[]): Promise<void> {
  await makeFolders(join(base.folder, '.meta'), [name.bucket, ...keyToPath(name.key).directories]);
  await replaceFile(sidecarPath(base, name), formatSidecar(entries), base.temporaryFolder);
}

async function removeObject(base: Base, name: ObjectName): Promise<void> {
  await removeFile(join(base.folder, name.bucket), name.key);
  const sidecar = sidecarPath(base, name);
  await rm(sidecar, { force: true });
  await removeEmptyFolders(dirname(sidecar), join(base.folder, '.meta'));
}

async function linkObject(base: Base, name: ObjectName, target: string): Promise<boolean> {
  const linked = await retryWhileMoved(base, name, async (found) => {
    await link(found.file, target);
    return true;
  });
  return linked ?? false;
}

/**
 * Checks that a bucket exists below the store's folder.
 *
 * @throws AwsFault NoSuchBucket
 */
export async function requireBucket(folder: string, bucket: string): Promise<void> {
  if (isBucketName(bucket) && (await isFolder(join(folder, bucket)))) return;
  const details = { BucketName: bucket };
  throw new AwsFault('NoSuchBucket', 'The specified bucket does not exist', { status: 404, details });
}

/** Makes S3's answer for a key that holds nothing. */
export function noSuchKey(key: string): AwsFault {
  return new AwsFault('NoSuchKey', 'The specified key does not exist.', { status: 404, details: { Key: key } });
}
