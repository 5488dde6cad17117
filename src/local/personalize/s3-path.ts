/** Reads the S3 locations of Personalize requests and finds the objects behind them. */
import { join } from 'node:path';
import { walkFolder } from '../s3/object-list';
import { type ObjectName, requireBucket } from '../s3/object-place';
import type { Plane } from './plane';

/** Holds an `s3://bucket/prefix` location; `prefix` may be empty. */
export interface S3Path {
  readonly bucket: string;
  readonly prefix: string;
}

/** Reads a location; undefined where it is not `s3://bucket[/prefix]`. */
export function parseS3Path(text: string): S3Path | undefined {
  const match = /^s3:\/\/([^/]+)(?:\/([\s\S]*))?$/.exec(text);
  return match?.[1] === undefined ? undefined : { bucket: match[1], prefix: match[2] ?? '' };
}

/** Tells whether two locations are the same, whether they end in `/` or not. */
export function areSamePlace(one: S3Path, other: S3Path): boolean {
  return one.bucket === other.bucket && one.prefix.replace(/\/$/, '') === other.prefix.replace(/\/$/, '');
}

/**
 * Finds the objects whose keys begin with a location's prefix, in key order, without the empty ones that stand for folders.
 * The prefix is a prefix and no folder: `in` also finds `in_old/x.json`, as AWS does.
 *
 * @returns at most `limit` names
 * @throws AwsFault NoSuchBucket
 */
export async function findObjects(plane: Plane, path: S3Path, limit: number): Promise<readonly ObjectName[]> {
  await requireBucket(plane.store.folder, path.bucket);
  const walk = { prefix: Buffer.from(path.prefix), after: Buffer.alloc(0), delimiter: '' };
  const names: ObjectName[] = [];
  for await (const key of walkFolder({ folder: join(plane.store.folder, path.bucket), base: Buffer.alloc(0) }, walk)) {
    if (!key.endsWith('/')) names.push({ bucket: path.bucket, key });
    if (names.length >= limit) break;
  }
  return names;
}
