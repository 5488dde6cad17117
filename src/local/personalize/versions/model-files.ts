/** Removes model files that no solution version names. */
import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Folders, Resources } from '../plane';

/** Removes what a kill left between a model and its version's record; only for times when no work is running. */
export async function removeUnnamedModels({ models }: Folders, { solutionVersions }: Resources): Promise<void> {
  const named = new Set(
    solutionVersions.list().map(({ outcome }) => (outcome?.ok === true ? outcome.result.model : '')),
  );
  for (const name of await readdir(models)) {
    if (!named.has(name)) await rm(join(models, name), { recursive: true, force: true });
  }
}
