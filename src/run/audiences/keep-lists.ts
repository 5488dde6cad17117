/** Keeps the lists of a run on S3 as long as the run has them. */
import path from 'node:path';
import { saveArtefact } from '../../database/runs/artefacts';
import { NightjarError } from '../../errors';
import { headObject } from '../../storage/objects';
import { parseS3Uri } from '../../storage/uri';
import type { StageContext } from '../stage';

/**
 * Notes the lists of a run among what it has made, so that they are kept as long as a run has them.
 * @throws E_OBJECT_MISSING where one is gone since the run was made, before anything is bought
 */
export async function keepLists({ engines, run, bundle }: StageContext): Promise<void> {
  for (const [name, { uri, users }] of Object.entries(bundle.lists ?? {})) {
    const place = parseS3Uri(uri);
    const bytes = await headObject(engines.s3, place);
    if (bytes === undefined) {
      const fix = `start another run of the slot: nightjar run ${run.job} --date ${run.slot} --again`;
      throw new NightjarError('E_OBJECT_MISSING', `the list ${name} of ${run.runId} is gone: ${uri}`, { fix });
    }
    const sha256 = path.posix.basename(place.key, '.tsv');
    await saveArtefact(engines.db, run.runId, {
      kind: 'list',
      name,
      uri,
      rows: users,
      bytes,
      sha256,
      now: engines.now(),
    });
  }
}
