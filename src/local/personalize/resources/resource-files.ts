/** Defines what is kept of a resource, and reads and names its file. */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { NightjarError } from '../../../errors';
import { JOB_FAULT, type JobFault } from '../../faults/rule';

const TAG = z.object({ tagKey: z.string(), tagValue: z.string() });

/** Holds a tag of a resource. */
export type Tag = z.infer<typeof TAG>;

/** Holds how a resource's making ended; `atMs` is epoch ms. */
export type Outcome<Result> =
  | { readonly ok: true; readonly atMs: number; readonly result: Result }
  | { readonly ok: false; readonly atMs: number; readonly failureReason: string };

/** Holds the end of a resource: it shows as being deleted until `goneMs`, and then no more (epoch ms). */
export interface Deletion {
  readonly deletedMs: number;
  readonly goneMs: number;
}

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
  /** The tags since they were changed; until then those of `detail` hold. */
  readonly tags?: readonly Tag[];
  readonly deletion?: Deletion;
}

/** Says where a kind is kept and what its files hold. */
export interface CollectionShape<Detail, Result> {
  readonly folder: string;
  readonly temporaryFolder: string;
  readonly detail: z.ZodType<Detail>;
  readonly result: z.ZodType<Result>;
  /** Gives epoch ms. */
  readonly now: () => number;
}

/** The file that keeps the highest number ever given, once a resource was removed. */
export const LAST_SEQUENCE = 'last-sequence';

/** Reads that number; 0 where nothing was removed yet. */
export async function readLastSequence(folder: string): Promise<number> {
  const text = await readFile(join(folder, LAST_SEQUENCE), 'utf8').catch(() => '0');
  return /^\d+$/.test(text) ? Number(text) : 0;
}

/**
 * Reads all files of a collection, in the order of creation.
 *
 * @throws E_ENGINE_STATE where a file is not one of the collection's
 */
export async function readResources<Detail, Result>(
  shape: CollectionShape<Detail, Result>,
): Promise<readonly Resource<Detail, Result>[]> {
  const names = (await readdir(shape.folder)).filter((name) => name.endsWith('.json')).sort();
  const resources: Resource<Detail, Result>[] = [];
  for (const name of names) resources.push(await readResource(shape, join(shape.folder, name)));
  return resources;
}

/** Names a resource's file: its number first, so that files stand in the order of creation. */
export function fileName(resource: { readonly sequence: number; readonly arn: string }): string {
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
    tags: z.array(TAG).optional(),
    deletion: z.object({ deletedMs: z.number(), goneMs: z.number() }).optional(),
    outcome: z
      .discriminatedUnion('ok', [
        z.object({ ok: z.literal(true), atMs: z.number(), result: shape.result }),
        z.object({ ok: z.literal(false), atMs: z.number(), failureReason: z.string() }),
      ])
      .optional(),
  });
  try {
    const { outcome, fault, tags, deletion, ...resource } = schema.parse(JSON.parse(await readFile(path, 'utf8')));
    return {
      ...resource,
      ...(outcome === undefined ? {} : { outcome }),
      ...(fault === undefined ? {} : { fault }),
      ...(tags === undefined ? {} : { tags }),
      ...(deletion === undefined ? {} : { deletion }),
    };
  } catch (cause) {
    throw new NightjarError('E_ENGINE_STATE', `file "${path}" of the local AWS can't be read`, {
      fix: `move ${path} away; the resource that it holds is forgotten then`,
      cause,
    });
  }
}
