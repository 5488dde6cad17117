/** Puts and removes objects. */
import { rm, utimes } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { replaceFile, syncFolder, writeTemporary } from '../files';
import { makeFolders, placeFile, removeEmptyFolders, removeFile, renameInto } from './bucket-files';
import { keyToPath } from './key-path';
import { formatSidecar, type ObjectFacts } from './object-facts';
import { type Base, metaFolders, type ObjectName, readCurrent, requireBucket, sidecarPath } from './object-place';
import type { ReceivedBody } from './receive';

/** Holds what a put stores: a body, and what goes beside its bytes. */
export interface NewObject {
  readonly body: ReceivedBody;
  readonly headers: Readonly<Record<string, string>>;
  readonly tags?: ObjectFacts['tags'];
  readonly parts?: ObjectFacts['parts'];
  readonly completion?: ObjectFacts['completion'];
  /** Called with the facts of what is there now, before it is replaced; throws to refuse. */
  readonly check?: (current: ObjectFacts | undefined) => void;
}

/**
 * Prepares all that is flushed to disk before the bucket's turn, so that puts side by side share the disk's commits, and
 * only renames within it.
 */
export async function putObject(base: Base, name: ObjectName, object: NewObject): Promise<ObjectFacts> {
  const seen = await readCurrent(base, name);
  let ready = await prepareFacts(base, object, seen);
  const meta = { folder: join(base.folder, '.meta'), names: metaFolders(name) };
  const sidecar = sidecarPath(base, name);
  try {
    await base.takeTurns(name.bucket, async () => {
      await requireBucket(base.folder, name.bucket);
      const current = await readCurrent(base, name);
      object.check?.(current);
      const isUnchanged = current?.etag === seen?.etag && current?.modifiedMs === seen?.modifiedMs;
      if (!isUnchanged) {
        await rm(ready.sidecarFile);
        ready = await prepareFacts(base, object, current);
      }
      await renameInto(ready.sidecarFile, { ...meta, target: sidecar });
      await placeFile(object.body.file, join(base.folder, name.bucket), name.key);
    });
  } catch (error) {
    await rm(ready.sidecarFile, { force: true });
    throw error;
  }
  await Promise.all([syncFolder(dirname(sidecar)), syncFolder(folderOf(base, name))]);
  return ready.facts;
}

async function prepareFacts(
  base: Base,
  object: NewObject,
  former: ObjectFacts | undefined,
): Promise<{ readonly facts: ObjectFacts; readonly sidecarFile: string }> {
  const { body } = object;
  // Times of one key only grow, so that size and time tell its former bytes from the new ones.
  const modifiedMs = Math.max(Math.round(base.now()), (former?.modifiedMs ?? -1) + 1);
  const { etag, sizeBytes, checksum } = body;
  const facts: ObjectFacts = {
    etag,
    sizeBytes,
    modifiedMs,
    headers: { ...object.headers },
    ...(checksum === undefined ? {} : { checksum }),
    ...(object.tags === undefined ? {} : { tags: object.tags }),
    ...(object.parts === undefined ? {} : { parts: object.parts }),
    ...(object.completion === undefined ? {} : { completion: object.completion }),
  };
  await utimes(body.file, modifiedMs / 1000, modifiedMs / 1000);
  const text = formatSidecar(former === undefined ? [facts] : [facts, former]);
  return { facts, sidecarFile: await writeTemporary(text, base.temporaryFolder) };
}

/** Changes what is known of an object and leaves its bytes; undefined where there is none. */
export async function changeFacts(
  base: Base,
  name: ObjectName,
  change: (facts: ObjectFacts) => ObjectFacts,
): Promise<ObjectFacts | undefined> {
  const current = await readCurrent(base, name);
  if (current === undefined) return undefined;
  const facts = change(current);
  await makeFolders(join(base.folder, '.meta'), metaFolders(name));
  await replaceFile(sidecarPath(base, name), formatSidecar([facts]), base.temporaryFolder);
  return facts;
}

function folderOf(base: Base, name: ObjectName): string {
  return join(base.folder, name.bucket, ...keyToPath(name.key).directories);
}

/**
 * Removes an object, its sidecar, and the folders that they leave empty. `check` is called as in a put. The disk is
 * flushed behind the bucket's turn, so that removals side by side share its commits.
 */
export async function removeObject(base: Base, name: ObjectName, check?: NewObject['check']): Promise<void> {
  const changed = await base.takeTurns(name.bucket, async () => {
    if (check !== undefined) check(await readCurrent(base, name));
    const folder = await removeFile(join(base.folder, name.bucket), name.key);
    const sidecar = sidecarPath(base, name);
    await rm(sidecar, { force: true });
    await removeEmptyFolders(dirname(sidecar), join(base.folder, '.meta'));
    return folder;
  });
  await syncFolder(changed);
}
