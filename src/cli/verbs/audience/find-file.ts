/** Finds a file of a version of an audience by its name. */
import { quoteCell } from '../../../audience/formats/csv-file';
import type { Member } from '../../../audience/members';
import type { AudienceVersion } from '../../../database/audiences/versions';
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
  const start = `${version.audience}.${version.part === '' ? '' : `${version.part}.`}`;
  const all = await listArtefacts(db, version.runId);
  const files = all.filter(({ kind, name: file }) => ['audience', 'manifest'].includes(kind) && file.startsWith(start));
  const found = files.find((file) => file.name === name);
  if (found !== undefined) return found;
  const names = files.map((file) => file.name).join(', ');
  throw new NightjarError('E_USAGE', `${nameVersion(version)} of ${version.slot} has no file "${name}"`, {
    fix: names === '' ? 'run the job again: its files were deleted' : `name one of ${names}`,
  });
}

/** Writes members as CSV with a header, ids that a spreadsheet would run with an apostrophe. */
export async function* writeRows(batches: AsyncIterable<readonly Member[]>): AsyncGenerator<string> {
  yield 'user_id,rank\r\n';
  for await (const batch of batches)
    yield batch.map(({ userId, rank }) => `${quoteCell(protectCell(userId))},${rank}\r\n`).join('');
}
