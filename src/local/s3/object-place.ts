/** Knows where an object's file and sidecar lie, and reads the facts of what is there now. */
import { join } from 'node:path';
import type { TakeTurns } from '../files';
import { AwsFault } from '../http/fault';
import { findFile, isFolder } from './bucket-files';
import { isBucketName } from './bucket-name';
import { keyToPath } from './key-path';
import { computeFacts, type ObjectFacts, readSidecar } from './object-facts';

/** Names an object. */
export interface ObjectName {
  readonly bucket: string;
  readonly key: string;
}

/** Holds what all actions on objects share. */
export interface Base {
  readonly folder: string;
  readonly temporaryFolder: string;
  readonly takeTurns: TakeTurns;
  readonly now: () => number;
}

/** Ends the name of a sidecar; no escaped key ends so. */
const SIDECAR_MARK = '%m';

/** Names the sidecar of an object. */
export function sidecarPath(base: Base, name: ObjectName): string {
  const path = keyToPath(name.key);
  return join(base.folder, '.meta', name.bucket, ...path.directories, `${path.leaf}${SIDECAR_MARK}`);
}

/** Names the folders of an object's sidecar below `.meta`. */
export function metaFolders(name: ObjectName): readonly string[] {
  return [name.bucket, ...keyToPath(name.key).directories];
}

/** Reads the facts of what is there now; undefined where nothing is. */
export async function readCurrent(base: Base, name: ObjectName): Promise<ObjectFacts | undefined> {
  const found = await findFile(join(base.folder, name.bucket), name.key);
  if (found === undefined) return undefined;
  const mark = { sizeBytes: found.sizeBytes, modifiedMs: found.modifiedMs };
  return (await readSidecar(sidecarPath(base, name), mark)) ?? computeFacts(found.file, mark);
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
