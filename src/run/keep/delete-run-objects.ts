/** Deletes what a run left on S3 that holds user ids: inputs and outputs of its batch jobs, member files, audience files. */

import type { EndedRun } from '../../database/keeping/keeping';
import {
  checkInput,
  dropArtefact,
  isUriOfOthers,
  markInputDeleted,
  markOutputsDeleted,
} from '../../database/keeping/keeping-objects';
import { listArtefacts } from '../../database/runs/artefacts';
import { batchJobName } from '../../personalize/batch-name';
import { parseS3Uri } from '../../storage/uri';
import type { Engines } from '../engines';
import { deleteFolder, deleteObject } from './delete-objects';
import { deleteOldVersions } from './delete-versions';

/** Kinds of artefacts that hold user ids, or tell of those; reports stay. */
const PERSONAL: ReadonlySet<string> = new Set(['members', 'set', 'list', 'audience', 'manifest']);

/** Deletes the objects that no kept run uses; false where an input has to wait for a run that is being prepared. */
export async function deleteRunObjects(engines: Engines, run: EndedRun): Promise<boolean> {
  for (const artefact of await listArtefacts(engines.db, run.runId)) {
    if (!PERSONAL.has(artefact.kind)) continue;
    const isShared = artefact.kind === 'list' && (await isUriOfOthers(engines.db, run.runId, artefact.uri));
    if (!isShared) await deleteObject(engines.s3, parseS3Uri(artefact.uri));
    await dropArtefact(engines.db, run.runId, artefact);
  }
  await deleteOldVersions(engines, run.job);
  const scope = { runId: run.runId, namePattern: namesOfSlot(run) };
  const jobs = await markOutputsDeleted(engines.db, scope, engines.now());
  for (const job of jobs) await deleteFolder(engines.s3, parseS3Uri(job.outputUri));
  const inputs = new Set(jobs.map((job) => job.inputUri));
  const settled: boolean[] = [];
  for (const input of inputs) settled.push(await deleteInput(engines, input));
  return settled.every(Boolean);
}

async function deleteInput(engines: Engines, uri: string): Promise<boolean> {
  const verdict = await checkInput(engines.db, uri);
  if (verdict === 'delete') {
    await deleteObject(engines.s3, parseS3Uri(uri));
    await markInputDeleted(engines.db, uri, engines.now());
  }
  return verdict !== 'wait';
}

const NO_FINGERPRINT = '0'.repeat(12);

/** Matches the names of the slot's batch jobs, with any fingerprint, part and attempt. */
function namesOfSlot({ job, slot }: EndedRun): string {
  const name = batchJobName({ job, slot, fingerprint: NO_FINGERPRINT });
  return `^${name.slice(0, -NO_FINGERPRINT.length)}[0-9a-f]{12}(-p[0-9]+)?(-a[0-9]+)?$`;
}
