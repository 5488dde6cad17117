/** Finds a file of a version of an audience by its name. */
import { quoteCell } from '../../../audience/formats/csv-file';
import type { Member } from '../../../audience/members';
import { type AudienceVersion, listVersions } from '../../../database/audiences/versions';
import type { Database } from '../../../database/connecting/connection';
import { type ArtefactRow, listArtefacts } from '../../../database/runs/artefacts';
import { NightjarError } from '../../../errors';
import { protectCell } from '../../../run/import/formula-cell';
import { nameVersion } from './find-audience';

/**
 * Finds a file of the run that made the version.
 * @throws E_USAGE where the version has no such file
 */
export async function findArtefact(db: Database, version: AudienceVersion, name: string): Promise<ArtefactRow> {
  const files = await listFiles(db, version);
  const found = files.find((file) => file.name === name);
  if (found !== undefined) return found;
  throw new NightjarError('E_USAGE', `${nameVersion(version)} of ${version.slot} has no file "${name}"`, {
    fix: await suggestFile(db, version, { name, files }),
  });
}

async function listFiles(db: Database, { audience, part, runId }: AudienceVersion): Promise<readonly ArtefactRow[]> {
  const start = `${audience}.${part === '' ? '' : `${part}.`}`;
  const all = await listArtefacts(db, runId);
  return all.filter(({ kind, name }) => ['audience', 'manifest'].includes(kind) && name.startsWith(start));
}

/** How many versions are looked through for a file. */
const LOOKED_THROUGH = 50;

/** Names the newest version that has the file, else the files of this one. A version in which nothing changed has a manifest alone. */
async function suggestFile(
  db: Database,
  version: AudienceVersion,
  { name, files }: { readonly name: string; readonly files: readonly ArtefactRow[] },
): Promise<string> {
  const { job, audience, part } = version;
  const all = (await listVersions(db, { job, audience })).filter((other) => other.part === part);
  const newest = [...new Map(all.map((other) => [other.slot, other])).values()].slice(-LOOKED_THROUGH).reverse();
  for (const other of newest) {
    const theirs = await listFiles(db, other);
    if (theirs.some((file) => file.name === name)) return `write ${nameVersion(other)}@${other.slot}, which has it`;
  }
  if (files.length === 0) return 'run the job again: its files were deleted';
  return `name one of ${files.map((file) => file.name).join(', ')}`;
}

/** Writes members as CSV with a header, ids that a spreadsheet would run with an apostrophe. */
export async function* writeRows(batches: AsyncIterable<readonly Member[]>): AsyncGenerator<string> {
  yield 'user_id,rank\r\n';
  for await (const batch of batches)
    yield batch.map(({ userId, rank }) => `${quoteCell(protectCell(userId))},${rank}\r\n`).join('');
}
