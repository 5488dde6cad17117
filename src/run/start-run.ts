/** Starts the run of a job's slot, or goes on with the one that is there. */
import { currentCatalogueVersion } from '../database/catalogue';
import { findLatestRun, isSlotArchived } from '../database/runs/run-lists';
import { createRun, findRun, type RunRow } from '../database/runs/runs';
import { RESTORED } from '../database/runs/starts';
import { NightjarError } from '../errors';
import type { ParsedJob } from '../job/definition';
import { runId } from '../job/keys';
import type { ParamSource } from '../job/params';
import { type JobSource, openBundle, storeBundle } from './bundle';
import { checkJob } from './check-job';
import type { Engines } from './engines';
import { queueOpenWork } from './open-work';
import { againCommand } from './operate/again-command';
import { reopenSettled, resumeFailed } from './operate/resume';
import { checkOnlyTo } from './recipients/allowed-addresses';
import { checkLimit } from './recipients/limit-recipients';
import { checkSomeoneIsLeft } from './recipients/remaining-recipients';
import { checkSameWish } from './same-wish';

export interface StartWish {
  readonly source: JobSource;
  /** `YYYY-MM-DD` or `YYYY-MM-DDTHHmm`. */
  readonly slot: string;
  /** Makes a new run of a slot that has been run; who was accepted in an earlier one gets nothing more. */
  readonly again: boolean;
  /** Values of the job's params as a person writes them; the others have their defaults. */
  readonly params?: Readonly<Record<string, string>> | undefined;
  /** Addresses or patterns: nobody else gets a mail of this run. */
  readonly onlyTo?: readonly string[] | undefined;
  /** How many recipients the run plans at most; of e-mail jobs only. */
  readonly limit?: number | undefined;
  /** Who asks for the run, for its report. */
  readonly requestedBy?: string | undefined;
}

/** `found` is a run that was there before: finished, or one to go on with. */
export interface StartedRun {
  readonly runId: string;
  readonly how: 'created' | 'found' | 'resumed';
}

/**
 * Starts a run. The job is checked as a whole first: nothing is written, bought or sent for one that is wrong.
 * A slot that has been run with other params or another limit is refused, unless another run of it is wanted.
 * A failed run goes on where it stopped; by its own bundle if it has bought anything, else by the files as they are now.
 */
export async function startRun(engines: Engines, wish: StartWish): Promise<StartedRun> {
  const params = givenIn(wish);
  const { job } = await openBundle(engines, wish.source, params);
  checkLimit(job, wish.limit);
  checkOnlyTo(job, wish.onlyTo);
  const latest = await findLatestRun(engines.db, job.name, wish.slot);
  if (latest !== undefined && !isDoneAndWantedAgain(latest, wish)) return goOn(engines, latest, wish);
  await checkSolution(engines, wish.source, params);
  if (latest !== undefined) await checkAgain(engines, job, wish);
  return createNext(engines, { job, wish, latest });
}

/** Tells whether `startRun` would make a new run of a slot, and not go on with one that is there. */
export async function wouldMakeRun(
  { db }: Pick<Engines, 'db'>,
  { job, slot, again }: { readonly job: string; readonly slot: string; readonly again: boolean },
): Promise<boolean> {
  const latest = await findLatestRun(db, job, slot);
  return latest === undefined || isDoneAndWantedAgain(latest, { again });
}

/** A run has a value for every param: what is not given has its default. */
function givenIn({ params = {} }: StartWish): ParamSource {
  return { by: 'given', given: params };
}

function isDoneAndWantedAgain(latest: RunRow, wish: Pick<StartWish, 'again'>): boolean {
  if (!wish.again || (latest.state !== 'finished' && latest.state !== 'cancelled')) return false;
  if (latest.state === 'cancelled' && latest.pausedReason === RESTORED) throw startedElsewhere(latest);
  return true;
}

async function checkAgain(engines: Engines, job: ParsedJob, { slot, onlyTo }: StartWish): Promise<void> {
  if (await isSlotArchived(engines.db, job.name, slot)) throw archived(job.name, slot);
  await checkSomeoneIsLeft(engines, job, { slot, onlyTo });
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
    {
      runId: id,
      job: job.name,
      slot: wish.slot,
      n,
      kind: job.kind,
      bundleUri,
      catalogueVersion,
      params: job.params,
      onlyTo: wish.onlyTo,
      limit: wish.limit,
      requestedBy: wish.requestedBy,
      notify: job.notify,
      lateAt: lateAtOf(job, engines.now()),
    },
    engines.now(),
  );
  // Another start was faster, and may have asked for something else.
  const other = created ? undefined : await findRun(engines.db, id);
  if (other !== undefined) return goOn(engines, other, wish);
  await queueOpenWork(engines, id);
  return { runId: id, how: 'created' };
}

/** A slot of a schedule has its deadline, whenever its run starts; a run without one has it from its start on. */
function lateAtOf({ schedule, notify }: ParsedJob, now: number): number | undefined {
  const late = notify?.late;
  return schedule === undefined && late !== undefined && 'within' in late ? now + late.within : undefined;
}

/** Checks against Personalize and the database what a file alone can't tell. */
export async function checkSolution(
  engines: Pick<Engines, 'settings' | 'personalize' | 'db'>,
  source: JobSource,
  params: ParamSource,
): Promise<void> {
  const { job } = await openBundle(engines, source, params);
  await checkJob(engines, { job, source });
}

async function goOn(engines: Engines, run: RunRow, wish: StartWish): Promise<StartedRun> {
  if (run.state === 'cancelled') {
    if (run.pausedReason === RESTORED) throw startedElsewhere(run);
    throw new NightjarError('E_USAGE', `the run ${run.runId} was cancelled`, {
      fix: `make a new one: ${againCommand(run)}`,
    });
  }
  await checkSameWish(engines, run, wish);
  if (run.state === 'failed') {
    if (run.archiveBeganAt !== undefined) throw archived(run.job, run.slot);
    const { source } = wish;
    await resumeFailed(engines, run, { source, check: (params) => checkSolution(engines, source, params) });
    return { runId: run.runId, how: 'resumed' };
  }
  if (run.state === 'paused' && run.pausedReason === 'unknown') await reopenSettled(engines, run);
  await queueOpenWork(engines, run.runId);
  return { runId: run.runId, how: 'found' };
}
