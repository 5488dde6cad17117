/** Keeps the resources of one kind, each in a JSON file of its own that is replaced whole. */
import { mkdir, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { NightjarError } from '../../errors';
import { JOB_FAULT, type JobFault } from '../faults/rule';
import { replaceFile } from '../files';
import { AwsFault } from '../http/fault';

/** Holds how a resource's making ended; `atMs` is epoch ms. */
export type Outcome<Result> =
  | { readonly ok: true; readonly atMs: number; readonly result: Result }
  | { readonly ok: false; readonly atMs: number; readonly failureReason: string };

/** Holds a resource: `detail` is the request that made it, `readyMs` the earliest time at which it may show as done. */
export interface Resource<Detail, Result> {
  readonly arn: string;
  /** Counts from 1 within the kind, in the order of creation. */
  readonly sequence: number;
  readonly createdMs: number;
  readonly readyMs: number;
  readonly detail: Detail;
  readonly outcome?: Outcome<Result>;
  /** What a fault rule lets befall the resource's job. */
  readonly fault?: JobFault;
}

/** Keeps the resources of one kind. What `add` and `finish` have returned from survives a kill. */
export interface Collection<Detail, Result> {
  /**
   * @throws AwsFault ResourceNotFoundException
   */
  get(arn: string): Resource<Detail, Result>;
  /** Lists all in the order of creation. */
  list(): readonly Resource<Detail, Result>[];
  /**
   * Adds a resource.
   *
   * @throws AwsFault ResourceAlreadyExistsException; names of failed resources are taken too
   */
  add(resource: Omit<Resource<Detail, Result>, 'sequence'>): Promise<Resource<Detail, Result>>;
  finish(arn: string, outcome: Outcome<Result>): Promise<void>;
}

/** Says where a kind is kept and what its files hold. */
export interface CollectionShape<Detail, Result> {
  readonly folder: string;
  readonly temporaryFolder: string;
  readonly detail: z.ZodType<Detail>;
  readonly result: z.ZodType<Result>;
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
  const names = (await readdir(shape.folder)).filter((name) => name.endsWith('.json')).sort();
  const resources = new Map<string, Resource<Detail, Result>>();
  for (const name of names) {
    const resource = await readResource(shape, join(shape.folder, name));
    resources.set(resource.arn, resource);
  }
  const save = (resource: Resource<Detail, Result>): Promise<void> =>
    replaceFile(join(shape.folder, fileName(resource)), JSON.stringify(resource, null, 2), shape.temporaryFolder);
  let sequence = Math.max(0, ...[...resources.values()].map((one) => one.sequence));

  return {
    get: (arn) => find(resources, arn),
    list: () => [...resources.values()],
    async add(unnumbered) {
      if (resources.has(unnumbered.arn)) throw alreadyExists(unnumbered.arn);
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
    async finish(arn, outcome) {
      const resource = { ...find(resources, arn), outcome };
      await save(resource);
      resources.set(arn, resource);
    },
  };
}

function find<Detail, Result>(
  resources: ReadonlyMap<string, Resource<Detail, Result>>,
  arn: string,
): Resource<Detail, Result> {
  const resource = resources.get(arn);
  if (resource === undefined) throw notFound(arn);
  return resource;
}

/** Makes AWS's answer for an ARN that names nothing. */
export function notFound(arn: string): AwsFault {
  return new AwsFault('ResourceNotFoundException', `Resource Arn ${arn} does not exist.`);
}

/** Makes AWS's answer for a name that is taken. */
export function alreadyExists(arn: string): AwsFault {
  return new AwsFault('ResourceAlreadyExistsException', `Another resource with Arn ${arn} already exists.`);
}

function fileName(resource: { readonly sequence: number; readonly arn: string }): string {
  const name = resource.arn.slice(resource.arn.lastIndexOf(':') + 1).replaceAll('/', '.');
  return `${String(resource.sequence).padStart(8, '0')}-${name}.json`;
}

async function readResource<Detail, Result>(
  shape: CollectionShape<Detail, Result>,
  path: string,
): Promise<Resource<Detail, Result>> {
  const schema = z.object({
    arn: z.string(),
    sequence: z.number(),
    createdMs: z.number(),
    readyMs: z.number(),
    detail: shape.detail,
    fault: JOB_FAULT.optional(),
    outcome: z
      .discriminatedUnion('ok', [
        z.object({ ok: z.literal(true), atMs: z.number(), result: shape.result }),
        z.object({ ok: z.literal(false), atMs: z.number(), failureReason: z.string() }),
      ])
      .optional(),
  });
  try {
    const { outcome, fault, ...resource } = schema.parse(JSON.parse(await readFile(path, 'utf8')));
    return { ...resource, ...(outcome === undefined ? {} : { outcome }), ...(fault === undefined ? {} : { fault }) };
  } catch (cause) {
    throw new NightjarError('E_ENGINE_STATE', `file "${path}" of the local AWS can't be read`, {
      fix: `move ${path} away; the resource that it holds is forgotten then`,
      cause,
    });
  }
}
