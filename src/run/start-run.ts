/** Starts the run of a job's slot, or goes on with the one that is there. */
import { currentCatalogueVersion } from '../database/catalogue';
import { findLatestRun, isSlotArchived } from '../database/run-lists';
import { createRun, type RunRow } from '../database/runs';
import { RESTORED } from '../database/starts';
import { NightjarError } from '../errors';
import type { ParsedJob } from '../job/definition';
import { runId } from '../job/keys';
import { type JobSource, openBundle, storeBundle } from './bundle';
import type { Engines } from './engines';
import { queueOpenWork } from './open-work';
import { reopenSettled, resumeFailed } from './operate/resume';
import { checkSomeoneIsLeft } from './remaining-recipients';
import { resolveSolution } from './resolve-solution';
import { checkQueries } from './segment-queries';

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
  const { job } = await openBundle(engines, wish.source);
  const latest = await findLatestRun(engines.db, job.name, wish.slot);
  if (latest !== undefined && !isDoneAndWantedAgain(latest, wish)) return goOn(engines, latest, wish);
  await checkSolution(engines, wish.source);
  if (latest !== undefined) await checkAgain(engines, job, wish.slot);
  return createNext(engines, { job, wish, latest });
}

function isDoneAndWantedAgain(latest: RunRow, wish: StartWish): boolean {
  if (!wish.again || (latest.state !== 'finished' && latest.state !== 'cancelled')) return false;
  if (latest.state === 'cancelled' && latest.pausedReason === RESTORED) throw startedElsewhere(latest);
  return true;
}

async function checkAgain(engines: Engines, job: ParsedJob, slot: string): Promise<void> {
  if (await isSlotArchived(engines.db, job.name, slot)) throw archived(job.name, slot);
  await checkSomeoneIsLeft(engines, job, slot);
}

function archived(job: string, slot: string): NightjarError {
  return new NightjarError(
    'E_RUN_ARCHIVED',
    `${slot} of ${job} is archived: the ledger no longer knows who got a mail`,
    {
      fix: `run another slot: nightjar run ${job} --date DATE`,
    },
  );
}

/** Who got a mail of that run stands in no ledger that is left. */
function startedElsewhere(run: RunRow): NightjarError {
  return new NightjarError(
    'E_ENGINE_RESTORED',
    `${run.runId} was started by a database that is gone, and who got a mail of it is not known here`,
    { fix: `run another slot: nightjar run ${run.job} --date DATE` },
  );
}

interface NextRun {
  readonly job: ParsedJob;
  readonly wish: StartWish;
  readonly latest: RunRow | undefined;
}

async function createNext(engines: Engines, { job, wish, latest }: NextRun): Promise<StartedRun> {
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

/** Checks against Personalize what a file alone can't tell. */
export async function checkSolution(
  engines: Pick<Engines, 'settings' | 'personalize'>,
  source: JobSource,
): Promise<void> {
  const { job } = await openBundle(engines, source);
  const solution = job.kind === 'email' ? job.recommend.solution : job.segment.solution;
  const { recipe } = await resolveSolution(engines, { solution, kind: job.kind, file: job.file });
  if (job.kind === 'audience') checkQueries(job, recipe);
}

async function goOn(engines: Engines, run: RunRow, wish: StartWish): Promise<StartedRun> {
  if (run.state === 'cancelled') {
    if (run.pausedReason === RESTORED) throw startedElsewhere(run);
    throw new NightjarError('E_USAGE', `the run ${run.runId} was cancelled`, {
      fix: `make a new one: nightjar run ${run.job} --date ${run.slot} --again`,
    });
  }
  if (run.state === 'failed') {
    if (run.archiveBeganAt !== undefined) throw archived(run.job, run.slot);
    await resumeFailed(engines, run, { source: wish.source, check: () => checkSolution(engines, wish.source) });
    return { runId: run.runId, how: 'resumed' };
  }
  if (run.state === 'paused' && run.pausedReason === 'unknown') await reopenSettled(engines, run);
  await queueOpenWork(engines, run.runId);
  return { runId: run.runId, how: 'found' };
}
