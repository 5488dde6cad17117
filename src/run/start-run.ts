/** Starts the run of a job's slot, or goes on with the one that is there. */

import { batchJobsOf } from '../database/batch-jobs';
import { currentCatalogueVersion } from '../database/catalogue';
import { findOpenStates } from '../database/deliveries';
import { createRun, findLatestRun, moveRun, type RunRow, saveBundle } from '../database/runs';
import { clearAttempts } from '../database/shards';
import { NightjarError } from '../errors';
import { runId } from '../job/keys';
import { type JobSource, openBundle, storeBundle } from './bundle';
import type { Engines } from './engines';
import { resolveSolution } from './resolve-solution';
import { checkQueries } from './segment-queries';
import { queueOpenWork } from './worker';

export interface StartWish {
  readonly source: JobSource;
  /** `YYYY-MM-DD` or `YYYY-MM-DDTHHmm`. */
  readonly slot: string;
  /** Makes a new run of a slot that has been run; who was accepted in an earlier one gets nothing more. */
  readonly again: boolean;
}

/** `found` is a run that was there before: finished, or one to go on with. */
export interface StartedRun {
  readonly runId: string;
  readonly how: 'created' | 'found' | 'resumed';
}

/**
 * Starts a run. The job is checked as a whole first: nothing is written, bought or sent for one that is wrong.
 * A failed run goes on where it stopped; by its own bundle if it has bought anything, else by the files as they are now.
 */
export async function startRun(engines: Engines, wish: StartWish): Promise<StartedRun> {
  const { job } = openBundle(engines, wish.source);
  const latest = await findLatestRun(engines.db, job.name, wish.slot);
  if (latest !== undefined && !(wish.again && latest.state === 'finished')) return resumeRun(engines, latest, wish);
  await checkSolution(engines, wish.source);
  const n = (latest?.n ?? 0) + 1;
  const id = runId({ job: job.name, slot: wish.slot, number: n });
  const catalogueVersion = await currentCatalogueVersion(engines.db);
  const bundleUri = await storeBundle(engines, wish.source);
  const created = await createRun(
    engines.db,
    { runId: id, job: job.name, slot: wish.slot, n, kind: job.kind, bundleUri, catalogueVersion },
    engines.now(),
  );
  await queueOpenWork(engines, id);
  return { runId: id, how: created ? 'created' : 'found' };
}

/** A late answer of a slow worker may have settled what the run was paused for. */
async function reopenSettled(engines: Engines, run: RunRow): Promise<void> {
  if ((await findOpenStates(engines.db, run.runId)).unknown) return;
  await moveRun(engines.db, run.runId, { from: 'paused', to: 'sending', now: engines.now() });
}

/** Checks against Personalize what a file alone can't tell. */
export async function checkSolution(
  engines: Pick<Engines, 'settings' | 'personalize'>,
  source: JobSource,
): Promise<void> {
  const { job } = openBundle(engines, source);
  const solution = job.kind === 'email' ? job.recommend.solution : job.segment.solution;
  const { recipe } = await resolveSolution(engines, { solution, kind: job.kind, file: job.file });
  if (job.kind === 'audience') checkQueries(job, recipe);
}

async function resumeRun(engines: Engines, run: RunRow, wish: StartWish): Promise<StartedRun> {
  if (run.state === 'cancelled') {
    throw new NightjarError('E_USAGE', `the run ${run.runId} was cancelled`, {
      fix: `make a new one: nightjar run ${run.job} --date ${run.slot} --again`,
    });
  }
  if (run.state === 'paused' && run.pausedReason === 'unknown') await reopenSettled(engines, run);
  if (run.state !== 'failed') {
    await queueOpenWork(engines, run.runId);
    return { runId: run.runId, how: 'found' };
  }
  const bought = await batchJobsOf(engines.db, run.runId);
  if (bought.length === 0) {
    await checkSolution(engines, wish.source);
    const catalogueVersion = await currentCatalogueVersion(engines.db);
    await saveBundle(engines.db, run.runId, { uri: await storeBundle(engines, wish.source), catalogueVersion });
  }
  await clearAttempts(engines.db, run.runId);
  const back = bought.some((job) => job.state === 'failed')
    ? 'preparing'
    : run.resumeState === undefined || run.resumeState === 'failed'
      ? 'planned'
      : run.resumeState;
  await moveRun(engines.db, run.runId, { from: 'failed', to: back, now: engines.now() });
  await queueOpenWork(engines, run.runId);
  return { runId: run.runId, how: 'resumed' };
}
