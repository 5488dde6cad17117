/** Lets a run go on that has stopped. */

import { batchJobsOf } from '../../database/buying/batch-jobs';
import { currentCatalogueVersion } from '../../database/catalogue';
import { findOpenStates } from '../../database/ledger/deliveries';
import { clearAttempts } from '../../database/runs/attempts';
import { moveRun, type RunRow, type RunState, saveBundle } from '../../database/runs/runs';
import { reopenShards } from '../../database/runs/shards';
import type { ParamSource } from '../../job/params';
import { type JobSource, openBundle, storeBundle } from '../bundle';
import type { Engines } from '../engines';
import { queueOpenWork } from '../open-work';

/** The files of the job as they are now, and how they are checked before anything is changed. */
export interface FreshFiles {
  readonly source: JobSource;
  readonly check: (params: ParamSource) => Promise<void>;
}

/**
 * Lets a failed run go on where it stopped.
 * One that has bought nothing yet takes the job's files as they are now, where they are given: what was wrong is often mended there.
 * It keeps the values of its params.
 */
export async function resumeFailed(engines: Engines, run: RunRow, fresh: FreshFiles | undefined): Promise<void> {
  const bought = await batchJobsOf(engines.db, run.runId);
  if (bought.length === 0 && fresh !== undefined && BEFORE_BUYING.includes(stateBefore(run, 'planned'))) {
    const values = { by: 'run', values: run.params ?? {} } as const;
    await fresh.check(values);
    const catalogueVersion = await currentCatalogueVersion(engines.db);
    const { notify, params } = (await openBundle(engines, fresh.source, values)).job;
    await saveBundle(engines.db, run.runId, {
      uri: await storeBundle(engines, fresh.source),
      catalogueVersion,
      notify,
      params,
    });
  }
  const back = bought.some((job) => job.state === 'failed') ? 'preparing' : stateBefore(run, 'planned');
  await goOnFrom(engines, run, back);
}

/** Lets a paused run go on in the state that it came from; refusals count towards the job's limit anew. */
export async function resumePaused(engines: Engines, run: RunRow): Promise<void> {
  await goOnFrom(engines, run, stateBefore(run, 'sending'));
}

async function goOnFrom(engines: Engines, run: RunRow, to: RunState): Promise<void> {
  const now = engines.now();
  await clearAttempts(engines.db, run.runId);
  // Before the run is moved: one that goes on without it would fail at once.
  await reopenShards(engines.db, run.runId, { stage: 'deliver', name: 'failures' });
  await moveRun(engines.db, run.runId, { from: run.state, to, now, errorsSince: now });
  await queueOpenWork(engines, run.runId);
}

/** Later a run may have bought nothing because there was nothing to buy, and be sending. */
const BEFORE_BUYING: readonly RunState[] = ['planned', 'preparing'];
const STOPPED: readonly RunState[] = ['paused', 'failed', 'finished', 'cancelled'];

function stateBefore(run: RunRow, otherwise: RunState): RunState {
  return run.resumeState === undefined || STOPPED.includes(run.resumeState) ? otherwise : run.resumeState;
}

/** A late answer of a slow worker may have settled what the run was paused for. */
export async function reopenSettled(engines: Engines, run: RunRow): Promise<boolean> {
  if ((await findOpenStates(engines.db, run.runId)).unknown) return false;
  return moveRun(engines.db, run.runId, { from: 'paused', to: 'sending', now: engines.now() });
}
