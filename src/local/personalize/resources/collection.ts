/** Keeps the resources of one kind, each in a JSON file of its own that is replaced whole. */
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { createTurns, replaceFile, syncFolder } from '../../files';
import { AwsFault } from '../../http/fault';
import {
  type CollectionShape,
  type Deletion,
  fileName,
  LAST_SEQUENCE,
  type Outcome,
  type Resource,
  readLastSequence,
  readResources,
  type Tag,
} from './resource-files';

export type { Outcome, Resource } from './resource-files';

/** Keeps the resources of one kind. What has returned survives a kill. A resource that is gone is nowhere seen. */
export interface Collection<Detail, Result> {
  /**
   * @throws AwsFault ResourceNotFoundException
   */
  get(arn: string): Resource<Detail, Result>;
  has(arn: string): boolean;
  /** Lists all in the order of creation. */
  list(): readonly Resource<Detail, Result>[];
  /**
   * Adds a resource.
   *
   * @throws AwsFault ResourceAlreadyExistsException; names of failed resources are taken too
   */
  add(resource: Omit<Resource<Detail, Result>, 'sequence'>): Promise<Resource<Detail, Result>>;
  finish(arn: string, outcome: Outcome<Result>): Promise<void>;
  /** Replaces what a resource was made with, as an update does. */
  change(arn: string, detail: Detail): Promise<void>;
  setTags(arn: string, tags: readonly Tag[]): Promise<void>;
  /** Removes a resource, whose name is free again. Its number is not given to another. */
  remove(arn: string): Promise<void>;
  /** Lets a resource show as being deleted until it is gone. */
  leave(arn: string, deletion: Deletion): Promise<void>;
}

/**
 * Opens a collection, reading all its files.
 *
 * @throws E_ENGINE_STATE where a file is not one of the collection's
 */
export async function openCollection<Detail, Result>(
  shape: CollectionShape<Detail, Result>,
): Promise<Collection<Detail, Result>> {
  await mkdir(shape.folder, { recursive: true });
  const resources = new Map<string, Resource<Detail, Result>>();
  for (const resource of await readResources(shape)) resources.set(resource.arn, resource);
  let sequence = Math.max(await readLastSequence(shape.folder), ...[...resources.values()].map((one) => one.sequence));

  const isThere = ({ deletion }: Resource<Detail, Result>) => deletion === undefined || shape.now() < deletion.goneMs;
  const find = (arn: string): Resource<Detail, Result> => {
    const resource = resources.get(arn);
    if (resource === undefined || !isThere(resource)) throw notFound(arn);
    return resource;
  };
  const save = (resource: Resource<Detail, Result>): Promise<void> =>
    replaceFile(join(shape.folder, fileName(resource)), JSON.stringify(resource, null, 2), shape.temporaryFolder);
  // One change of a resource at a time, or the later file could lack what the earlier one holds.
  const takeTurns = createTurns();
  const replace = (arn: string, change: Partial<Resource<Detail, Result>>): Promise<void> =>
    takeTurns(arn, async () => {
      const resource = { ...find(arn), ...change };
      await save(resource);
      resources.set(arn, resource);
    });
  const erase = async (resource: Resource<Detail, Result>): Promise<void> => {
    // Kept first, so that no later resource gets the number, which names files and places in lists.
    await replaceFile(join(shape.folder, LAST_SEQUENCE), String(sequence), shape.temporaryFolder);
    await rm(join(shape.folder, fileName(resource)), { force: true });
    await syncFolder(shape.folder);
    resources.delete(resource.arn);
  };
  for (const resource of resources.values()) if (!isThere(resource)) await erase(resource);

  return {
    get: find,
    has(arn) {
      const resource = resources.get(arn);
      return resource !== undefined && isThere(resource);
    },
    list: () => [...resources.values()].filter(isThere),
    async add(unnumbered) {
      const former = resources.get(unnumbered.arn);
      if (former !== undefined && isThere(former)) throw alreadyExists(unnumbered.arn);
      if (former !== undefined) await erase(former);
      sequence += 1;
      const resource = { ...unnumbered, sequence };
      // Taken before the file is written, so that of two creates at a time the second is refused.
      resources.set(resource.arn, resource);
      try {
        await save(resource);
      } catch (error) {
        resources.delete(resource.arn);
        throw error;
      }
      return resource;
    },
    finish: (arn, outcome) => replace(arn, { outcome }),
    change: (arn, detail) => replace(arn, { detail }),
    setTags: (arn, tags) => replace(arn, { tags }),
    remove: (arn) => takeTurns(arn, async () => erase(find(arn))),
    leave: (arn, deletion) => replace(arn, { deletion }),
  };
}

/** Makes AWS's answer for an ARN that names nothing. */
export function notFound(arn: string): AwsFault {
  return new AwsFault('ResourceNotFoundException', `Resource Arn ${arn} does not exist.`);
}

/** Makes AWS's answer for a name that is taken. */
export function alreadyExists(arn: string): AwsFault {
  return new AwsFault('ResourceAlreadyExistsException', `Another resource with Arn ${arn} already exists.`);
}
