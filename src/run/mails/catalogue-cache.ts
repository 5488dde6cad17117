/** Keeps catalogue versions in memory, so that one run shows one price on all workers. */

import { readCatalogue } from '../../database/catalogue';
import type { Database } from '../../database/connecting/connection';
import type { Item } from '../../job/people';

const cache = new WeakMap<Database, Map<number, Promise<ReadonlyMap<string, Item>>>>();
const KEPT_VERSIONS = 3;

/** Loads a catalogue version, once a process. */
export function loadCatalogue(db: Database, version: number): Promise<ReadonlyMap<string, Item>> {
  const versions = cache.get(db) ?? new Map<number, Promise<ReadonlyMap<string, Item>>>();
  cache.set(db, versions);
  const known = versions.get(version);
  if (known !== undefined) return known;
  const loading = readCatalogue(db, version);
  versions.set(version, loading);
  loading.catch(() => versions.delete(version));
  const [oldest] = versions.keys();
  if (versions.size > KEPT_VERSIONS && oldest !== undefined) versions.delete(oldest);
  return loading;
}
